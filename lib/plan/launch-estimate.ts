import type { LabView } from '../assembly/lab-view';
import { EXERCISE_REPLICAS } from '../config/seats';
import type { Resources } from '../kubernetes/allocatable';
import { noPriceTable, type PriceTable } from './price-table';
import type { LaunchCandidate, LaunchedNodes, LaunchEstimate } from './plan-result';
import { allowedCapacityTypes, launchOptions, type LaunchOptions, type UnpricedValues, unpricedValues } from './launch-options';
import { packPods, remainingLimits, type LaunchOption, type PackedNode, type Packing } from './node-packing';
import { daemonRequests, podsOfWorkload } from './node-pods';
import { counted, cpuText, listed, listedZones } from '../words';

/** Pods that a class scales to: the template's, or the exercise's five where it starts with none. */
export function exerciseReplicas({ exercise }: Pick<LabView, 'exercise'>): number {
  return exercise.replicas === 0 ? EXERCISE_REPLICAS : exercise.replicas;
}

/**
 * What Karpenter will most likely launch for the exercise.
 *
 * @param table prices of the region; without them there is no estimate
 */
export function estimateLaunch(lab: LabView, table: PriceTable | undefined): LaunchEstimate {
  const replicasFrom = lab.exercise.replicas === 0 ? 'exercise' : 'template';
  const replicas = exerciseReplicas(lab);
  const podRequest = resourcesOfPod(lab);
  const daemonOverhead = daemonRequests(lab);
  const question = { replicas, replicasFrom, podRequest, daemonOverhead } as const;
  const unavailable = unavailableReason(lab, table);
  if (table === undefined || unavailable !== undefined) {
    return { ...question, likely: [], candidates: [], compatibleTypeCount: 0, reasons: [], unavailable };
  }

  const offers = launchOptions(lab, table, podRequest, daemonOverhead);
  const packing = packPods(replicas, offers.options, remainingLimits(lab.nodePool.limits));
  const [first] = packing.nodes;
  return {
    ...question,
    likely: groupNodes(packing),
    candidates: (first?.options ?? []).map(candidate),
    compatibleTypeCount: offers.options.length,
    pendingPods: packing.pendingPods,
    reasons: reasons(lab, question, offers, packing),
  };
}

/** Why there is no estimate, in one sentence; undefined where there is one. */
function unavailableReason({ stack, nodePool }: LabView, table: PriceTable | undefined): string | undefined {
  if (table === undefined) return `${noPriceTable(stack.region)}, so there is nothing to choose the cheapest instance type from.`;
  const [preferred, ...others] = allowedCapacityTypes(nodePool.requirements);
  if (preferred === 'reserved' && others.length === 0) {
    return `NodePool ${nodePool.metadata.name} takes reserved capacity only: which reservations the account has, no table knows, so this cannot be estimated.`;
  }
  const [unpriced] = unpricedValues(nodePool.requirements, table).filter(({ hasOthers }) => !hasOthers);
  return unpriced && `No price is known for ${typesOf(unpriced)}, which is all that NodePool ${nodePool.metadata.name} allows: which type Karpenter launches, how many nodes, and what they cost cannot be estimated.`;
}

function typesOf({ key, values }: UnpricedValues): string {
  return `types of ${key.slice(key.indexOf('/') + 1)} ${listed(values)}`;
}

/** What the estimate is for. */
type Question = Pick<LaunchEstimate, 'replicas' | 'replicasFrom' | 'podRequest' | 'daemonOverhead'>;

function resourcesOfPod(lab: LabView): Resources {
  const pod = podsOfWorkload(lab.exercise);
  return { cpuMillis: pod.cpuMillis, memoryMiB: pod.memoryMiB, pods: 1 };
}

function groupNodes({ nodes }: Packing): readonly LaunchedNodes[] {
  const groups = new Map<string, LaunchedNodes>();
  for (const { chosen, pods } of nodes) {
    const key = `${chosen.type.name} ${pods}`;
    groups.set(key, {
      instanceType: chosen.type.name,
      count: (groups.get(key)?.count ?? 0) + 1,
      podsEach: pods,
      pricePerHour: chosen.pricePerHour,
    });
  }
  return [...groups.values()];
}

function candidate(option: LaunchOption): LaunchCandidate {
  return {
    instanceType: option.type.name,
    vcpu: option.type.vcpu,
    memoryMiB: option.type.memoryMiB,
    allocatable: option.allocatable,
    pricePerHour: option.pricePerHour,
    capacityType: option.capacityType,
    zones: option.zones,
    isPriceDerived: option.type.isPriceDerived,
  };
}

function reasons(lab: LabView, question: Question, offers: LaunchOptions, packing: Packing): readonly string[] {
  const [first] = packing.nodes;
  return [
    requestReason(question),
    offerReason(lab, offers),
    ...(first === undefined ? [] : [sizeReason(question, offers, first.pods), priceReason(first, offers.capacityType)]),
    ...offers.unpriced.map((unpriced) => `No price is known for ${typesOf(unpriced)}: the estimate leaves them out.`),
    ...(packing.nodes.length > 1 ? [`No type holds all ${question.replicas} pods within the limits, so Karpenter launches ${counted(packing.nodes.length, 'node')}.`] : []),
    ...(packing.pendingPods > 0 ? [pendingReason(lab, packing)] : []),
    ...(offers.uncheckedKeys.length > 0 ? [`The estimate cannot check ${listed(offers.uncheckedKeys)}: the price table does not know it.`] : []),
  ];
}

function requestReason({ replicas, replicasFrom, podRequest, daemonOverhead }: Question): string {
  const scale = replicasFrom === 'exercise' ? ' (the exercise\'s scale)' : '';
  const total = replicas * podRequest.cpuMillis + daemonOverhead.cpuMillis;
  return `${counted(replicas, 'pod')} of ${cpuText(podRequest.cpuMillis)}${scale} + ${cpuText(daemonOverhead.cpuMillis)} of DaemonSets = ${cpuText(total)}.`;
}

function offerReason({ stack, nodePool, nodeClass }: LabView, { options, zones, capacityType }: LaunchOptions): string {
  if (zones.length === 0) return `No subnet has the tags that EC2NodeClass ${nodeClass.metadata.name} selects, so Karpenter can launch nothing.`;
  return `NodePool ${nodePool.metadata.name} allows ${counted(options.length, 'type')} as ${capacityType} in ${listedZones(zones, stack.region)}.`;
}

/** Why the likely types have their size: it names the largest type that is too small and the smallest that is large enough. */
function sizeReason({ podRequest, daemonOverhead }: Question, { options }: LaunchOptions, pods: number): string {
  const fitting = options.filter(({ podsThatFit }) => podsThatFit >= pods);
  const smallest = fitting.reduce((a, b) => (b.type.vcpu < a.type.vcpu ? b : a));
  const cpuNeeded = pods * podRequest.cpuMillis + daemonOverhead.cpuMillis;
  const tooSmall = options
    .filter(({ allocatable }) => allocatable.cpuMillis < cpuNeeded)
    .toSorted((a, b) => b.type.vcpu - a.type.vcpu)
    .at(0);
  return tooSmall === undefined
    ? `${vcpuPhrase(smallest)} are enough.`
    : `${vcpuPhrase(tooSmall)} are too few, ${vcpuPhrase(smallest)} enough.`;
}

function vcpuPhrase({ type, allocatable }: LaunchOption): string {
  return `${type.vcpu} vCPU (${allocatable.cpuMillis / 1000} allocatable)`;
}

function priceReason({ options, pods }: PackedNode, capacityType: string): string {
  const strategy = capacityType === 'spot'
    ? 'EC2 weighs spot price against spare capacity, most likely the cheapest'
    : 'EC2 takes the cheapest that has capacity';
  return `${strategy}, of ${counted(options.length, 'type')} that hold ${counted(pods, 'pod')}.`;
}

function pendingReason({ nodePool }: LabView, { pendingPods }: Packing): string {
  const limits = Object.entries(nodePool.limits).map(([resource, limit]) => `${resource} ${limit}`);
  return `${counted(pendingPods, 'pod')} ${pendingPods === 1 ? 'stays' : 'stay'} pending: NodePool ${nodePool.metadata.name} may launch ${listed(limits)} in all.`;
}
