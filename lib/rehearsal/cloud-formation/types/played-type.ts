import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../json';
import { isPassingStatus } from '../../../passing-failure';
import { pollFor } from '../../../wait-for';
import { AwsFault } from '../../aws-answers/aws-request';
import type { ResourceRequest, ResourceType } from '../resource-type';

/** A type, with all properties of it that the rehearsal plays. One that is in neither list is refused by its name. */
export interface PlayedType extends ResourceType {
  readonly replacedBy: readonly string[];
  /** Properties whose change changes the resource in place. */
  readonly updatedBy: readonly string[];
}

/** Real seconds after which a resource that does not become what it should is given up: its work is real work of this computer. */
const STEADY_SECONDS = 900;

/**
 * Waits until a resource is what it should be.
 *
 * @param look false while it is not yet; what it throws ends the wait
 * @throws Error `NotStabilized`
 */
export async function untilSteady<T>(resource: ResourceRequest, type: string, look: () => Promise<T | false>): Promise<T> {
  return pollFor(look, {
    deadlineSeconds: STEADY_SECONDS,
    everySeconds: 0.25,
    onDeadline: () => new AwsFault('NotStabilized', `Resource of type '${type}' with identifier '${resource.physicalId ?? resource.logicalId}' did not stabilize.`),
  }, { signal: resource.signal });
}

/** Names by which AWS's services say that there is no such thing. */
const GONE = /NotFound(?:Exception)?$|^NoSuchEntity|NonExistentQueue$|^QueueDoesNotExist$|DoesNotExist$|^Gateway\.NotAttached$/;

/** Whether a service says that there is no such thing. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && GONE.test(error instanceof AwsFault ? error.code : error.name);
}

/** What a call gives, or undefined where there is no such thing. */
export async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A value that a service must have given. */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AwsFault('InternalFailure', `The service gave no ${what}.`);
  return value;
}

/**
 * Properties as the input of an API. CloudFormation takes them over from it: the same names and nesting.
 *
 * @param names which properties
 */
export function asInput<Input>(properties: JsonObject, names: readonly string[]): Input {
  return Object.fromEntries(names.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]]))) as Input;
}

/**
 * Properties as the input of the API of EKS, whose names begin with a small letter.
 *
 * @param except properties that are none of the API. @default - none
 */
export function asEksInput<Input>(properties: JsonObject, except: readonly string[] = []): Input {
  return camelCased(Object.fromEntries(Object.entries(properties).filter(([name]) => !except.includes(name)))) as Input;
}

function camelCased(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(camelCased);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`${key.charAt(0).toLowerCase()}${key.slice(1)}`, camelCased(inner)]));
}

/** What the SDK says of a request that was refused. */
interface RefusedRequest extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $service?: string;
}

/** What CloudFormation makes of a service's error, by the end of its name. */
const HANDLER_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/Already.?Exists|Duplicate|ResourceInUse/i, 'AlreadyExists'],
  [GONE, 'NotFound'],
  [/AccessDenied|Unauthorized/, 'AccessDenied'],
  [/LimitExceeded/, 'ServiceLimitExceeded'],
  [/Throttling|TooManyRequests/, 'Throttling'],
  [/NotStabilized/, 'NotStabilized'],
  [/Invalid|Validation|Malformed|DependencyViolation|DeleteConflict/, 'InvalidRequest'],
];

/** A handler of a type failed. Its name is that of the service's error, and its message is what CloudFormation says in the events. */
export class ResourceHandlerFailure extends Error {
  constructor(failure: RefusedRequest, token: string) {
    const code = failure instanceof AwsFault ? failure.code : failure.name;
    const { httpStatusCode, requestId } = failure.$metadata ?? {};
    const from = httpStatusCode === undefined
      ? ''
      : ` (Service: ${serviceName(failure.$service)}, Status Code: ${httpStatusCode}, Request ID: ${requestId ?? token})`;
    const handlerCode = HANDLER_ERRORS.find(([pattern]) => pattern.test(code))?.[1]
      ?? (isPassingStatus(httpStatusCode) ? 'GeneralServiceException' : 'InvalidRequest');
    super(`Resource handler returned message: "${failure.message}${from}" (RequestToken: ${token}, HandlerErrorCode: ${handlerCode})`, { cause: failure });
    this.name = code;
  }
}

/** `EC2` is `Ec2` in CloudFormation's messages. */
function serviceName(name = 'Unknown'): string {
  return `${name.charAt(0)}${name.slice(1).toLowerCase()}`;
}
