import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import type { AssumeForServiceOptions, PlayedService, RoleCredentials, RoleSessions } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';
import type { Findings } from '../findings';
import { requireLoopback } from '../process/loopback';
import { MotoResources } from './account-resources';
import { MotoRoles } from './account-roles';
import { listInstanceProfiles } from './instance-profile-list';
import { Judge } from './judge';
import type { PolicyUses } from './policy-uses';
import { Principals, ROOT_CREDENTIALS } from './principals';
import { simulatePrincipalPolicy } from './simulate-policy';
import { Sts } from './sts';

/** What IAM needs to know. */
export interface IamOptions {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** Loopback URL of moto, where roles and policies are. It must have the policies that AWS manages: `MOTO_IAM_LOAD_MANAGED_POLICIES`. */
  readonly moto: string;
  /** Takes each refusal. */
  readonly findings: Pick<Findings, 'report'>;
  /** Takes each statement that allows something. @default - nobody asks */
  readonly uses?: Pick<PolicyUses, 'note'>;
}

/** IAM's operations that change nothing. */
const READING = /^(?:Get|List|Simulate|Generate)/;

/**
 * IAM and STS of the account: who calls, what they may do, and who gets keys of a role. Roles and policies are moto's; moto
 * itself judges nothing.
 */
export class Iam implements RoleSessions, PlayedService {
  private readonly principals: Principals;
  private readonly roles: MotoRoles;
  private readonly requestJudge: Judge;
  private readonly sts: Sts;
  private readonly aws: { readonly ec2: EC2Client; readonly iam: IAMClient };

  constructor({ accountId, region, moto, findings, uses }: IamOptions) {
    const configuration = { endpoint: requireLoopback(moto).origin, region, credentials: ROOT_CREDENTIALS };
    this.aws = { ec2: new EC2Client(configuration), iam: new IAMClient(configuration) };
    this.principals = new Principals(accountId);
    this.roles = new MotoRoles(this.aws.iam);
    this.requestJudge = new Judge({ accountId, principals: this.principals, roles: this.roles, resources: new MotoResources(this.aws, accountId), findings, uses });
    this.sts = new Sts({ accountId, roles: this.roles, principals: this.principals, findings });
  }

  /** Answers STS, the simulation of policies, and the list of instance profiles by their path. What is left of IAM is moto's. */
  handlerOf(request: AwsRequest): Handler | undefined {
    if (request.service === 'sts') return this.sts.handlerOf(request);
    if (request.service !== 'iam') return undefined;
    if (request.operation === 'SimulatePrincipalPolicy') return async () => ({ answer: await simulatePrincipalPolicy(request, this.roles) });
    if (request.operation === 'ListInstanceProfiles') return async () => ({ answer: await listInstanceProfiles(request, this.aws.iam) });
    return READING.test(request.operation) ? undefined : () => ({ forward: request, change: (answer) => this.forgetFor(answer) });
  }

  /**
   * Judges a request by the policies of whoever signed it. To be asked before anything answers the request.
   *
   * @throws AwsFault the service's own refusal; `InvalidClientTokenId`, or what the service calls it, for a key that nobody has;
   * `NotImplemented` where a policy or a request says something that the rehearsal does not understand
   */
  async judge(request: AwsRequest): Promise<void> {
    await this.requestJudge.judge(request);
  }

  async assumeForService(options: AssumeForServiceOptions): Promise<RoleCredentials> {
    return this.sts.assumeForService(options);
  }

  /** The secret of a key, by which EKS tells for which cluster a token was signed; undefined for a key that nobody has. */
  secretAccessKeyOf(accessKeyId: string): string | undefined {
    return this.principals.secretAccessKeyOf(accessKeyId);
  }

  /** Closes the connections to moto. */
  close(): Promise<void> {
    this.aws.ec2.destroy();
    this.aws.iam.destroy();
    return Promise.resolve();
  }

  /** Moto has changed something, and its answer is on the way. */
  private forgetFor(answer: string): string {
    this.roles.forget();
    return answer;
  }
}
