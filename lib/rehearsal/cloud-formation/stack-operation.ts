import { DependencyGraph } from '../../assembly/synthesized-stack';
import { isJsonObject, type JsonObject, objectAt, textAt } from '../../json';
import { walkDependencies } from './dependency-walk';
import { Evaluation, type EvaluationScope } from './evaluation';
import type { PlayedStack, ResourceState, StackDefinition } from './played-stack';
import type { ResourceType } from './resource-type';
import { changedProperties, isReplacedBy, type ResourceWork, stateOf, takesTags, type WantedResource } from './resource-work';
import type { StackResource } from './stack-template';

/** What an operation on a stack works with. */
export interface StackOperationOptions {
  readonly stack: PlayedStack;
  readonly work: ResourceWork;
  readonly typeOf: (type: string) => ResourceType;
  /** What the functions of a definition are worked out from. */
  readonly scopeOf: (definition: StackDefinition) => EvaluationScope;
  /** Aborted here when something fails and all is rolled back, or by whoever deletes the stack meanwhile. */
  readonly cancel: AbortController;
}

/** What is done when something fails. */
export type OnStackFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';

/** One operation on a stack, to its end: its resources are made, changed and deleted in the order of their dependencies. */
export class StackOperation {
  private work: ResourceWork;

  constructor(private readonly options: StackOperationOptions) {
    this.work = options.work;
  }

  async create(definition: StackDefinition, onFailure: OnStackFailure): Promise<void> {
    const { stack } = this.options;
    stack.definition = definition;
    stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
    const failed = await this.make(definition, onFailure !== 'DO_NOTHING');
    // Whoever deletes the stack meanwhile goes on from here.
    if (stack.status !== 'CREATE_IN_PROGRESS') return;
    if (failed.length === 0) return this.complete(definition, 'CREATE_COMPLETE');
    const reason = failedTo('create', failed);
    if (onFailure === 'DO_NOTHING') stack.enter('CREATE_FAILED', reason);
    else if (onFailure === 'DELETE') await this.delete([], reason);
    else await this.rollBack(`${reason} Rollback requested by user.`);
  }

  async update(definition: StackDefinition, isRollbackDisabled: boolean): Promise<void> {
    const { stack } = this.options;
    stack.definition = definition;
    stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
    // What has never been complete is made anew.
    const halfMade = stack.present.filter(({ status }) => status === 'CREATE_FAILED');
    const held = await this.deleteAll(halfMade, (state) => this.work.delete(state));
    const failed = held.length > 0 ? held : await this.make(definition, !isRollbackDisabled);
    if (failed.length > 0) {
      const reason = failedTo('update', failed);
      if (isRollbackDisabled) stack.enter('UPDATE_FAILED', reason);
      else await this.rollBack(reason);
      return;
    }
    const wanted = this.existing(definition);
    const removed = stack.present.filter(({ logicalId }) => !wanted.has(logicalId));
    stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp(removed);
    this.complete(definition, 'UPDATE_COMPLETE');
  }

  /** Goes back to what the stack was when it was complete last; to nothing where it never was. */
  async rollBack(reason: string | undefined, skipped: readonly string[] = []): Promise<void> {
    const { stack } = this.options;
    this.work = this.work.forRollback();
    if (stack.stable === undefined) {
      stack.enter('ROLLBACK_IN_PROGRESS', reason);
      const failed = await this.deleteAll(stack.present, (state) => this.deleteOrRetain(state, state.deletionPolicy, []));
      if (failed.length > 0) stack.enter('ROLLBACK_FAILED', failedTo('delete', failed));
      else stack.enter('ROLLBACK_COMPLETE');
      return;
    }
    const { definition, resources } = stack.stable;
    stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    stack.definition = definition;
    const made = stack.present.filter(({ logicalId }) => !resources.has(logicalId));
    const undone = await walkDependencies({
      ids: resources.keys(),
      waitsFor: (id) => resources.get(id)?.dependencies ?? [],
      work: async (id) => skipped.includes(id) || this.restore(id, resources.get(id), definition),
    });
    if (undone.size > 0) return stack.enter('UPDATE_ROLLBACK_FAILED', failedTo('update', failuresOf(stack, undone)));
    stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.cleanUp(made);
    this.complete(definition, 'UPDATE_ROLLBACK_COMPLETE');
  }

  /** @param retained logical ids of what stays, after a deletion that failed */
  async delete(retained: readonly string[], reason = 'User Initiated'): Promise<void> {
    const { stack } = this.options;
    if (stack.status === 'DELETE_COMPLETE') return;
    if (stack.status !== 'DELETE_IN_PROGRESS') stack.enter('DELETE_IN_PROGRESS', reason);
    const failed = await this.deleteAll(stack.present, (state) => this.deleteOrRetain(state, state.deletionPolicy, retained));
    if (failed.length > 0) stack.enter('DELETE_FAILED', failedTo('delete', failed));
    else stack.enter('DELETE_COMPLETE');
  }

  /** @returns logical ids of what failed, in the order of the template */
  private async make(definition: StackDefinition, stopsAtFailure: boolean): Promise<readonly string[]> {
    const { stack, cancel } = this.options;
    const wanted = this.existing(definition);
    const graph = DependencyGraph.of(wanted.values());
    const undone = await walkDependencies({
      ids: wanted.keys(),
      waitsFor: (id) => graph.dependenciesOf(id),
      isStopped: () => cancel.signal.aborted,
      work: async (id) => {
        const resource = wanted.get(id);
        const isDone = resource !== undefined && await this.bring(resource, [...graph.dependenciesOf(id)], definition, !stopsAtFailure);
        if (!isDone && stopsAtFailure) cancel.abort();
        return isDone;
      },
    });
    return failuresOf(stack, undone);
  }

  /** The resources whose conditions hold. */
  private existing(definition: StackDefinition): ReadonlyMap<string, StackResource> {
    const evaluation = new Evaluation(this.options.scopeOf(definition));
    return new Map([...definition.template.resources].filter(([, { condition }]) => condition === undefined || evaluation.holds(condition)));
  }

  /** Makes a resource, or changes it to what the template says; one that is so already stays untouched. */
  private async bring(resource: StackResource, dependencies: readonly string[], definition: StackDefinition, isRollbackDisabled: boolean): Promise<boolean> {
    const { stack, typeOf } = this.options;
    const { work } = this;
    const before = stack.presentOf(resource.logicalId);
    const evaluated = this.evaluated(resource, dependencies, definition);
    if (evaluated instanceof Error) {
      const state = before ?? stateOf({ resource, properties: {}, dependencies }, '', {});
      work.fail(state, before === undefined ? 'CREATE_FAILED' : 'UPDATE_FAILED', evaluated, 'the template gives its properties');
      return false;
    }
    if (before === undefined) return work.create(evaluated);
    if (isReplacedBy(typeOf(resource.type), before.properties, evaluated.properties)) {
      if (isRollbackDisabled) {
        work.fail(before, 'UPDATE_FAILED', new Error('Replacement type updates not supported on stack with disable-rollback.'), 'CloudFormation updates it');
        return false;
      }
      stack.superseded.push(before);
      return work.create(evaluated, 'Requested update requires the creation of a new physical resource; hence creating one.');
    }
    const isChanged = changedProperties(before.properties, evaluated.properties).length > 0 || before.status === 'UPDATE_FAILED' || this.haveTagsChanged(resource.type, definition);
    if (isChanged) return this.updateIn(evaluated, before);
    stack.resources.set(resource.logicalId, { ...before, ...stateOf(evaluated, before.physicalId, before.attributes), status: before.status, changedAt: before.changedAt });
    return true;
  }

  private async updateIn(wanted: WantedResource, before: ResourceState): Promise<boolean> {
    const { stack } = this.options;
    const { isDone, replaced } = await this.work.update(wanted, before);
    if (replaced !== undefined) stack.superseded.push(replaced);
    return isDone;
  }

  private haveTagsChanged(type: string, definition: StackDefinition): boolean {
    const { stack, typeOf } = this.options;
    return stack.stable !== undefined && takesTags(typeOf(type)) && changedProperties(stack.stable.definition.tags, definition.tags).length > 0;
  }

  private evaluated(resource: StackResource, dependencies: readonly string[], definition: StackDefinition): WantedResource | Error {
    try {
      const evaluation = new Evaluation(this.options.scopeOf(definition));
      return { resource, dependencies, properties: evaluation.objectOf(resource.properties) };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Makes a resource again what it was when the stack was complete. */
  private async restore(logicalId: string, stable: ResourceState | undefined, definition: StackDefinition): Promise<boolean> {
    const { stack } = this.options;
    const resource = definition.template.resources.get(logicalId);
    if (stable === undefined || resource === undefined) return true;
    const current = stack.presentOf(logicalId);
    const wanted = { resource, properties: stable.properties, dependencies: stable.dependencies };
    if (current === undefined || current.physicalId !== stable.physicalId) {
      if (current !== undefined && current.physicalId !== '') stack.superseded.push(current);
      stack.turn(stable, 'UPDATE_COMPLETE');
      return true;
    }
    const isChanged = current.status === 'UPDATE_FAILED' || changedProperties(current.properties, stable.properties).length > 0;
    return !isChanged || this.updateIn(wanted, current);
  }

  /** Deletes what an update has left over. What cannot be deleted stays, and does not fail the update. */
  private async cleanUp(removed: readonly ResourceState[]): Promise<void> {
    const { stack } = this.options;
    const standing = new Set(stack.present.map(({ physicalId }) => physicalId));
    const replaced = stack.superseded.splice(0).filter(({ physicalId }) => !standing.has(physicalId));
    await this.deleteAll([...replaced, ...removed], (state) => this.deleteOrRetain(state, removed.includes(state) ? state.deletionPolicy : state.updateReplacePolicy, []));
    for (const { logicalId } of removed) stack.resources.delete(logicalId);
  }

  private async deleteOrRetain(state: ResourceState, policy: string | undefined, retained: readonly string[]): Promise<boolean> {
    const { stack } = this.options;
    const isNew = stack.stable === undefined || stack.status.includes('ROLLBACK');
    const stays = policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !isNew) || retained.includes(state.logicalId);
    if (!stays || state.physicalId === '') return this.work.delete(state);
    this.work.turn(state, 'DELETE_SKIPPED');
    return true;
  }

  /** Deletes each resource as soon as those that depend on it are gone. @returns logical ids of what failed */
  private async deleteAll(states: readonly ResourceState[], remove: (state: ResourceState) => Promise<boolean>): Promise<readonly string[]> {
    const byKey = new Map(states.map((state) => [`${state.logicalId} ${state.physicalId}`, state]));
    const undone = await walkDependencies({
      ids: byKey.keys(),
      waitsFor: (key) => [...byKey].filter(([, { dependencies }]) => dependencies.includes(byKey.get(key)?.logicalId ?? '')).map(([other]) => other),
      work: async (key) => {
        const state = byKey.get(key);
        return state === undefined || remove(state);
      },
    });
    return failuresOf(this.options.stack, new Set([...undone].flatMap((key) => byKey.get(key)?.logicalId ?? [])));
  }

  private complete(definition: StackDefinition, status: string): void {
    const { stack, scopeOf } = this.options;
    stack.outputs = outputsOf(definition, new Evaluation(scopeOf(definition)));
    stack.enter(status);
    stack.settle();
  }
}

function outputsOf({ template }: StackDefinition, evaluation: Evaluation) {
  return Object.entries(objectAt(template.body, 'Outputs')).flatMap(([key, output]) => {
    const condition = textAt(output, 'Condition');
    if (!isJsonObject(output) || (condition !== undefined && !evaluation.holds(condition))) return [];
    const exportName: JsonObject = objectAt(output, 'Export');
    return [{
      key,
      value: evaluation.textOf(output['Value'] ?? ''),
      description: textAt(output, 'Description'),
      exportName: exportName['Name'] === undefined ? undefined : evaluation.textOf(exportName['Name']),
    }];
  });
}

/** Those that failed by themselves or were cancelled, without those that were never begun because of them. */
function failuresOf(stack: PlayedStack, undone: ReadonlySet<string>): readonly string[] {
  const failed = [...undone].filter((id) => stack.resources.get(id)?.status.endsWith('_FAILED'));
  return failed.length === 0 ? [...undone] : failed;
}

function failedTo(what: string, logicalIds: readonly string[]): string {
  return `The following resource(s) failed to ${what}: [${logicalIds.join(', ')}].`;
}
