import { arrayAt, type JsonObject, numberAt, objectAt, textAt, textOrJson, valueAt } from '../../json';
import type { StoredCode } from './code-store';
import { invalidParameter, lambdaTime, notPlayedByLambda } from './lambda-answers';

/** Where a function stands in its VPC. */
export interface FunctionNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What a function is configured with. */
export interface FunctionSettings {
  readonly description: string;
  /** Such as `index.handler`. */
  readonly handler: string;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  /** ARN. */
  readonly role: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  /** ARNs of layer versions. */
  readonly layers: readonly string[];
  readonly architectures: readonly string[];
  /** @default - in none */
  readonly network?: FunctionNetwork;
  readonly logGroup: string;
}

/** How often Lambda tries an invocation again that nobody waits for. */
export interface EventInvokeConfig {
  readonly maximumRetryAttempts: number;
  readonly lastModified: Date;
}

/** A function of the account. It changes as requests change it. */
export interface PlayedFunction {
  readonly name: string;
  readonly arn: string;
  settings: FunctionSettings;
  code: StoredCode;
  /** Code of the layers in the settings, in their order. It stays when a layer is deleted. */
  layerCode: readonly StoredCode[];
  /** Changes with code and settings: an execution environment serves one revision. */
  revisionId: string;
  lastModified: Date;
  state: 'Pending' | 'Active';
  lastUpdateStatus: 'InProgress' | 'Successful';
  readonly tags: Map<string, string>;
  /** Statements of its own policy by their id. */
  readonly permissions: Map<string, JsonObject>;
  /** @default - two more tries */
  eventInvokeConfig?: EventInvokeConfig;
}

/** Longest timeout of a function. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_TIMEOUT_SECONDS = 900;

/**
 * Reads the settings in a request of CreateFunction, or of UpdateFunctionConfiguration.
 *
 * @param old what stays where the request says nothing. @default - Lambda's defaults
 * @throws AwsFault `InvalidParameterValueException`
 */
export function functionSettings(name: string, body: JsonObject, old?: FunctionSettings): FunctionSettings {
  const settings: FunctionSettings = {
    description: textAt(body, 'Description') ?? old?.description ?? '',
    handler: textAt(body, 'Handler') ?? old?.handler ?? '',
    runtime: textAt(body, 'Runtime') ?? old?.runtime ?? '',
    role: textAt(body, 'Role') ?? old?.role ?? '',
    memoryMegabytes: numberAt(body, 'MemorySize') ?? old?.memoryMegabytes ?? 128,
    timeoutSeconds: numberAt(body, 'Timeout') ?? old?.timeoutSeconds ?? 3,
    variables: valueAt(body, 'Environment') === undefined ? old?.variables ?? {} : textsAt(body, 'Environment', 'Variables'),
    layers: valueAt(body, 'Layers') === undefined ? old?.layers ?? [] : listAt(body, 'Layers'),
    architectures: valueAt(body, 'Architectures') === undefined ? old?.architectures ?? ['x86_64'] : listAt(body, 'Architectures'),
    network: valueAt(body, 'VpcConfig') === undefined ? old?.network : networkAt(body),
    logGroup: textAt(body, 'LoggingConfig', 'LogGroup') ?? old?.logGroup ?? `/aws/lambda/${name}`,
  };
  if (!/^(nodejs|python)\d/.test(settings.runtime)) throw notPlayedByLambda(`the runtime '${settings.runtime}'`);
  if (!settings.handler.includes('.')) throw invalidParameter(`Value '${settings.handler}' at 'handler' failed to satisfy constraint: FILE.FUNCTION`);
  if (settings.timeoutSeconds < 1 || settings.timeoutSeconds > LONGEST_TIMEOUT_SECONDS) {
    throw invalidParameter(`Value '${settings.timeoutSeconds}' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to ${LONGEST_TIMEOUT_SECONDS}`);
  }
  return settings;
}

function networkAt(body: JsonObject): FunctionNetwork | undefined {
  const subnetIds = listAt(body, 'VpcConfig', 'SubnetIds');
  return subnetIds.length === 0 ? undefined : { subnetIds, securityGroupIds: listAt(body, 'VpcConfig', 'SecurityGroupIds') };
}

/** The texts of a list under a path. */
export function listAt(body: JsonObject, ...path: readonly string[]): readonly string[] {
  return arrayAt(body, ...path).filter((each) => typeof each === 'string');
}

/** The texts of an object under a path. */
export function textsAt(body: JsonObject, ...path: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(objectAt(body, ...path)).map(([key, value]) => [key, textOrJson(value)]));
}

/** A function's configuration as Lambda answers with it. */
export function functionConfiguration(lambda: PlayedFunction): JsonObject {
  const { settings } = lambda;
  return {
    FunctionName: lambda.name,
    FunctionArn: lambda.arn,
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: lambda.code.size,
    CodeSha256: lambda.code.sha256,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMegabytes,
    LastModified: lambdaTime(lambda.lastModified),
    Version: '$LATEST',
    RevisionId: lambda.revisionId,
    State: lambda.state,
    ...(lambda.state === 'Pending' ? { StateReason: 'The function is being created.', StateReasonCode: 'Creating' } : {}),
    LastUpdateStatus: lambda.lastUpdateStatus,
    PackageType: 'Zip',
    Architectures: settings.architectures,
    Environment: { Variables: settings.variables },
    Layers: settings.layers.map((Arn, index) => ({ Arn, CodeSize: lambda.layerCode[index]?.size ?? 0 })),
    ...(settings.network === undefined ? {} : { VpcConfig: { SubnetIds: settings.network.subnetIds, SecurityGroupIds: settings.network.securityGroupIds } }),
    LoggingConfig: { LogFormat: 'Text', LogGroup: settings.logGroup },
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: 'PassThrough' },
  };
}
