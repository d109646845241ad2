import { appendFileSync } from 'node:fs';
import { readJsonLines } from '../json-lines';
import { textAt } from '../../json';
import type { PolicyStatement } from './policy-document';

/** A statement without which a request would have been refused. */
export interface PolicyUse {
  /** Name of the role whose request it was. */
  readonly role: string;
  readonly policy: string;
  /** The statement's Sid; its place in the policy where it has none. */
  readonly statement: string;
  /** What it allowed, such as `ec2:CreateFleet`. */
  readonly action: string;
  /** When, as ISO 8601 in UTC. */
  readonly at: string;
}

/** Milliseconds within which a use is kept once: Karpenter asks for much again and again. */
const ONCE_WITHIN_MS = 1000;

/** Keeps in a file of JSON lines which statement was needed for what. What is denied is a finding. */
export class PolicyUses {
  private readonly kept = new Map<string, number>();

  /** @param file absolute path; it need not exist */
  constructor(private readonly file: string, private readonly now: () => Date = () => new Date()) {}

  note(role: string, statement: Pick<PolicyStatement, 'name' | 'policy'>, action: string): void {
    const use = { role, policy: statement.policy, statement: statement.name, action };
    const key = JSON.stringify(use);
    const now = this.now();
    if (now.getTime() - (this.kept.get(key) ?? -Infinity) < ONCE_WITHIN_MS) return;
    this.kept.set(key, now.getTime());
    appendFileSync(this.file, `${JSON.stringify({ ...use, at: now.toISOString() })}\n`);
  }
}

/** The uses in a file, the first one first; none where there is no file. */
export function readPolicyUses(file: string): readonly PolicyUse[] {
  return readJsonLines(file).map((line) => ({
    role: textAt(line, 'role') ?? '',
    policy: textAt(line, 'policy') ?? '',
    statement: textAt(line, 'statement') ?? '',
    action: textAt(line, 'action') ?? '',
    at: textAt(line, 'at') ?? '',
  }));
}
