import { awsFailure, isAwsError } from '../aws-failure';
import { GONE, type Removal } from './leftover';

/** How a service says what became of a request to remove. */
export interface RemovalAnswers {
  /** What is asked, in the words of AWS: `ec2:DeleteVolume`. */
  readonly request: string;
  /** Names of errors that say that it is gone. */
  readonly gone: readonly string[];
  /** Names of errors that say that it is still in use. @default - none */
  readonly inUse?: readonly string[];
  /** Names of errors that say that it is protected, so that no later try succeeds. @default - none */
  readonly refused?: readonly string[];
}

/**
 * Asks once to remove something, and reads the answer.
 *
 * @throws LabError what `awsFailure` says
 */
export async function tryRemoval({ request, gone, inUse = [], refused = [] }: RemovalAnswers, ask: () => Promise<unknown>): Promise<Removal> {
  try {
    await ask();
    return GONE;
  } catch (error) {
    if (isAwsError(error, ...gone)) return GONE;
    const reason = error instanceof Error ? error.message : String(error);
    if (isAwsError(error, ...inUse)) return { isGone: false, reason, isFinal: false };
    if (isAwsError(error, ...refused)) return { isGone: false, reason, isFinal: true };
    throw awsFailure(error, request);
  }
}
