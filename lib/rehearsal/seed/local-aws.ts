import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { requireLoopback } from '../loopback';

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

/** Stand for credentials: nothing checks them, and AWS would refuse them. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } as const;

/**
 * Clients for an endpoint on this machine.
 *
 * @throws LabError `EndpointNotLocal`
 */
export function localAws({ endpoint, region }: LocalAwsLocation): LocalAws {
  const configuration = { endpoint: requireLoopback(endpoint).origin, region, credentials: LOCAL_CREDENTIALS };
  return {
    ec2: new EC2Client(configuration),
    iam: new IAMClient(configuration),
    sqs: new SQSClient(configuration),
    eks: new EKSClient(configuration),
  };
}

/** Closes the clients' connections. */
export function closeLocalAws({ ec2, iam, sqs, eks }: LocalAws): void {
  for (const client of [ec2, iam, sqs, eks]) client.destroy();
}
