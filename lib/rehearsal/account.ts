import type { RunContext } from '../run-context';
import type { Handler } from './aws-answers/aws-answer';
import type { AwsRequest } from './aws-answers/aws-request';
import type { Findings } from './findings';

/**
 * The AWS account that a rehearsal plays. It is one process: a server that answers every AWS call on loopback, with moto behind
 * it for what moto holds well, and what an account does by itself: boot instances, run functions, play stacks.
 *
 * It knows no assembly. All that it knows of a lab has come to it by requests, as in AWS.
 */
export interface Account {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** Loopback URL at which every AWS call is answered, judged by IAM first. */
  readonly endpoint: string;
  /** Loopback URL of moto. A request sent there is not judged: only the account's own book-keeping goes there. */
  readonly moto: string;
  /** Absolute path of the folder for the account's files. */
  readonly directory: string;
  /** AWS seconds that one real second stands for, where a part only waits. */
  readonly compression: number;
  readonly sessions: RoleSessions;
  /** What keeps the lab from working, as it is found. */
  readonly findings: Findings;
  /** Its signal ends the account. */
  readonly run: RunContext;
}

/** Keys that AWS gives out for a role, for an hour. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Who gets keys of a role. */
export interface AssumeForServiceOptions {
  readonly roleArn: string;
  /** Such as `lambda.amazonaws.com`: what the role's trust policy must let in. */
  readonly service: string;
  readonly sessionName: string;
  /** Session tags. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** ARN of the resource for which the service acts, as its trust policy may demand: `aws:SourceArn`. @default - none */
  readonly sourceArn?: string;
}

/** Gives out keys of roles. */
export interface RoleSessions {
  /**
   * Keys of a role for an AWS service.
   *
   * @throws AwsFault `AccessDenied` when the role's trust policy does not let the service in, or `NoSuchEntity` without the role
   */
  assumeForService(options: AssumeForServiceOptions): Promise<RoleCredentials>;
}

/** A service of the account, as far as it is not moto's. */
export interface PlayedService {
  /** @returns what answers the request, or undefined to leave it to moto */
  handlerOf(request: AwsRequest): Handler | undefined;
  /** Ends what it has started. @default - it has started nothing */
  close?(): Promise<void>;
}
