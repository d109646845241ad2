import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, textAt } from '../../json';
import { typicalSeconds } from '../../plan/time-estimate';
import { pause } from '../../wait-for';
import type { Account } from '../account';
import { causeInMessage, CustomResourceFailure } from './custom-resources';
import type { PlayedStack, ResourceState } from './played-stack';
import type { ExistingResourceRequest, MadeResource, ResourceCredentials, ResourceStack, ResourceType } from './resource-type';
import { isCustomType, type StackResource } from './stack-template';

/** What the work on the resources of one stack needs, in one operation. */
export interface ResourceWorkOptions {
  readonly account: Account;
  readonly stack: PlayedStack;
  readonly typeOf: (type: string) => ResourceType;
  /** Gives keys that are good for some minutes at least. */
  readonly credentials: () => Promise<ResourceCredentials>;
  readonly resourceStack: ResourceStack;
  /** Aborted when creations and updates under way no longer count. */
  readonly cancelled: AbortSignal;
}

/** A resource that is to be, with its functions worked out. */
export interface WantedResource {
  readonly resource: StackResource;
  readonly properties: JsonObject;
  readonly dependencies: readonly string[];
}

/** Errors of deletions that pass when something else is gone, which CloudFormation waits for. */
const PASSING_ON_DELETION: ReadonlySet<string> = new Set(['DependencyViolation', 'ResourceInUseException']);

/** How often such a deletion is tried, and how many AWS seconds lie between: for longer than Lambda holds the interfaces of functions. */
const DELETION_TRIES = 150;
const SECONDS_BETWEEN_TRIES = 10;

/** Part of the typical time of a creation that an update or a deletion takes, of which there are no figures. */
const PART_FOR_OTHER_WORK = 1 / 3;

/** Makes, changes and deletes single resources, and tells the stack what happens. */
export class ResourceWork {
  private hasFailed = false;

  constructor(private readonly options: ResourceWorkOptions) {}

  /** The work that undoes this one: the cancellation that led to it does not concern it, and what fails in it is no first cause. */
  forRollback(): ResourceWork {
    const work = new ResourceWork({ ...this.options, cancelled: new AbortController().signal });
    work.hasFailed = true;
    return work;
  }

  /** Makes a resource. A failure becomes its state: only the end of the account throws. */
  async create(wanted: WantedResource, reason?: string): Promise<boolean> {
    const { account, stack, typeOf, cancelled } = this.options;
    const { type } = wanted.resource;
    const before = stack.presentOf(wanted.resource.logicalId);
    const verb = before === undefined ? 'CREATE' : 'UPDATE';
    let state = stack.turn(stateOf(wanted, '', {}), `${verb}_IN_PROGRESS`, reason);
    const giveUp = new AbortController();
    let isInitiated = isCustomType(type);
    const cancel = (): void => {
      if (!state.status.endsWith('_FAILED')) state = stack.turn(state, `${verb}_FAILED`, `Resource ${verb === 'CREATE' ? 'creation' : 'update'} cancelled`);
      if (isInitiated) giveUp.abort(new Error('The creation is cancelled.'));
    };
    const initiated = (physicalId: string): void => {
      if (state.physicalId === physicalId) return;
      state = { ...state, physicalId };
      if (cancelled.aborted) stack.resources.set(state.logicalId, state);
      else state = stack.turn(state, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
      isInitiated = true;
      if (cancelled.aborted) cancel();
    };
    cancelled.addEventListener('abort', cancel, { once: true });
    try {
      const request = await this.requestOf(wanted, AbortSignal.any([account.run.signal, giveUp.signal]), initiated);
      const made = await this.lasting(secondsFor(wanted), () => typeOf(type).create(request));
      initiated(made.physicalId);
      state = { ...state, ...made };
      if (cancelled.aborted) stack.resources.set(state.logicalId, state);
      else state = stack.turn(state, `${verb}_COMPLETE`);
      return !cancelled.aborted;
    } catch (error) {
      account.run.signal.throwIfAborted();
      if (error instanceof CustomResourceFailure) state = { ...state, physicalId: error.physicalId };
      stack.resources.set(state.logicalId, state);
      if (!cancelled.aborted) this.fail(state, `${verb}_FAILED`, error, 'CloudFormation creates it');
      return false;
    } finally {
      cancelled.removeEventListener('abort', cancel);
    }
  }

  /** Changes a resource in place. @returns the state that it had when the change gave it another id, whether it is done */
  async update(wanted: WantedResource, before: ResourceState): Promise<{ readonly isDone: boolean; readonly replaced?: ResourceState }> {
    const { account, stack, typeOf, cancelled } = this.options;
    let state = stack.turn({ ...before, metadata: wanted.resource.metadata }, 'UPDATE_IN_PROGRESS');
    const cancel = (): void => void (state = stack.turn(state, 'UPDATE_FAILED', 'Resource update cancelled'));
    cancelled.addEventListener('abort', cancel, { once: true });
    try {
      const request = { ...await this.requestOf(wanted, account.run.signal), physicalId: before.physicalId, attributes: before.attributes };
      const made = await this.lasting(secondsFor(wanted) * PART_FOR_OTHER_WORK, () => updated(typeOf(before.type), request, before));
      const after = { ...stateOf(wanted, made.physicalId, made.attributes), status: state.status, reason: state.reason };
      if (cancelled.aborted) stack.resources.set(after.logicalId, after);
      else stack.turn(after, 'UPDATE_COMPLETE');
      return { isDone: !cancelled.aborted, replaced: made.physicalId === before.physicalId ? undefined : before };
    } catch (error) {
      account.run.signal.throwIfAborted();
      if (!cancelled.aborted) this.fail(state, 'UPDATE_FAILED', error, 'CloudFormation updates it');
      return { isDone: false };
    } finally {
      cancelled.removeEventListener('abort', cancel);
    }
  }

  /** Deletes a resource, or the one that another has replaced. A failure becomes its state. */
  async delete(state: ResourceState): Promise<boolean> {
    const { account, typeOf } = this.options;
    if (state.physicalId === '') {
      this.turn(state, 'DELETE_COMPLETE');
      return true;
    }
    const deleting = this.turn(state, 'DELETE_IN_PROGRESS');
    const wanted = { resource: { ...state, dependsOn: [] }, properties: state.properties, dependencies: state.dependencies };
    const token = randomUUID();
    try {
      await this.lasting(secondsFor(wanted) * PART_FOR_OTHER_WORK, () => this.deletedInTime(async () => {
        const request = { ...await this.requestOf(wanted, account.run.signal), token, physicalId: state.physicalId, attributes: state.attributes };
        await typeOf(state.type).delete(request);
      }));
      this.turn(deleting, 'DELETE_COMPLETE');
      return true;
    } catch (error) {
      account.run.signal.throwIfAborted();
      this.fail(deleting, 'DELETE_FAILED', error, 'CloudFormation deletes it');
      return false;
    }
  }

  /** Changes a resource's status. One that another has replaced has events, too, but it is no longer the stack's. */
  turn(state: ResourceState, status: string, reason?: string): ResourceState {
    const { stack } = this.options;
    const current = stack.resources.get(state.logicalId);
    if (current === undefined || current.physicalId === state.physicalId) return stack.turn(state, status, reason);
    stack.tell(state, status, reason);
    return { ...state, status, reason };
  }

  /** Says why a resource cannot be made or changed. It becomes a finding unless something else has failed before. */
  fail(state: ResourceState, status: string, error: unknown, expected: string): void {
    const { account, cancelled } = this.options;
    this.turn(state, status, messageOf(error));
    if (this.hasFailed || cancelled.aborted) return;
    this.hasFailed = true;
    // A type puts the service's words into CloudFormation's, and keeps what was thrown as the cause.
    const found = error instanceof CustomResourceFailure ? causeInMessage(error.message) : messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
    account.findings.report({ kind: 'resource-failed', resource: `${state.logicalId} (${state.type})`, expected, found });
  }

  private async deletedInTime(remove: () => Promise<void>): Promise<void> {
    const { run, compression } = this.options.account;
    for (let tries = 1; ; tries++) {
      try {
        return await remove();
      } catch (error) {
        if (tries === DELETION_TRIES || !(error instanceof Error) || !PASSING_ON_DELETION.has(error.name)) throw error;
      }
      await pause(SECONDS_BETWEEN_TRIES / compression, run.signal);
    }
  }

  /** Does some work, which lasts so many AWS seconds at least. A failure or a cancellation ends it at once. */
  private async lasting<T>(awsSeconds: number, work: () => Promise<T>): Promise<T> {
    const { account, cancelled } = this.options;
    const isOver = new AbortController();
    const least = pause(awsSeconds / account.compression, AbortSignal.any([account.run.signal, cancelled, isOver.signal])).catch(() => undefined);
    try {
      const result = await work();
      await least;
      account.run.signal.throwIfAborted();
      return result;
    } finally {
      isOver.abort();
    }
  }

  private async requestOf({ resource, properties }: WantedResource, signal: AbortSignal, initiated: (physicalId: string) => void = () => undefined) {
    const { resourceStack, credentials } = this.options;
    return { logicalId: resource.logicalId, properties, stack: resourceStack, token: randomUUID(), credentials: await credentials(), signal, initiated };
  }
}

/** Whether a change of properties takes another resource. */
export function isReplacedBy(type: ResourceType, before: JsonObject, after: JsonObject): boolean {
  const changed = changedProperties(before, after);
  return changed.length > 0 && (type.update === undefined || changed.some((name) => type.replacedBy?.includes(name)));
}

/** Whether the tags of a stack are put onto resources of a type again when they change: where there is a way to. */
export function takesTags(type: ResourceType): boolean {
  return type.update !== undefined && !isCustomType(type.type);
}

/** Names of the properties that differ. */
export function changedProperties(before: JsonObject, after: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** The state of a resource that is to be, before anything has happened to it. */
export function stateOf({ resource, properties, dependencies }: WantedResource, physicalId: string, attributes: MadeResource['attributes']): ResourceState {
  const { logicalId, type, metadata, deletionPolicy, updateReplacePolicy } = resource;
  return { logicalId, type, physicalId, attributes, properties, metadata, dependencies, deletionPolicy, updateReplacePolicy, status: '', changedAt: new Date(0) };
}

function updated(type: ResourceType, request: ExistingResourceRequest, before: ResourceState): Promise<MadeResource> {
  if (type.update === undefined) throw new Error(`${type.type} cannot be updated.`);
  return type.update(request, before);
}

/** Typical AWS seconds to make a resource, as the plan has them. */
function secondsFor({ resource: { type }, properties }: Pick<WantedResource, 'resource' | 'properties'>): number {
  const variant = isJsonObject(properties['VpcConfig']) ? 'in VPC' : textAt(properties, 'AddonName') ?? textAt(properties, 'Release');
  return typicalSeconds({ type, variant });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
