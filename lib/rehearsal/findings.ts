import { appendFileSync } from 'node:fs';
import { textAt } from '../json';
import { readJsonLines } from './json-lines';

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
  return readJsonLines(file).map((line): Finding => ({
    kind: textAt(line, 'kind') as FindingKind,
    resource: textAt(line, 'resource') ?? '',
    expected: textAt(line, 'expected') ?? '',
    found: textAt(line, 'found') ?? '',
    at: textAt(line, 'at') ?? '',
  }));
}

/**
 * Kinds by what explains what, the deepest first: a refusal of IAM explains a pod that is not ready, and that explains a resource
 * which CloudFormation could not make.
 */
const DEEPEST_FIRST: readonly FindingKind[] = [
  'access-denied', 'role-not-assumed', 'kubernetes-access-denied', 'node-not-joined', 'event-not-delivered', 'capacity-short', 'pod-not-ready', 'resource-failed',
];

/** Findings, the one first that most likely is the cause of the others. Of one kind, what was found first comes first. */
export function causeFirst<Found extends Pick<Finding, 'kind'>>(findings: readonly Found[]): readonly Found[] {
  return findings.toSorted((a, b) => DEEPEST_FIRST.indexOf(a.kind) - DEEPEST_FIRST.indexOf(b.kind));
}

/** Services without whose calls Karpenter launches no instance. */
const OF_A_LAUNCH = /^(?:ec2|eks|iam|ssm):/;

/** Whether a finding explains that Karpenter accepts no EC2NodeClass, or that EC2 launches no instance for it. */
export function explainsNoLaunch({ kind, expected }: Pick<Finding, 'kind' | 'expected'>): boolean {
  return kind === 'role-not-assumed' || (kind === 'access-denied' && OF_A_LAUNCH.test(expected));
}

/** Whether a finding explains that an instance runs, and no node of it is ready. */
export function explainsNoNode({ kind }: Pick<Finding, 'kind'>): boolean {
  return kind === 'node-not-joined';
}

/** A finding as one sentence, the cause first. */
export function findingSentence({ resource, expected, found }: Pick<Finding, 'resource' | 'expected' | 'found'>): string {
  return `${resource}: ${found}; expected: ${expected}.`;
}
