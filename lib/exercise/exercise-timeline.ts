import { type ClusterModel, livePods, nodeNamesOf, nodeOf, runningPods } from '../kubernetes/cluster-model';
import type { Pod } from '../kubernetes/core-kinds';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import type { ObjectMoment } from '../kubernetes/moment-log';
import { type ObjectMetadata, trueCondition } from '../kubernetes/objects';
import { priceTableOf } from '../plan/price-table';
import { counted, listed } from '../words';
import type { ExerciseMark, LaunchedNode } from './exercise-result';
import type { ExerciseExpectations } from './expectations';

/** What a timeline is made of: the cluster after the scaling, with the moments that its watches saw. */
export interface TimelineSource {
  readonly cluster: Pick<ClusterModel, 'pods' | 'nodes' | 'moments'>;
  readonly expectations: Pick<ExerciseExpectations, 'deploymentName' | 'replicas'>;
  /** When the Deployment was scaled, by the API server's clock, as ISO 8601 in whole seconds. */
  readonly scaledAt: string;
  /** NodeClaims that were launched for the pods. */
  readonly nodeClaims: readonly NodeClaim[];
}

/** How far an object's own time may be from the moment itself: the API cuts times to whole seconds. */
const RESOLUTION_SECONDS = 1;

/**
 * The moments of the exercise, in seconds after the scaling.
 *
 * An object's own times decide, but they are cut to whole seconds. Where a watch saw the moment, its time is used instead, moved
 * to within a second of the object's own. So a watch that lags behind, or a wrong local clock, changes a mark by a second at most.
 */
export function timelineOf(source: TimelineSource): readonly ExerciseMark[] {
  const { cluster, expectations: { deploymentName, replicas } } = source;
  const scaled: ExerciseMark = { event: 'scaled', atSeconds: 0, detail: `${deploymentName} to ${counted(replicas, 'replica')}` };
  return [
    scaled,
    ...podMark('pods pending', source, livePods(cluster), ({ metadata }) => metadata.createdAt, 'created'),
    ...source.nodeClaims.flatMap((claim) => nodeClaimMarks(source, claim)),
    ...podMark('pods running', source, runningPods(cluster), (pod) => trueCondition(pod, 'Ready')?.since, 'Ready'),
  ].toSorted((a, b) => a.atSeconds - b.atSeconds || ORDER.indexOf(a.event) - ORDER.indexOf(b.event));
}

/** Order of marks with the same time. */
const ORDER: readonly ExerciseMark['event'][] = [
  'scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched', 'node registered', 'node ready', 'pods running',
];

/** The mark for the time at which the last pod reached a moment. None while pods are missing. */
function podMark(
  event: 'pods pending' | 'pods running', source: TimelineSource, pods: readonly Pod[], timeOf: (pod: Pod) => string | undefined, moment: ObjectMoment,
): readonly ExerciseMark[] {
  const { deploymentName, replicas } = source.expectations;
  if (pods.length < replicas) return [];
  const times = pods.flatMap((pod) => secondsAfterScaling(source, pod.metadata, timeOf(pod), moment) ?? []);
  const nodes = nodeNamesOf(pods);
  const where = event === 'pods running' && nodes.length > 0 ? ` on ${listed(nodes)}` : '';
  return [{ event, atSeconds: Math.max(0, ...times), detail: `${counted(pods.length, 'pod')} of ${deploymentName}${where}` }];
}

function nodeClaimMarks(source: TimelineSource, claim: NodeClaim): readonly ExerciseMark[] {
  const { name } = claim.metadata;
  const node = nodeOf(source.cluster, claim);
  const launched = [claim.instanceType, claim.zone, claim.capacityType].filter((part) => part !== undefined).join(', ');
  const moments: readonly (readonly [ExerciseMark['event'], ObjectMetadata | undefined, string | undefined, ObjectMoment, string])[] = [
    ['NodeClaim created', claim.metadata, claim.metadata.createdAt, 'created', name],
    ['NodeClaim launched', claim.metadata, trueCondition(claim, 'Launched')?.since, 'Launched', `${name}: ${launched}`],
    ['node registered', node?.metadata, node?.metadata.createdAt, 'created', node?.metadata.name ?? name],
    ['node ready', node?.metadata, node === undefined ? undefined : trueCondition(node, 'Ready')?.since, 'Ready', node?.metadata.name ?? name],
  ];
  return moments.flatMap(([event, metadata, time, moment, detail]) => {
    const atSeconds = metadata === undefined ? undefined : secondsAfterScaling(source, metadata, time, moment);
    return atSeconds === undefined ? [] : [{ event, atSeconds, detail }];
  });
}

/** Seconds from the scaling to a moment, to a tenth; undefined where the object has no time for it. */
function secondsAfterScaling(
  { scaledAt, cluster }: TimelineSource, { uid }: ObjectMetadata, time: string | undefined, moment: ObjectMoment,
): number | undefined {
  if (time === undefined || time === '') return undefined;
  const own = (Date.parse(time) - Date.parse(scaledAt)) / 1000;
  const seen = cluster.moments.seenAt(uid, moment) ?? own;
  const within = Math.min(Math.max(seen, own - RESOLUTION_SECONDS), own + RESOLUTION_SECONDS);
  return Math.round(Math.max(0, within) * 10) / 10;
}

/** Registered nodes of NodeClaims, with their price and how many of the pods run there. */
export function launchedNodes(nodeClaims: readonly NodeClaim[], pods: readonly Pod[], region: string): readonly LaunchedNode[] {
  return nodeClaims.filter(({ nodeName }) => nodeName !== undefined).map((claim) => ({
    name: claim.nodeName ?? '',
    nodeClaim: claim.metadata.name,
    instanceType: claim.instanceType ?? '',
    zone: claim.zone ?? '',
    capacityType: claim.capacityType ?? '',
    exercisePods: pods.filter(({ nodeName }) => nodeName === claim.nodeName).length,
    pricePerHour: pricePerHour(claim, region),
  }));
}

/** USD per hour of a NodeClaim's instance by the price table; undefined where the table lacks it. */
export function pricePerHour({ instanceType, capacityType }: Pick<NodeClaim, 'instanceType' | 'capacityType'>, region: string): number | undefined {
  const type = priceTableOf(region)?.instanceTypes.find(({ name }) => name === instanceType);
  return capacityType === 'spot' ? type?.spotPricePerHour : type?.pricePerHour;
}
