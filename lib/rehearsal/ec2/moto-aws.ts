import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { text } from 'node:stream/consumers';
import { boundTo } from '../../aws/bound-client';
import type { Account } from '../account';
import { passOn } from '../aws-answers/aws-answers-server';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { requireLoopback } from '../process/loopback';
import { ROOT_CREDENTIALS } from '../iam/principals';

/** Clients of moto, for EC2's own book-keeping: nobody judges their requests. */
export interface MotoAws {
  readonly ec2: EC2Client;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly sqs: SQSClient;
}

/**
 * Connects to the moto behind an account. Requests end with the account.
 *
 * @throws LabError `EndpointNotLocal`
 */
export function motoAws({ moto, region, run: { signal } }: Pick<Account, 'moto' | 'region' | 'run'>): MotoAws {
  const configuration = { endpoint: requireLoopback(moto).origin, region, credentials: ROOT_CREDENTIALS };
  return {
    ec2: boundTo(signal, new EC2Client(configuration)),
    events: boundTo(signal, new EventBridgeClient(configuration)),
    iam: boundTo(signal, new IAMClient(configuration)),
    sqs: boundTo(signal, new SQSClient(configuration)),
  };
}

/** Closes the clients' connections. */
export function closeMotoAws({ ec2, events, iam, sqs }: MotoAws): void {
  for (const client of [ec2, events, iam, sqs]) client.destroy();
}

/**
 * Passes a request on to moto.
 *
 * @returns the body of moto's answer
 * @throws AwsFault with moto's own code and message where it refuses
 */
export async function askMoto(request: AwsRequest, { moto, run: { signal } }: Pick<Account, 'moto' | 'run'>): Promise<string> {
  const response = await passOn(request, requireLoopback(moto), signal);
  const body = await text(response);
  if (response.statusCode === 200) return body;
  const [, code = 'InternalFailure'] = /<Code>([^<]*)<\/Code>/.exec(body) ?? [];
  const [, message = body] = /<Message>([^<]*)<\/Message>/.exec(body) ?? [];
  throw new AwsFault(code, message, response.statusCode);
}

/** What an SDK client throws for moto's refusal, as a fault for the caller of the account; other errors stay. */
export function motoFault(error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return error;
  return new AwsFault(error.name, error.message);
}
