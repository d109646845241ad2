import { deployedStack, isStanding } from '../aws/deployed-lab';
import { connectAws } from '../aws/lab-aws';
import type { RunContext } from '../run-context';
import { INSTRUCTOR_CREDENTIALS } from './iam/principals';
import type { RehearsalRecord } from './rehearsal-state';

/**
 * What the account of a rehearsal has of the lab:
 *
 * - `absent`: no stack, as in an empty account and after a teardown;
 * - `deployed`: its stack is complete;
 * - `unfinished`: its stack is being changed, or a change of it has failed.
 */
export type RehearsedLab = 'absent' | 'deployed' | 'unfinished';

/**
 * Asks the account of a rehearsal for the lab's stack.
 *
 * @throws LabError what `awsFailure` says, as where the account does not answer
 */
export async function rehearsedLab({ region, awsEndpoint, stackName }: Pick<RehearsalRecord, 'region' | 'awsEndpoint' | 'stackName'>, run: RunContext): Promise<RehearsedLab> {
  const aws = connectAws(region, run, { endpoint: awsEndpoint, credentials: INSTRUCTOR_CREDENTIALS });
  try {
    const stack = await deployedStack(aws.cloudFormation, stackName);
    if (stack === undefined) return 'absent';
    return isStanding(stack.status) ? 'deployed' : 'unfinished';
  } finally {
    aws.close();
  }
}
