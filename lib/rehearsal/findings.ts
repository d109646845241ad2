import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { objectAt, parseJson, textAt } from '../json';

/** What kind of fault is found. */
export type FindingKind =
  | 'access-denied' | 'role-not-assumed' | 'node-not-joined' | 'pod-not-ready' | 'event-not-delivered' | 'kubernetes-access-denied' | 'resource-failed' | 'capacity-short';

/** Something that keeps the lab from working, found while it is played. */
export interface Finding {
  readonly kind: FindingKind;
  /** What is at fault, by the name that a reader of the stack knows: a logical id, a role's name, a node. */
  readonly resource: string;
  /** What was expected, such as `ec2:CreateFleet on the launch template is allowed`. */
  readonly expected: string;
  /** What was there instead. */
  readonly found: string;
  /** When it was found first, as ISO 8601 in UTC. */
  readonly at: string;
}

/** Keeps findings in a file of JSON lines, each of them once. */
export class Findings {
  private readonly seen = new Set<string>();

  /** @param file absolute path; it need not exist */
  constructor(private readonly file: string) {}

  /** Adds a finding, unless the same one is there already. */
  report(finding: Omit<Finding, 'at'>): void {
    const key = JSON.stringify([finding.kind, finding.resource, finding.expected, finding.found]);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    appendFileSync(this.file, `${JSON.stringify({ ...finding, at: new Date().toISOString() })}\n`);
  }

  /** What was found so far, the first one first. */
  get found(): readonly Finding[] {
    return readFindings(this.file);
  }
}

/** The findings in a file, the first one first; none where there is no file. */
export function readFindings(file: string): readonly Finding[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => objectAt(parseJson(line))).map((line): Finding => ({
    kind: textAt(line, 'kind') as FindingKind,
    resource: textAt(line, 'resource') ?? '',
    expected: textAt(line, 'expected') ?? '',
    found: textAt(line, 'found') ?? '',
    at: textAt(line, 'at') ?? '',
  }));
}

/** A finding as one sentence, the cause first. */
export function findingSentence({ resource, expected, found }: Pick<Finding, 'resource' | 'expected' | 'found'>): string {
  return `${resource}: ${found}; expected: ${expected}.`;
}
