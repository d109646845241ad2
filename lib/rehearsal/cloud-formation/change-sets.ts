import { isDeepStrictEqual } from 'node:util';
import { DependencyGraph } from '../../assembly/synthesized-stack';
import type { JsonObject } from '../../json';
import { Evaluation, type EvaluationScope, ReferenceMissing } from './evaluation';
import type { PlayedStack, ResourceChange, ResourceState, StackDefinition } from './played-stack';
import type { ResourceType } from './resource-type';
import { changedProperties, takesTags } from './resource-work';
import type { StackResource } from './stack-template';

/** What a change set is made from. */
export interface ProposedChange {
  readonly stack: PlayedStack;
  readonly definition: StackDefinition;
  readonly scopeOf: (definition: StackDefinition) => EvaluationScope;
  readonly typeOf: (type: string) => ResourceType;
}

/** What would become of each resource, the changes of the template in its order, and then what leaves the stack. */
export function resourceChanges(proposed: ProposedChange): readonly ResourceChange[] {
  const { stack, definition, scopeOf } = proposed;
  const scope = scopeOf(definition);
  const conditions = new Evaluation(scope);
  const wanted = new Map([...definition.template.resources].filter(([, { condition }]) => condition === undefined || conditions.holds(condition)));
  const changes = new Map<string, ResourceChange>();
  // What is yet to be made, or to be replaced, has no id or attribute that could be compared.
  const isUnknown = (id: string): boolean => changes.get(id)?.action === 'Add' || (changes.get(id)?.replacement ?? 'False') !== 'False';
  const evaluation = new Evaluation({ ...scope, resourceOf: (id) => isUnknown(id) ? undefined : scope.resourceOf(id) });
  for (const logicalId of DependencyGraph.of(wanted.values()).topologicalOrder()) {
    const resource = wanted.get(logicalId);
    const change = resource === undefined ? undefined : changeOf(resource, evaluation, proposed);
    if (change !== undefined) changes.set(logicalId, change);
  }
  const inOrder = [...wanted.keys()].flatMap((logicalId) => changes.get(logicalId) ?? []);
  const removed = stack.present.filter(({ logicalId }) => !wanted.has(logicalId));
  return [...inOrder, ...removed.map(({ logicalId, type, physicalId }): ResourceChange => ({ action: 'Remove', logicalId, type, physicalId, properties: [] }))];
}

/** Whether executing a change set would change anything: a resource, an output or a tag. */
export function hasChanges({ stack, definition }: ProposedChange, changes: readonly ResourceChange[]): boolean {
  const before = stack.definition;
  return changes.length > 0 || before === undefined
    || !isDeepStrictEqual(before.template.body['Outputs'], definition.template.body['Outputs'])
    || !isDeepStrictEqual(before.tags, definition.tags);
}

function changeOf(resource: StackResource, evaluation: Evaluation, { stack, definition, typeOf }: ProposedChange): ResourceChange | undefined {
  const { logicalId, type, properties } = resource;
  const before = stack.presentOf(logicalId);
  if (before === undefined || before.status === 'CREATE_FAILED') return { action: 'Add', logicalId, type, physicalId: '', properties: [] };
  const { known, unknown } = evaluatedProperties(properties, evaluation);
  const changed = changedProperties(before.properties, known).filter((name) => !unknown.includes(name));
  const ofType = typeOf(type);
  const replaces = (names: readonly string[]): boolean => names.length > 0 && (ofType.update === undefined || names.some((name) => ofType.replacedBy?.includes(name)));
  const isRetagged = takesTags(ofType) && stack.stable !== undefined && !isDeepStrictEqual(stack.stable.definition.tags, definition.tags);
  if (changed.length === 0 && unknown.length === 0 && !isOtherwiseChanged(before, resource) && !isRetagged) return undefined;
  const replacement = replaces(changed) ? 'True' : replaces(unknown) ? 'Conditional' : 'False';
  return { action: 'Modify', logicalId, type, physicalId: before.physicalId, replacement, properties: [...changed, ...unknown] };
}

/** What is changed besides properties; a resource whose update failed is changed again. */
function isOtherwiseChanged(before: ResourceState, { metadata, deletionPolicy, updateReplacePolicy }: StackResource): boolean {
  return before.status === 'UPDATE_FAILED' || before.deletionPolicy !== deletionPolicy || before.updateReplacePolicy !== updateReplacePolicy
    || !isDeepStrictEqual(before.metadata, metadata);
}

/** The properties that can be worked out, and the names of those that refer to something that does not stand yet. */
function evaluatedProperties(properties: JsonObject, evaluation: Evaluation): { readonly known: JsonObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const known = Object.entries(properties).flatMap(([name, property]) => {
    try {
      const value = evaluation.valueOf(property);
      return value === undefined ? [] : [[name, value] as const];
    } catch (error) {
      if (!(error instanceof ReferenceMissing)) throw error;
      unknown.push(name);
      return [];
    }
  });
  return { known: Object.fromEntries(known), unknown };
}
