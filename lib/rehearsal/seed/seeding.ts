import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { boundTo } from '../../aws/bound-client';
import { LabError } from '../../lab-error';
import type { ProgressListener } from '../../progress';
import type { RunContext } from '../../run-context';
import { requireLoopback } from '../process/loopback';

/** A resource to seed. */
export interface SeedStep {
  /** In the user's words: `the subnet NetworkVpcPrivateSubnet1`. */
  readonly resource: string;
  /**
   * Its value that AWS may find wrong, such as a CIDR.
   *
   * @default - none
   */
  readonly received?: string;
}

/** Name of the step in progress events. */
const STEP = 'Seed the AWS answers';

/** One run of the seeding: its target, its source and its progress. */
export class Seeding {
  private done = 0;

  constructor(
    readonly aws: LocalAws,
    readonly stack: SynthesizedStack,
    private readonly onProgress: ProgressListener,
    private readonly totalSteps: number,
  ) {
    onProgress({ step: STEP, state: 'started' });
  }

  /**
   * Does one step and reports it.
   *
   * @throws LabError `AwsSeedFailed` when it fails
   */
  async run<T>(step: SeedStep, call: () => Promise<T>): Promise<T> {
    this.onProgress({ step: STEP, state: 'running', detail: step.resource, fraction: this.done / this.totalSteps });
    let result;
    try {
      result = await call();
    } catch (cause) {
      if (cause instanceof LabError) throw cause;
      throw seedFailed(step, cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), cause);
    }
    this.done += 1;
    return result;
  }

  finish(detail: string): void {
    this.onProgress({ step: STEP, state: 'finished', detail, fraction: 1 });
  }
}

/** The error for a resource that could not be seeded. */
export function seedFailed({ resource, received }: SeedStep, reason: string, cause?: unknown): LabError {
  return new LabError({
    code: 'AwsSeedFailed',
    message: `The rehearsal's AWS did not take ${resource}: ${reason}`,
    received,
    remedy: 'Correct the resource in the stack and run npm run synth. If it is right, stop the rehearsal and start it again, so that its AWS is empty.',
    cause,
  });
}

/**
 * The value that AWS gave for the resource. By its API it may be absent.
 *
 * @throws LabError `AwsSeedFailed`
 */
export function given<T>(value: T | undefined, step: SeedStep): T {
  if (value === undefined) throw seedFailed(step, 'the answer names no such resource.');
  return value;
}

/**
 * Requires that a text of the template is known before deployment.
 *
 * @throws LabError `AwsSeedFailed` when a part of it is a placeholder such as `${Queue.Arn}`
 */
export function known(value: string, step: SeedStep): string {
  if (value.includes('${')) throw seedFailed({ ...step, received: value }, 'a part of it is known only after deployment.');
  return value;
}

/** Clients of the AWS that a rehearsal has on loopback. */
export interface LocalAws {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly sqs: SQSClient;
  readonly eks: EKSClient;
}

/** Where the rehearsal's AWS is. */
export interface LocalAwsLocation {
  /** Loopback URL at which all AWS calls are answered. */
  readonly endpoint: string;
  /** Region that is rehearsed. */
  readonly region: string;
}

/** Credentials for the rehearsal's AWS. Nothing there checks them, and the real AWS would refuse them. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } as const;

/**
 * Makes clients for an endpoint on this machine. Their requests end with the run.
 *
 * @throws LabError `EndpointNotLocal`
 */
export function localAws({ endpoint, region }: LocalAwsLocation, { signal }: Pick<RunContext, 'signal'>): LocalAws {
  const configuration = { endpoint: requireLoopback(endpoint).origin, region, credentials: LOCAL_CREDENTIALS };
  return {
    ec2: boundTo(signal, new EC2Client(configuration)),
    iam: boundTo(signal, new IAMClient(configuration)),
    sqs: boundTo(signal, new SQSClient(configuration)),
    eks: boundTo(signal, new EKSClient(configuration)),
  };
}

/** Closes the clients' connections. */
export function closeLocalAws({ ec2, iam, sqs, eks }: LocalAws): void {
  for (const client of [ec2, iam, sqs, eks]) client.destroy();
}
