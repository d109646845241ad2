import { createServer, type IncomingMessage, request as startRequest, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateFunctionCommand, type CreateFunctionCommandInput, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { buildSync } from 'esbuild';
import { strToU8, zipSync } from 'fflate';
import type { Account, AssumeForServiceOptions } from '../../../lib/rehearsal/account';
import { type AwsAnswer, faultAnswer, type Handler } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { Findings } from '../../../lib/rehearsal/findings';
import { Functions } from '../../../lib/rehearsal/functions/functions';
import type { FunctionsOptions } from '../../../lib/rehearsal/functions/functions-options';
import { runContext } from '../../../lib/run-context';
import { temporaryFolder } from '../fake-program';

const PROJECT = join(__dirname, '../../..');

/** What the account under test is made of. */
export interface PlayingAccountOptions extends Partial<FunctionsOptions> {
  /** Answers before functions do. @default - nothing */
  readonly first?: (request: AwsRequest) => Handler | undefined;
  /** Answers what functions do not. @default - S3 gives its objects, the rest is empty */
  readonly others?: (request: AwsRequest) => Handler | undefined;
  /** Loopback URL to which all else goes. @default - a fault */
  readonly moto?: string;
  /** @default 1000 */
  readonly compression?: number;
  /** Roles that cannot be assumed. @default - none */
  readonly refusedRoles?: readonly string[];
}

/** An account with functions and with what a test puts into it. */
export interface PlayingAccount {
  readonly account: Account;
  readonly functions: Functions;
  /** Requests so far. */
  readonly requests: readonly AwsRequest[];
  /** Who got keys so far. */
  readonly assumed: readonly AssumeForServiceOptions[];
  /** Objects of S3 by `/BUCKET/KEY`. */
  readonly objects: Map<string, Buffer>;
  /** Configuration of a client of an AWS SDK that asks once. */
  readonly client: { readonly endpoint: string; readonly region: string; readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }; readonly maxAttempts: number };
  stop(): Promise<void>;
}

/** Bundles a program as `npm run build` does it. */
export function bundled(entry: string, folder: string): string {
  const outfile = join(folder, `${entry.replaceAll('/', '-')}.js`);
  buildSync({ entryPoints: [join(PROJECT, 'lib/rehearsal/functions', entry)], bundle: true, platform: 'node', target: 'node20', packages: 'external', outfile });
  return outfile;
}

/** Starts the account. Keys of a role are its name, so that a request says whose it is. */
export async function startPlayingAccount(options: PlayingAccountOptions = {}): Promise<PlayingAccount> {
  const folder = temporaryFolder();
  const requests: AwsRequest[] = [];
  const assumed: AssumeForServiceOptions[] = [];
  const objects = new Map<string, Buffer>();
  const end = new AbortController();

  const s3: Handler = ({ target }) => {
    const object = objects.get(target);
    if (object === undefined) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', 404);
    return { answer: { status: 200, headers: {}, body: object as unknown as string } };
  };
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing, options.moto, (request) => {
      requests.push(request);
      return options.first?.(request) ?? functions.handlerOf(request) ?? options.others?.(request) ?? (request.service === 's3' && options.moto === undefined ? s3 : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  const account: Account = {
    accountId: '123456789012',
    region: 'ap-northeast-2',
    endpoint,
    moto: options.moto ?? endpoint,
    directory: join(folder, 'account'),
    compression: options.compression ?? 1000,
    sessions: {
      assumeForService: async (session) => {
        assumed.push(session);
        const name = session.roleArn.slice(session.roleArn.lastIndexOf('/') + 1);
        if (options.refusedRoles?.includes(name) === true) throw new AwsFault('AccessDenied', `${session.service} is not authorized to perform: sts:AssumeRole`, 403);
        return Promise.resolve({ accessKeyId: name, secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date(Date.now() + 3_600_000) });
      },
    },
    findings: new Findings(join(folder, 'findings.jsonl')),
    run: runContext({ signal: end.signal }),
  };
  const functions: Functions = new Functions(account, {
    python: 'python3',
    nodeRuntime: bundled('node-runtime/main.ts', folder),
    helm: bundled('helm/main.ts', folder),
    pythonRuntime: join(PROJECT, 'lib/rehearsal/functions/python-runtime/main.py'),
    nodeModules: join(PROJECT, 'node_modules'),
    cacheDirectory: join(folder, 'cache'),
    charts: join(folder, 'charts'),
    ...options,
  });
  const playing = functions;
  return {
    account,
    functions,
    requests,
    assumed,
    objects,
    client: { endpoint, region: account.region, credentials: { accessKeyId: 'deployer', secretAccessKey: 'secret' }, maxAttempts: 1 },
    stop: async () => {
      end.abort();
      await playing.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Zips files by their path. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))));
}

/** Seconds that a test waits for what comes by itself. */
const PATIENCE_SECONDS = 15;

/** Waits until something is the case. */
export async function eventually(isMet: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (!await isMet()) {
    if (performance.now() > deadline) throw new Error(`Not within ${PATIENCE_SECONDS} s: ${isMet.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Makes a function of Node.js, and waits until it can be called. */
export async function makeFunction(playing: PlayingAccount, name: string, code: string, options: Partial<CreateFunctionCommandInput> = {}): Promise<LambdaClient> {
  const lambda = new LambdaClient(playing.client);
  await lambda.send(new CreateFunctionCommand({
    FunctionName: name,
    Role: `arn:aws:iam::${playing.account.accountId}:role/${name}-role`,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOf({ 'index.js': code, 'index.py': code }) },
    ...options,
  }));
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.01 }, { FunctionName: name });
  return lambda;
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, moto: string | undefined, handlerOf: (request: AwsRequest) => Handler | undefined): Promise<void> {
  const request = readAwsRequest({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers: incoming.headers, body: await buffer(incoming) });
  const send = ({ status, headers, body }: AwsAnswer): void => {
    outgoing.writeHead(status, headers).end(body);
  };
  try {
    const handler = handlerOf(request);
    const handling = handler === undefined ? undefined : await handler(request);
    if (handling !== undefined && 'answer' in handling) {
      send(handling.answer);
      return;
    }
    if (moto === undefined) throw new AwsFault('NotImplemented', `Nobody answers ${request.service} ${request.operation}.`, 501);
    const passed = startRequest(new URL(request.target, moto), { method: request.method, headers: request.headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.end(request.body);
  } catch (error) {
    send(faultAnswer(request, error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500)));
  }
}
