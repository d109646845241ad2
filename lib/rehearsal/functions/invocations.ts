import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pause } from '../../wait-for';
import type { Account, RoleCredentials } from '../account';
import { AwsFault } from '../aws-answers/aws-request';
import { ExecutionEnvironment, type InvocationResult } from './execution-environment';
import { FunctionLog } from './function-log';
import type { FunctionsOptions } from './functions-options';
import type { PlayedFunction } from './played-function';
import { layerPrograms } from './programs';
import { assumedByLambda } from './role-keys';

/** Real seconds after which an execution environment that nobody uses ends. */
const IDLE_SECONDS = 60;

/** AWS seconds before Lambda tries again what nobody waits for. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_SECONDS = [60, 120];

/** Packages that Lambda's runtime for Node.js provides, by their scope. */
const PROVIDED_PACKAGES = ['@aws-sdk', '@smithy'];

/** How an invocation ended, with the end of its log. */
export interface InvocationAnswer extends InvocationResult {
  /** The newest lines of the log. */
  readonly log: string;
}

/** An execution environment that is ready for the next invocation. */
interface Warm {
  readonly environment: ExecutionEnvironment;
  readonly log: FunctionLog;
  /** Ends it when nobody uses it. */
  idle?: NodeJS.Timeout;
}

/** Runs functions: each invocation in an environment of its own, warm where one is free. */
export class Invocations {
  private readonly warm = new Map<string, Warm[]>();
  private readonly all = new Set<Warm>();
  private isClosed = false;

  /** @param isThere whether a function still exists */
  constructor(
    private readonly account: Account,
    private readonly options: FunctionsOptions,
    private readonly isThere: (lambda: PlayedFunction) => boolean,
  ) {}

  /**
   * Runs a function and waits for it. What the function fails with is a result.
   *
   * @param payload JSON
   * @throws AwsFault when the function cannot be started, such as `AccessDeniedException` for a role that Lambda cannot assume
   */
  async invoke(lambda: PlayedFunction, payload: string, requestId: string = randomUUID()): Promise<InvocationAnswer> {
    const warm = this.free(lambda) ?? await this.start(lambda);
    const result = await warm.environment.invoke({ requestId, payload });
    if (!this.isClosed && this.isThere(lambda) && warm.environment.isUsable(this.account.run.clock.now())) this.keep(lambda, warm);
    else void this.end(warm);
    return { ...result, log: warm.log.newest() };
  }

  /** Runs a function for which nobody waits. What fails is tried again, as Lambda does it. */
  async invokeLater(lambda: PlayedFunction, payload: string, requestId: string): Promise<void> {
    const retries = lambda.eventInvokeConfig?.maximumRetryAttempts ?? RETRY_SECONDS.length;
    for (const seconds of [...RETRY_SECONDS.slice(0, retries), undefined]) {
      const hasFailed = await this.invoke(lambda, payload, requestId).then((result) => result.hasFailed, () => true);
      if (!hasFailed || seconds === undefined || this.isClosed || !this.isThere(lambda)) return;
      await pause(seconds / this.account.compression, this.account.run.signal);
    }
  }

  /** Ends the environments of a function that nobody uses at the moment. */
  async endIdle(lambda: PlayedFunction): Promise<void> {
    const idle = this.warm.get(lambda.arn) ?? [];
    this.warm.delete(lambda.arn);
    await Promise.all(idle.map((warm) => this.end(warm)));
  }

  /** Ends all environments, also those that are in use. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.all].map((warm) => this.end(warm)));
  }

  private free(lambda: PlayedFunction): Warm | undefined {
    const idle = this.warm.get(lambda.arn) ?? [];
    for (let warm = idle.pop(); warm !== undefined; warm = idle.pop()) {
      clearTimeout(warm.idle);
      if (warm.environment.isUsable(this.account.run.clock.now())) return warm;
      void this.end(warm);
    }
    return undefined;
  }

  private keep(lambda: PlayedFunction, warm: Warm): void {
    const idle = this.warm.get(lambda.arn) ?? [];
    this.warm.set(lambda.arn, [...idle, warm]);
    warm.idle = setTimeout(() => {
      this.warm.set(lambda.arn, (this.warm.get(lambda.arn) ?? []).filter((other) => other !== warm));
      void this.end(warm);
    }, IDLE_SECONDS * 1000).unref();
  }

  private async end(warm: Warm): Promise<void> {
    clearTimeout(warm.idle);
    await warm.environment.end();
    await warm.log.close();
    this.all.delete(warm);
  }

  private async start(lambda: PlayedFunction): Promise<Warm> {
    if (this.isClosed) throw new AwsFault('ServiceException', 'The account is being closed.', 500);
    const credentials = await assumedByLambda(this.account, lambda.settings.role, lambda.name);
    const directory = join(this.account.directory, 'functions', lambda.name, randomUUID().slice(0, 8));
    const log = new FunctionLog({
      account: this.account,
      credentials,
      file: join(this.account.directory, 'functions', `${lambda.name}.log`),
      logGroup: lambda.settings.logGroup,
      isFunctionThere: () => this.isThere(lambda),
    });
    const isPython = lambda.settings.runtime.startsWith('python');
    const { python, pythonRuntime, nodeRuntime } = this.options;
    const environment = new ExecutionEnvironment({
      lambda,
      command: isPython ? python : process.execPath,
      args: [isPython ? pythonRuntime : nodeRuntime, lambda.code.directory, lambda.settings.handler, ...(isPython ? [] : [this.account.endpoint])],
      env: this.environmentOf(lambda, credentials, directory, log.streamName),
      directory,
      credentials,
      log,
    });
    const warm = { environment, log };
    this.all.add(warm);
    return warm;
  }

  /** The variables that Lambda sets, with folders of this computer in the place of Lambda's own. */
  private environmentOf(lambda: PlayedFunction, credentials: RoleCredentials, directory: string, logStream: string): Readonly<Record<string, string>> {
    const { settings, code, layerCode } = lambda;
    const layers = layerCode.map((layer) => layer.directory);
    const within = (folder: string): readonly string[] => layers.map((layer) => join(layer, folder)).filter((path) => existsSync(path));
    const temporary = join(directory, 'tmp');
    const programs = layerPrograms({ ...this.options, layers, directory: join(directory, 'bin'), compression: this.account.compression });
    const { PATH: systemPath = '/usr/local/bin:/usr/bin:/bin', ...inherited } = this.options.environment ?? {};
    return {
      ...inherited,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      // Lambda's Node.js is a newer one: the SDK has no reason to warn there.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...settings.variables,
      PATH: [...programs, systemPath].join(delimiter),
      HOME: temporary,
      TMPDIR: temporary,
      // Where the CDK's kubectl handler keeps its files instead of /tmp, which all functions share here.
      TEST_OUTDIR: temporary,
      NODE_PATH: [...within('nodejs/node_modules'), this.providedPackages()].join(delimiter),
      PYTHONPATH: within('python').join(delimiter),
      AWS_REGION: this.account.region,
      AWS_DEFAULT_REGION: this.account.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_ENDPOINT_URL: this.account.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: lambda.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMegabytes),
      AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: logStream,
      LAMBDA_TASK_ROOT: code.directory,
      _HANDLER: settings.handler,
    };
  }

  /** A folder with the packages that Lambda's runtime has, and with no others of the project. */
  private providedPackages(): string {
    const folder = join(this.account.directory, 'functions', 'node_modules');
    if (existsSync(folder)) return folder;
    mkdirSync(folder, { recursive: true });
    for (const scope of PROVIDED_PACKAGES) symlinkSync(join(this.options.nodeModules, scope), join(folder, scope));
    return folder;
  }
}
