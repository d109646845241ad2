import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { EKSClient } from '@aws-sdk/client-eks';
import { machineClock, runContext } from '../../../lib/run-context';
import type { Account, AssumeForServiceOptions } from '../../../lib/rehearsal/account';
import { type AwsAnswer, faultAnswer, queryAnswer, xmlElement } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { Eks, type EksOptions } from '../../../lib/rehearsal/eks/eks';
import { Findings } from '../../../lib/rehearsal/findings';
import { temporaryFolder } from '../fake-program';

/** The account of the tests: moto's own. */
export const ACCOUNT = '123456789012';
export const REGION = 'ap-northeast-2';

/** ARN of a role of the account. */
export const roleArn = (nameWithPath: string): string => `arn:aws:iam::${ACCOUNT}:role/${nameWithPath}`;

/** An account that answers EKS by the class under test, and STS by a table. */
export interface PlayedAccount {
  readonly eks: Eks;
  readonly account: Account;
  /** Asks EKS as the caller whose key is `instructor`. */
  readonly client: EKSClient;
  /** Roles whose keys services were given. */
  readonly assumed: readonly AssumeForServiceOptions[];
  stop(): Promise<void>;
}

/** What an account is started with. */
export interface PlayedAccountOptions extends EksOptions {
  /** URL of moto. @default - none: clients of the SDK are mocked */
  readonly moto?: string;
  /** ARNs that STS gives to keys. */
  readonly callers: Readonly<Record<string, string>>;
  /** Answers what is neither EKS's nor STS's. @default - nothing */
  readonly answer?: (request: AwsRequest) => AwsAnswer;
  /** How many times as fast as the computer's the clock of the account goes. @default 1 */
  readonly haste?: number;
}

/** Starts an account on a free port. */
export async function startAccount({ moto = 'http://127.0.0.1:1', callers, haste = 1, answer, ...options }: PlayedAccountOptions): Promise<PlayedAccount> {
  const ending = new AbortController();
  const assumed: AssumeForServiceOptions[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = readAwsRequest({ method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers, body: await buffer(incoming) });
      const { status, headers, body } = await answerOf(request).catch((error: unknown) => {
        if (!(error instanceof AwsFault)) throw error;
        return faultAnswer(request, error);
      });
      outgoing.writeHead(status, headers).end(body);
    })();
  });
  const answerOf = async (request: AwsRequest): Promise<AwsAnswer> => {
    if (request.service === 'sts') return identity(request, callers);
    const handling = await eks.handlerOf(request)?.(request);
    if (handling !== undefined && 'answer' in handling) return handling.answer;
    if (answer === undefined) throw new AwsFault('NotImplemented', request.operation, 501);
    return answer(request);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = temporaryFolder();
  const account: Account = {
    accountId: ACCOUNT,
    region: REGION,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moto,
    directory,
    compression: 1200,
    sessions: {
      assumeForService: (asked) => {
        assumed.push(asked);
        return Promise.resolve({ accessKeyId: 'ASIAPOD', secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date('2026-11-27T04:00:00Z') });
      },
    },
    findings: new Findings(join(directory, 'findings.jsonl')),
    run: runContext({ signal: ending.signal, clock: { ...machineClock, nowMillis: () => machineClock.nowMillis() * haste } }),
  };
  const eks = new Eks(account, options);
  const client = new EKSClient({ endpoint: account.endpoint, region: REGION, credentials: { accessKeyId: 'instructor', secretAccessKey: 'secret' }, maxAttempts: 1 });
  return {
    eks,
    account,
    client,
    assumed,
    stop: async () => {
      ending.abort();
      await eks.close();
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function identity({ accessKeyId }: AwsRequest, callers: Readonly<Record<string, string>>): AwsAnswer {
  const arn = callers[accessKeyId];
  if (arn === undefined) throw new AwsFault('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
  return queryAnswer('GetCallerIdentity', [
    xmlElement('Arn', arn), xmlElement('UserId', `AROA${accessKeyId.toUpperCase()}:session`), xmlElement('Account', ACCOUNT),
  ], 'https://sts.amazonaws.com/doc/2011-06-15/');
}
