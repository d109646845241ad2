import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../json';
import { pollFor } from '../../../wait-for';
import type { ResourceRequest, ResourceType } from '../resource-type';

/** A type, with all properties of it that the rehearsal plays. One that is in neither list is refused by its name. */
export interface PlayedType extends ResourceType {
  readonly replacedBy: readonly string[];
  /** Properties whose change changes the resource in place. */
  readonly updatedBy: readonly string[];
}

/** Why a resource cannot be made, changed or deleted, where no service of the account says so. */
export class ResourceFailure extends Error {
  /** @param code name of the error, as a service of AWS would give it: `DependencyViolation` */
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/** Real seconds after which a resource that does not become what it should is given up: its work is real work of this computer. */
const STEADY_SECONDS = 900;

/**
 * Waits until a resource is what it should be.
 *
 * @param look false while it is not yet; what it throws ends the wait
 * @throws ResourceFailure `NotStabilized`
 */
export async function untilSteady<T>(resource: ResourceRequest, type: string, look: () => Promise<T | false>): Promise<T> {
  return pollFor(look, {
    deadlineSeconds: STEADY_SECONDS,
    everySeconds: 0.25,
    onDeadline: () => new ResourceFailure('NotStabilized', `Resource of type '${type}' with identifier '${resource.physicalId ?? resource.logicalId}' did not stabilize.`),
  }, { signal: resource.signal });
}

/** Names by which AWS's services say that there is no such thing. */
const GONE = /NotFound(?:Exception)?$|^NoSuchEntity|NonExistentQueue$|^QueueDoesNotExist$|DoesNotExist$|^Gateway\.NotAttached$/;

/** Whether a service says that there is no such thing. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && GONE.test(error.name);
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
  if (value === undefined) throw new ResourceFailure('InternalFailure', `The service gave no ${what}.`);
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
