import type { Account, RoleCredentials } from '../account';

/** Configuration of an SDK client that asks the account with a role's keys, and is judged by them. */
export function roleClient(account: Account, credentials: RoleCredentials | (() => Promise<RoleCredentials>)) {
  return { endpoint: account.endpoint, region: account.region, credentials, maxAttempts: 2 };
}
