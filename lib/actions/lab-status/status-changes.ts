import type { LabStatus, NodeClaimStatus, NodeStatus, PodStatus } from './lab-status-result';

/** Something that has become otherwise between two looks at the lab. */
export interface LabChange {
  /** When it was seen, as ISO 8601 in UTC. */
  readonly at: string;
  readonly kind: 'Deployment' | 'Pod' | 'NodeClaim' | 'Node' | 'NodePool' | 'lab' | 'connection';
  /** With its namespace where it has one: `karpenter-test/inflate`. */
  readonly name: string;
  /** What it is now, in a word or two: `running`, `launched`, `removed`. */
  readonly state: string;
  /** More about it. Empty where there is nothing more. */
  readonly detail: string;
}

/** What differs between two states of a lab, the causes before what they lead to. */
export function changesBetween(before: LabStatus, after: LabStatus): readonly LabChange[] {
  const { at } = after;
  const namespaced = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string => `${namespace}/${name}`;
  const named = ({ name }: { readonly name: string }): string => name;
  return [
    ...compared({ at, kind: 'Deployment', before: before.deployments, after: after.deployments, nameOf: namespaced,
      stateOf: ({ replicas }) => ['scaled', `to ${replicas}`], goneState: 'removed' }),
    ...compared({ at, kind: 'NodePool', before: before.nodePools, after: after.nodePools, nameOf: named,
      stateOf: ({ isReady }) => [isReady ? 'ready' : 'not ready', ''], goneState: 'removed' }),
    ...compared({ at, kind: 'Pod', before: before.pods, after: after.pods, nameOf: namespaced, stateOf: podState, goneState: 'gone' }),
    ...compared({ at, kind: 'NodeClaim', before: before.nodeClaims, after: after.nodeClaims, nameOf: named, stateOf: claimState, goneState: 'removed' }),
    ...compared({ at, kind: 'Node', before: before.nodes, after: after.nodes, nameOf: named, stateOf: nodeState, goneState: 'removed' }),
    ...(before.isReady === after.isReady ? [] : [{
      at, kind: 'lab' as const, name: after.cluster, state: after.isReady ? 'ready' : 'not ready', detail: after.problems.join(' '),
    }]),
  ];
}

interface Comparison<T> {
  readonly at: string;
  readonly kind: LabChange['kind'];
  readonly before: readonly T[];
  readonly after: readonly T[];
  readonly nameOf: (item: T) => string;
  /** What it is, and more about that. */
  readonly stateOf: (item: T) => readonly [state: string, detail: string];
  /** What one is that is not there any more. */
  readonly goneState: string;
}

function compared<T>({ at, kind, before, after, nameOf, stateOf, goneState }: Comparison<T>): readonly LabChange[] {
  const was = new Map(before.map((item) => [nameOf(item), stateOf(item)]));
  const isThere = new Set(after.map(nameOf));
  const changed = after.flatMap((item) => {
    const [state, detail] = stateOf(item);
    const [oldState, oldDetail] = was.get(nameOf(item)) ?? [];
    return state === oldState && detail === oldDetail ? [] : [{ at, kind, name: nameOf(item), state, detail }];
  });
  const gone = [...was.keys()].filter((name) => !isThere.has(name)).map((name) => ({ at, kind, name, state: goneState, detail: '' }));
  return [...changed, ...gone];
}

function podState({ state, nodeName }: PodStatus): readonly [string, string] {
  return [state, nodeName === undefined || state === 'ending' ? '' : `on ${nodeName}`];
}

function claimState({ stage, instanceType, zone, capacityType }: NodeClaimStatus): readonly [string, string] {
  // What it is does not change any more once it is launched.
  return [stage, stage === 'launched' ? [instanceType, zone, capacityType].filter((part) => part !== undefined).join(', ') : ''];
}

function nodeState({ isReady }: NodeStatus): readonly [string, string] {
  return [isReady ? 'ready' : 'not ready', ''];
}
