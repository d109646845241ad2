import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/**
 * Lambda's runtime for Node.js, in a process of a rehearsal: `node node-runtime.js FOLDER HANDLER ENDPOINT`. It loads
 * the code and says so on file descriptor 3; then it reads an invocation a line from there, calls the handler, and writes its
 * result or error there.
 */

/** An invocation, as the account writes it. */
interface RuntimeRequest {
  readonly requestId: string;
  readonly arn: string;
  readonly functionName: string;
  readonly memoryMegabytes: number;
  readonly logGroup: string;
  readonly logStream: string;
  /** Milliseconds since 1970 at which Lambda ends the function. */
  readonly deadline: number;
  /** JSON. */
  readonly payload: string;
}

type FunctionHandler = (event: unknown, context: unknown) => unknown;

/** A fault of the function's code that Lambda itself finds. */
class RuntimeFault extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const [codeDirectory = '', handlerName = '', accountEndpoint = ''] = process.argv.slice(2);

async function loadHandler(): Promise<FunctionHandler> {
  const dot = handlerName.lastIndexOf('.');
  const file = join(codeDirectory, handlerName.slice(0, dot));
  const exported = handlerName.slice(dot + 1);
  const module = await loadModule(file);
  const handler = module[exported] ?? (module['default'] as Readonly<Record<string, unknown>> | undefined)?.[exported];
  if (typeof handler !== 'function') throw new RuntimeFault('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  return handler as FunctionHandler;
}

async function loadModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (existsSync(`${file}.mjs`)) return await import(pathToFileURL(`${file}.mjs`).href) as Readonly<Record<string, unknown>>;
    return createRequire(join(codeDirectory, 'index.js'))(file) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeFault('Runtime.UserCodeSyntaxError', error.stack ?? error.message);
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') throw new RuntimeFault('Runtime.ImportModuleError', String(error));
    throw error;
  }
}

/**
 * Leads HTTPS requests to the account's own address, at the port of HTTPS, to the account. CloudFormation's response URLs are there
 * in AWS, and the CDK's framework keeps no other port.
 */
function leadHttpsToAccount(): void {
  const endpoint = new URL(accountEndpoint);
  const original = https.request.bind(https);
  const redirected = (...args: Parameters<typeof https.request>) => {
    const options: unknown = args[0];
    if (typeof options === 'object' && options !== null && !(options instanceof URL)) {
      const { hostname, port, protocol: _protocol, ...others } = options as RequestOptions;
      if (hostname === endpoint.hostname && (port === undefined || port === null)) {
        return httpRequest({ ...others, hostname, port: endpoint.port }, args[1] as unknown as Parameters<typeof httpRequest>[2]);
      }
    }
    return original(...args);
  };
  https.request = redirected as typeof https.request;
}

function contextOf({ requestId, arn, functionName, memoryMegabytes, logGroup, logStream, deadline }: RuntimeRequest) {
  return {
    awsRequestId: requestId,
    invokedFunctionArn: arn,
    functionName,
    functionVersion: '$LATEST',
    memoryLimitInMB: String(memoryMegabytes),
    logGroupName: logGroup,
    logStreamName: logStream,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** An error as Lambda writes it. */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function serve(): void {
  leadHttpsToAccount();
  const channel = new Socket({ fd: 3 });
  const loading = loadHandler();
  // A failure is told with the first invocation.
  void loading.catch(() => undefined).then(() => channel.write('{"loaded":true}\n'));
  const answer = async (line: string): Promise<void> => {
    const request = JSON.parse(line) as RuntimeRequest;
    try {
      const handler = await loading;
      const result = await handler(JSON.parse(request.payload), contextOf(request));
      channel.write(`${JSON.stringify({ result: JSON.stringify(result) ?? 'null' })}\n`);
    } catch (error) {
      const isOfRuntime = await loading.then(() => false, () => true);
      channel.write(`${JSON.stringify({ error: describeError(error) })}\n`, () => {
        // As in AWS, code that did not load is loaded anew the next time.
        if (isOfRuntime) process.exit(1);
      });
    }
  };
  createInterface({ input: channel }).on('line', (line) => void answer(line)).on('close', () => process.exit(0));
}

serve();
