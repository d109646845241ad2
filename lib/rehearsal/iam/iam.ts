import type { AssumeForServiceOptions, PlayedService, RoleCredentials, RoleSessions } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import type { Findings } from '../findings';

/** Role of whoever sits at the computer. The account has it from the start, with AdministratorAccess. */
export const INSTRUCTOR_ROLE = 'Instructor';

/** Keys of the instructor: sessions of {@link INSTRUCTOR_ROLE} that never end. */
export const INSTRUCTOR_CREDENTIALS = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } as const;

/** Keys of the account's root user, who may do everything: for what is there before anybody has a role. */
export const ROOT_CREDENTIALS = { accessKeyId: 'rehearsal-root', secretAccessKey: 'rehearsal-root' } as const;

/** What IAM needs to know. */
export interface IamOptions {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** Loopback URL of moto, where roles and policies are. */
  readonly moto: string;
  /** Takes each refusal. */
  readonly findings: Pick<Findings, 'report'>;
}

/**
 * IAM and STS of the account: who calls, what they may do, and who gets keys of a role. Roles and policies are moto's; moto
 * itself judges nothing.
 */
export class Iam implements RoleSessions, PlayedService {
  constructor(protected readonly options: IamOptions) {}

  /** Answers STS, and the simulation of policies. What is left of IAM is moto's. */
  handlerOf(_request: AwsRequest): Handler | undefined {
    return undefined;
  }

  /**
   * Judges a request by the policies of whoever signed it. To be asked before anything answers the request.
   *
   * @throws AwsFault the service's own refusal; `InvalidClientTokenId` for a key that nobody has; `NotImplemented` where a policy
   * or a request says something that the rehearsal does not understand
   */
  async judge(_request: AwsRequest): Promise<void> {
    throw new AwsFault('NotImplemented', 'The rehearsal does not judge requests yet.', 501);
  }

  async assumeForService(_options: AssumeForServiceOptions): Promise<RoleCredentials> {
    throw new AwsFault('NotImplemented', 'The rehearsal gives out no keys yet.', 501);
  }
}
