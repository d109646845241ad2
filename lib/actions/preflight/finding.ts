import type { CheckFinding } from '../preflight-result';

/** Nothing to do. */
export function passed(evidence: string): CheckFinding {
  return { outcome: 'pass', evidence };
}

/** A deployment works, but something about the class may not. */
export function warned(evidence: string, remedy: string): CheckFinding {
  return { outcome: 'warn', evidence, remedy };
}

/** A deployment would fail. */
export function failed(evidence: string, remedy: string): CheckFinding {
  return { outcome: 'fail', evidence, remedy };
}
