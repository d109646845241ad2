import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../json';
import type { Clock } from '../../run-context';
import type { MadeResource } from './resource-type';
import type { StackParameter } from './stack-parameters';
import type { StackTemplate } from './stack-template';

/** What a stack is made from. */
export interface StackDefinition {
  readonly template: StackTemplate;
  readonly parameters: readonly StackParameter[];
  readonly tags: Readonly<Record<string, string>>;
  /** @default - CloudFormation works with the keys of the caller */
  readonly roleArn?: string;
  readonly capabilities: readonly string[];
  /** Names of the region's zones. Empty where the template does not ask for them. */
  readonly zones: readonly string[];
}

/** A resource as the stack has it. */
export interface ResourceState extends Pick<MadeResource, 'attributes'> {
  readonly logicalId: string;
  readonly type: string;
  /** Empty as long as the resource has none. */
  readonly physicalId: string;
  /** As the resource was made. */
  readonly properties: JsonObject;
  readonly metadata: JsonObject;
  /** Logical ids of what it was made after, and is deleted before. */
  readonly dependencies: readonly string[];
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  /** Such as `CREATE_COMPLETE`. */
  readonly status: string;
  readonly reason?: string;
  readonly changedAt: Date;
}

/** Something that happens to a stack or to a resource of it. */
export interface PlayedEvent {
  readonly id: string;
  readonly operationId: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly at: Date;
  /** Properties of the resource. @default - it is about the stack */
  readonly properties?: JsonObject;
}

/** A change that is proposed to a stack. */
export interface PlayedChangeSet {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly definition: StackDefinition;
  readonly changes: readonly ResourceChange[];
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly reason?: string;
  readonly executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE';
  readonly onStackFailure?: string;
  readonly createdAt: Date;
}

/** What becomes of one resource. */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  /** Whether another resource takes its place. @default - the action is not `Modify` */
  readonly replacement?: 'True' | 'False' | 'Conditional';
  /** Names of properties that change. */
  readonly properties: readonly string[];
}

/** An operation that CloudFormation is at. */
export interface RunningOperation {
  readonly cancel: AbortController;
  /** Settles, and never rejects, when the operation has ended. */
  readonly ended: Promise<void>;
}

/** Type of the stack in its own events. */
const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** A stack: what it is made from, its resources, and what has happened to it. */
export class PlayedStack {
  status = '';
  reason: string | undefined;
  readonly createdAt: Date;
  updatedAt: Date | undefined;
  deletedAt: Date | undefined;
  /** What its resources are being made from. Undefined while only a change set stands. */
  definition: StackDefinition | undefined;
  /** What it goes back to when an update fails. Undefined until it was complete for the first time. */
  stable: { readonly definition: StackDefinition; readonly resources: ReadonlyMap<string, ResourceState> } | undefined;
  /** By logical id. Those that have left the stack stay in it until it is complete again. */
  readonly resources = new Map<string, ResourceState>();
  /** What is deleted at the end of an update: what was replaced, or what has replaced it when the update is undone. */
  readonly superseded: ResourceState[] = [];
  outputs: readonly StackOutputValue[] = [];
  /** The oldest first. */
  readonly events: PlayedEvent[] = [];
  /** By name. */
  readonly changeSets = new Map<string, PlayedChangeSet>();
  isProtected = false;
  isRollbackDisabled = false;
  running: RunningOperation | undefined;
  operationId: string = randomUUID();
  private lastMillis = 0;

  constructor(readonly id: string, readonly name: string, private readonly clock: Clock) {
    this.createdAt = clock.now();
  }

  /** Whether CloudFormation works on it. */
  get isInProgress(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && this.status !== 'REVIEW_IN_PROGRESS';
  }

  /** Resources that stand or were begun: all but those that have left the stack. */
  get present(): readonly ResourceState[] {
    return [...this.resources.values()].filter(isPresent);
  }

  /** The resource of a logical id, unless it has left the stack. */
  presentOf(logicalId: string): ResourceState | undefined {
    const state = this.resources.get(logicalId);
    return state !== undefined && isPresent(state) ? state : undefined;
  }

  /** Changes the stack's status, and adds the event that says so. */
  enter(status: string, reason?: string): void {
    this.status = status;
    this.reason = reason;
    const at = this.tick();
    if (status === 'DELETE_COMPLETE') this.deletedAt = at;
    else if (this.events.length > 0) this.updatedAt = at;
    this.events.push({ id: randomUUID(), operationId: this.operationId, logicalId: this.name, physicalId: this.id, type: STACK_TYPE, status, reason, at });
  }

  /** Adds an event about a resource. */
  tell({ logicalId, physicalId, type, properties }: Pick<ResourceState, 'logicalId' | 'physicalId' | 'type' | 'properties'>, status: string, reason?: string): void {
    const at = this.tick();
    const id = `${logicalId}-${status}-${at.toISOString()}`;
    this.events.push({ id, operationId: this.operationId, logicalId, physicalId, type, status, reason, at, properties });
  }

  /** Changes a resource's status, and adds the event that says so. */
  turn(state: ResourceState, status: string, reason?: string): ResourceState {
    const turned = { ...state, status, reason, changedAt: this.clock.now() };
    this.resources.set(state.logicalId, turned);
    this.tell(turned, status, reason);
    return turned;
  }

  /** Marks what it is now as what it goes back to. */
  settle(): void {
    for (const state of this.resources.values()) {
      if (!isPresent(state)) this.resources.delete(state.logicalId);
    }
    if (this.definition !== undefined) this.stable = { definition: this.definition, resources: new Map(this.resources) };
  }

  /** No two events have the same moment, because readers sort by it. */
  private tick(): Date {
    this.lastMillis = Math.max(this.clock.now().getTime(), this.lastMillis + 1);
    return new Date(this.lastMillis);
  }
}

function isPresent({ status }: ResourceState): boolean {
  return status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}

/** An output of a stack. */
export interface StackOutputValue {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}
