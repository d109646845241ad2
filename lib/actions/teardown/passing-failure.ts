import { LabError } from '../../lab-error';

/** Codes of failures that a later try need not meet again. */
const PASSING: readonly string[] = ['AwsThrottled', 'AwsUnreachable', 'KubernetesUnreachable'];

/** Whether a wait may go on after this failure. */
export function isPassing(error: unknown): error is LabError {
  return error instanceof LabError && PASSING.includes(error.code);
}
