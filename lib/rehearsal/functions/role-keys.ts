import type { Account, RoleCredentials } from '../account';
import { AwsFault } from '../aws-answers/aws-request';
import { invalidParameter } from './lambda-answers';

/**
 * Keys of a function's role.
 *
 * @throws AwsFault `InvalidParameterValueException` when the role does not let Lambda in, or is not there
 */
export async function assumedByLambda(account: Account, roleArn: string, sessionName: string): Promise<RoleCredentials> {
  try {
    return await account.sessions.assumeForService({ roleArn, service: 'lambda.amazonaws.com', sessionName });
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
  }
}

/** Configuration of an SDK client that asks the account with a role's keys, and is judged by them. */
export function asRole(account: Account, credentials: RoleCredentials | (() => Promise<RoleCredentials>)) {
  return { endpoint: account.endpoint, region: account.region, credentials, maxAttempts: 2 };
}
