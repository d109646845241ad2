import { EC2Client } from '@aws-sdk/client-ec2';
import { GetRoleCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { isAwsError, NO_SUCH_ENTITY } from '../../aws/aws-failure';
import { boundTo } from '../../aws/bound-client';
import { partitionOf } from '../../config/network-values';
import { type JsonObject, type JsonValue, objectAt } from '../../json';
import type { Account } from '../account';
import { type AwsAnswer, jsonAnswer } from '../aws-answers/aws-answer';
import { AwsFault } from '../aws-answers/aws-request';
import { ROOT_CREDENTIALS } from '../iam/principals';
import type { ActiveCluster, Cluster, EksUpdate } from './cluster';

/** Errors that EKS answers with, and their HTTP status. */
const FAULT_STATUS = {
  InvalidParameterException: 400,
  InvalidRequestException: 400,
  ResourceLimitExceededException: 400,
  UnsupportedAvailabilityZoneException: 400,
  ResourceInUseException: 409,
  ResourceNotFoundException: 404,
} as const;

/** An error of EKS. */
export function eksFault(code: keyof typeof FAULT_STATUS, message: string): AwsFault {
  return new AwsFault(code, message, FAULT_STATUS[code]);
}

/** The error for what EKS can do and a rehearsal cannot. */
export function eksDoesNotPlay(what: string): AwsFault {
  return eksFault('InvalidRequestException', `A rehearsal does not play ${what}.`);
}

/**
 * Refuses a request that says something that is not played.
 *
 * @throws AwsFault `InvalidRequestException`
 */
export function requirePlayedKeys(body: JsonObject, played: readonly string[], what: string): void {
  const key = Object.keys(body).find((name) => !played.includes(name));
  if (key !== undefined) throw eksDoesNotPlay(`${key} of ${what}`);
}

/** An update as DescribeUpdate tells it. */
export function describedUpdate({ createdAt, ...update }: EksUpdate): Readonly<Record<string, unknown>> {
  return { ...update, createdAt: timestamp(createdAt) };
}

/** An answer of EKS. What is undefined is left out. */
export function eksAnswer(body: Readonly<Record<string, unknown>>): { readonly answer: AwsAnswer } {
  return { answer: jsonAnswer(JSON.parse(JSON.stringify(body)) as JsonObject) };
}

/** A moment as EKS writes it: seconds since 1970. */
export function timestamp(moment: Date): number {
  return moment.getTime() / 1000;
}

/** A role, as far as EKS looks at it. */
export interface CheckedRole {
  readonly arn: string;
  /** Services that its trust policy names. */
  readonly trusted: readonly string[];
}

/** Who a caller is, once the session of its role is taken off. */
export interface Principal {
  /** ARN of the role, with its path, or of the user. */
  readonly arn: string;
  /** Name of the role's session; empty for a user. */
  readonly sessionName: string;
}

/** What all operations of EKS share: the clusters, and AWS as EKS itself sees it. */
export class EksState {
  readonly clusters = new Map<string, Cluster>();
  /** moto's EC2 and IAM, unjudged: what EKS reads and makes by itself. */
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  private readonly tasks = new Set<Promise<void>>();

  constructor(readonly account: Account) {
    const configuration = { endpoint: account.moto, region: account.region, credentials: ROOT_CREDENTIALS };
    this.ec2 = boundTo(account.run.signal, new EC2Client(configuration));
    this.iam = boundTo(account.run.signal, new IAMClient(configuration));
  }

  /** @throws AwsFault `ResourceNotFoundException` */
  cluster(name: string): Cluster {
    const cluster = this.clusters.get(name);
    if (cluster === undefined) throw eksFault('ResourceNotFoundException', `No cluster found for name: ${name}.`);
    return cluster;
  }

  /** A cluster that is ready to be worked with. @throws AwsFault `ResourceNotFoundException` or `InvalidRequestException` */
  activeCluster(name: string): ActiveCluster {
    const cluster = this.cluster(name);
    if (this.isActive(cluster)) return cluster;
    throw eksFault('InvalidRequestException', `Cluster '${name}' is not in ACTIVE status`);
  }

  /** Whether a cluster's API answers. */
  isActive(cluster: Cluster): cluster is ActiveCluster {
    return cluster.status === 'ACTIVE' && cluster.api !== undefined;
  }

  /** ARN of something of EKS. */
  arn(resource: string): string {
    const { region, accountId } = this.account;
    return `arn:${partitionOf(region)}:eks:${region}:${accountId}:${resource}`;
  }

  now(): Date {
    return this.account.run.clock.now();
  }

  /** Seconds of this computer that stand for so many seconds in AWS. */
  compressed(awsSeconds: number): number {
    return awsSeconds / this.account.compression;
  }

  /**
   * A role by its ARN.
   *
   * @returns undefined where no role has this ARN: a path that is missing or too much makes it another one
   */
  async role(arn: string): Promise<CheckedRole | undefined> {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    const found = await this.roleNamed(name);
    return found?.arn === arn ? found : undefined;
  }

  /** A role by its name, which is the account's own whatever its path. */
  async roleNamed(name: string): Promise<CheckedRole | undefined> {
    try {
      const { Role } = await this.iam.send(new GetRoleCommand({ RoleName: name }));
      return { arn: Role?.Arn ?? '', trusted: trustedServices(Role?.AssumeRolePolicyDocument ?? '{}') };
    } catch (error) {
      if (isAwsError(error, ...NO_SUCH_ENTITY)) return undefined;
      throw error;
    }
  }

  /**
   * Who a caller is.
   *
   * @param callerArn ARN that STS gives the caller
   * @returns undefined when the role is gone
   */
  async principalOf(callerArn: string): Promise<Principal | undefined> {
    const [, roleName, sessionName = ''] = /^arn:[\w-]+:sts::\d+:assumed-role\/([^/]+)\/(.+)$/.exec(callerArn) ?? [];
    if (roleName === undefined) return { arn: callerArn, sessionName: '' };
    const role = await this.roleNamed(roleName);
    return role === undefined ? undefined : { arn: role.arn, sessionName };
  }

  /** Whether there is a user of this ARN. */
  async hasUser(arn: string): Promise<boolean> {
    try {
      const { User } = await this.iam.send(new GetUserCommand({ UserName: arn.slice(arn.lastIndexOf('/') + 1) }));
      return User?.Arn === arn;
    } catch (error) {
      if (isAwsError(error, ...NO_SUCH_ENTITY)) return false;
      throw error;
    }
  }

  /**
   * Does what EKS does after it has answered. It never rejects.
   *
   * @param onFailure takes the reason, unless the account has ended meanwhile
   */
  begin(task: () => Promise<void>, onFailure: (reason: string) => void): void {
    const running = (async () => {
      try {
        await task();
      } catch (error) {
        if (!this.account.run.signal.aborted) onFailure(error instanceof Error ? error.message : String(error));
      }
    })();
    this.tasks.add(running);
    void running.finally(() => this.tasks.delete(running));
  }

  /** Waits until nothing runs any more that was begun. */
  async ended(): Promise<void> {
    while (this.tasks.size > 0) await Promise.all(this.tasks);
  }

  /** Closes the connections to moto. */
  close(): void {
    this.ec2.destroy();
    this.iam.destroy();
  }
}

/** Services that a trust policy lets in. Its conditions are IAM's matter when the role is assumed. */
function trustedServices(document: string): readonly string[] {
  const policy = JSON.parse(decodeURIComponent(document)) as { readonly Statement?: JsonValue };
  return listOf(policy.Statement)
    .filter((statement) => objectAt(statement)['Effect'] === 'Allow')
    .flatMap((statement) => listOf(objectAt(statement, 'Principal')['Service']))
    .filter((service) => typeof service === 'string');
}

/** IAM takes one value where it takes a list. */
function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value as readonly JsonValue[] : [value];
}
