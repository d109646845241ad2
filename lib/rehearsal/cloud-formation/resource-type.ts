import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../json';

/** What CloudFormation does for the resources of one type: the calls that AWS's own handlers make. */
export interface ResourceType {
  /** Such as `AWS::EC2::VPC`. */
  readonly type: string;
  /**
   * Properties whose change makes a new resource instead of an update, such as a name.
   *
   * @default - none, as far as there is an {@link update}
   */
  readonly replacedBy?: readonly string[];
  /**
   * Makes a resource, and waits until it is of use. Called again with the same token, it makes no second one.
   *
   * @throws what the resource fails with: its message becomes the reason in the events, and the message of its cause the finding
   */
  create(resource: ResourceRequest): Promise<MadeResource>;
  /**
   * Changes a resource in place.
   *
   * @default - any change makes a new resource, and deletes the old one afterwards
   */
  readonly update?: (resource: ExistingResourceRequest, old: MadeResource & { readonly properties: JsonObject }) => Promise<MadeResource>;
  /**
   * Deletes a resource, and waits until it is gone. One that is not there counts as deleted. What fails with an error named
   * `DependencyViolation` or `ResourceInUseException` is asked for again for some minutes of AWS time, as CloudFormation does.
   */
  delete(resource: ExistingResourceRequest): Promise<void>;
}

/** What is asked for. */
export interface ResourceRequest {
  readonly logicalId: string;
  /** As in the template, with every intrinsic function worked out. On deletion: as the resource was made. */
  readonly properties: JsonObject;
  /**
   * Which resource it is.
   *
   * @default - it is yet to be made
   */
  readonly physicalId?: string;
  readonly stack: ResourceStack;
  /** The same for each try of one operation, different for the next: what SDKs take as client token. */
  readonly token: string;
  /** Keys of the role that the stack is deployed with. */
  readonly credentials: ResourceCredentials;
  /** Aborted when the account ends, or when the creation is cancelled after {@link initiated} was called. */
  readonly signal: AbortSignal;
  /**
   * To be called on creation as soon as the service has given the resource its id, before any wait: a creation that fails or
   * is cancelled afterwards is undone by that id.
   */
  initiated(physicalId: string): void;
}

/** What is asked for, of a resource that was made. */
export interface ExistingResourceRequest extends ResourceRequest {
  readonly physicalId: string;
  /** As {@link MadeResource.attributes}. */
  readonly attributes: Readonly<Record<string, JsonValue>>;
}

/** The stack of a resource. */
export interface ResourceStack {
  /** ARN of the stack. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** Such as `aws`. */
  readonly partition: string;
  /** Tags that CloudFormation puts onto each resource that can have any. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Access keys, as SDK clients take them. */
export interface ResourceCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** @default - the keys are those of a user */
  readonly sessionToken?: string;
}

/** A resource that stands. */
export interface MadeResource {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives, by the attribute's name as in the template, such as `Endpoint.Address`. */
  readonly attributes: Readonly<Record<string, JsonValue>>;
}

/** Characters at the end of a name that CloudFormation makes up. */
const SUFFIX_LENGTH = 12;
const SUFFIX_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * The name that CloudFormation makes up for a resource without one: STACK-LOGICALID-SUFFIX. The suffix comes from the token, so
 * that another try makes the same name.
 *
 * @param maxLength longest name that the service takes; stack and logical id are cut alike
 * @example
 * physicalName(resource, 64); // 'karpenter-lab-ClusterRoleFA261979-4pZ0mKQ1bXyw'
 */
export function physicalName({ stack, logicalId, token }: Pick<ResourceRequest, 'stack' | 'logicalId' | 'token'>, maxLength: number): string {
  const digest = createHash('sha256').update(`${stack.id} ${logicalId} ${token}`).digest();
  const suffix = [...digest.subarray(0, SUFFIX_LENGTH)].map((byte) => SUFFIX_CHARACTERS[byte % SUFFIX_CHARACTERS.length]).join('');
  const room = maxLength - SUFFIX_LENGTH - 2;
  const isTooLong = stack.name.length + logicalId.length > room;
  const stackLength = isTooLong ? Math.min(stack.name.length, Math.max(Math.floor(room / 2), room - logicalId.length)) : stack.name.length;
  return `${stack.name.slice(0, stackLength)}-${logicalId.slice(0, room - stackLength)}-${suffix}`;
}
