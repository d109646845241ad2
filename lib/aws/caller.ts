import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { LabError } from '../lab-error';
import { asking } from './aws-failure';
import type { LabAws } from './lab-aws';

/** Who asks. */
export interface AwsCaller {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/**
 * Who the credentials belong to.
 *
 * @throws LabError `AwsCredentialsRefused`, `AwsUnreachable`
 */
async function callerOf(aws: Pick<LabAws, 'sts'>, signal?: AbortSignal): Promise<AwsCaller> {
  const { Account, Arn } = await asking('sts:GetCallerIdentity', () => aws.sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }));
  return { account: Account ?? '', arn: Arn ?? '' };
}

/**
 * {@link callerOf}, refused when it is another account than the lab's.
 *
 * @param account the account that the lab is bound to; undefined where `lab.yaml` names none
 * @throws LabError `AccountNotConfigured`
 */
export async function checkedCaller(aws: Pick<LabAws, 'sts'>, account: string | undefined, signal?: AbortSignal): Promise<AwsCaller> {
  const caller = await callerOf(aws, signal);
  if (account === undefined || account === caller.account) return caller;
  throw new LabError({
    code: 'AccountNotConfigured',
    message: `The lab belongs to account ${account}; your credentials are of account ${caller.account}.`,
    received: caller.arn,
    remedy: 'Use credentials of the lab\'s account (AWS_PROFILE), or change account in lab.yaml and synthesize again.',
  });
}
