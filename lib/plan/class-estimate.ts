import type { LabView } from '../assembly/lab-view';
import { DEFAULT_CPU_PER_SEAT, EXERCISE_REPLICAS, seatNodeCpu } from '../config/seats';
import { cpuMillis } from '../kubernetes/allocatable';
import type { NodePool, NodeRequirement } from '../kubernetes/karpenter-kinds';
import { CAPACITY_TYPE_LABEL, INSTANCE_CPU_LABEL } from '../well-known-keys';
import { listed } from '../words';
import { launchedPricePerHour } from './cost';
import { estimateLaunch } from './launch-estimate';
import { allowedCapacityTypes } from './launch-options';
import { nodeAddresses } from './network';
import type { ClassEstimate, ClassSaving, ClassSize, CostEstimate, LaunchEstimate, NodePoolCap, SeatEstimate } from './plan-result';
import { instanceTypeShape, type PriceTable } from './price-table';
import { systemVcpus } from './vcpu-quota';

/** Sizes of a class that every plan shows. */
const SHOWN_SIZES: readonly number[] = [10, 30, 100];

/** Request of a pod with which the five pods of a seat fit the smallest node. */
const SMALL_POD_CPU = '250m';

/** Seats of the lab; 0 without a class. */
export function seatCount(lab: Pick<LabView, 'class'>): number {
  return lab.class?.seats.length ?? 0;
}

/** What is changed of a seat, to see what that would save. */
interface SeatChange {
  readonly capacityTypes?: readonly string[];
  readonly podCpu?: string;
}

/** Whether the figures of {@link SeatEstimate} are known, and what it takes if so. */
export type SeatFigures = SeatEstimate | { readonly unavailable: string };

/** What one seat takes while its five pods are scaled out: what Karpenter would most likely launch for them, as for the exercise. */
export function estimateSeat(lab: LabView, table: PriceTable | undefined, change: SeatChange = {}): SeatFigures {
  const launch = estimateLaunch(seenFromSeat(lab, change), table);
  const isHeld = launch.likely.length > 0 && (launch.pendingPods ?? 0) === 0;
  if (table === undefined || launch.unavailable !== undefined || !isHeld) {
    return { unavailable: launch.unavailable ?? `No node that NodePool ${seatPool(lab).metadata.name} may launch holds the ${EXERCISE_REPLICAS} pods of a seat.` };
  }
  return {
    nodes: launch.likely,
    capacityType: launch.candidates[0]?.capacityType ?? '',
    vcpus: sumOf(launch, ({ instanceType }) => instanceTypeShape(instanceType)?.vcpu ?? 0),
    pricePerHour: launchedPricePerHour(lab, table, launch.likely),
    addresses: sumOf(launch, ({ instanceType, podsEach }) => nodeAddresses(instanceType, podsEach + launch.daemonOverhead.pods)),
  };
}

/** The lab with its exercise in a seat: five pods, on a NodePool of the class, of whose limits each seat has its share. */
function seenFromSeat(lab: LabView, { capacityTypes, podCpu }: SeatChange): LabView {
  const nodePool = seatPool(lab);
  const requirements = capacityTypes === undefined ? nodePool.requirements : [
    ...nodePool.requirements.filter(({ key }) => key !== CAPACITY_TYPE_LABEL),
    { key: CAPACITY_TYPE_LABEL, operator: 'In', values: capacityTypes },
  ];
  return {
    ...lab,
    nodePool: { ...nodePool, requirements, limits: {} },
    exercise: {
      ...lab.exercise,
      replicas: EXERCISE_REPLICAS,
      ...(podCpu !== undefined && { containerRequests: [{ cpu: podCpu }] }),
    },
  };
}

/** The NodePool that launches nodes for seats; in a lab without a class, the exercise's with the bound that a class would have. */
function seatPool(lab: LabView): LabView['nodePool'] {
  const bound: NodeRequirement = { key: INSTANCE_CPU_LABEL, operator: 'Lt', values: [String(seatNodeCpu(DEFAULT_CPU_PER_SEAT) + 1)] };
  return lab.class?.nodePools[0] ?? { ...lab.nodePool, requirements: [...lab.nodePool.requirements, bound] };
}

function sumOf({ likely }: LaunchEstimate, of: (nodes: LaunchEstimate['likely'][number]) => number): number {
  return likely.reduce((sum, nodes) => sum + nodes.count * of(nodes), 0);
}

/** Parts of the plan that the estimate of a class is made of. */
export interface ClassEstimateSources {
  readonly seat: SeatFigures;
  readonly launch: LaunchEstimate;
  readonly cost: CostEstimate;
}

/** What a class costs and needs: of the lab's own size, and of three sizes to compare. */
export function estimateClass(lab: LabView, table: PriceTable | undefined, { seat, launch, cost }: ClassEstimateSources): ClassEstimate {
  const students = seatCount(lab);
  const caps = [lab.nodePool, ...lab.class?.nodePools ?? []].map(capOf);
  if (table === undefined || 'unavailable' in seat) {
    const unavailable = 'unavailable' in seat ? seat.unavailable : '';
    return { students, seat: NO_SEAT, sizes: [], savings: [], caps, unavailable };
  }
  const sizes = [...new Set([...SHOWN_SIZES, ...(students === 0 ? [] : [students])])].toSorted((a, b) => a - b);
  return {
    students,
    seat,
    sizes: sizes.map((size) => classSize(size, lab, table, { seat, launch, cost })),
    savings: savingsOf(lab, table, seat, launch),
    caps,
  };
}

const NO_SEAT: SeatEstimate = { nodes: [], capacityType: '', vcpus: 0, pricePerHour: 0, addresses: 0 };

function classSize(students: number, lab: LabView, table: PriceTable, { seat, launch, cost }: ClassEstimateSources & { readonly seat: SeatEstimate }): ClassSize {
  const scaledOut = launchedPricePerHour(lab, table, launch.likely) + students * seat.pricePerHour;
  const scaledOutPerHour = cost.idlePerHour + scaledOut;
  return {
    students,
    isOwn: students === seatCount(lab),
    nodes: sumOf(launch, () => 1) + students * seat.nodes.reduce((sum, { count }) => sum + count, 0),
    vcpus: systemVcpus(lab) + sumOf(launch, ({ instanceType }) => instanceTypeShape(instanceType)?.vcpu ?? 0) + students * seat.vcpus,
    addresses: students * seat.addresses,
    idlePerHour: cost.idlePerHour,
    scaledOutPerHour,
    studentHour: scaledOutPerHour / students,
    total: cost.idlePerHour * cost.classHours + scaledOut * cost.scaledOutHours,
  };
}

function savingsOf(lab: LabView, table: PriceTable, seat: SeatEstimate, { podRequest }: LaunchEstimate): readonly ClassSaving[] {
  const spot: SeatChange = allowedCapacityTypes(seatPool(lab).requirements).includes('spot') ? {} : { capacityTypes: ['spot'] };
  const small: SeatChange = podRequest.cpuMillis <= cpuMillis(SMALL_POD_CPU) ? {} : { podCpu: SMALL_POD_CPU };
  const both = { ...spot, ...small };
  const choices = settingsOf(both).length === 2 ? [spot, small, both] : [both];
  return choices.flatMap((choice): readonly ClassSaving[] => {
    const changed = estimateSeat(lab, table, choice);
    if ('unavailable' in changed || changed.pricePerHour >= seat.pricePerHour) return [];
    return [{ what: wordsFor(choice), settings: settingsOf(choice), seat: changed, savedPerSeatHour: seat.pricePerHour - changed.pricePerHour }];
  });
}

function settingsOf({ capacityTypes, podCpu }: SeatChange): readonly string[] {
  return [
    ...(capacityTypes === undefined ? [] : [`karpenter.capacityTypes=${capacityTypes.join(',')}`]),
    ...(podCpu === undefined ? [] : [`inflate.cpu=${podCpu}`]),
  ];
}

function wordsFor({ capacityTypes, podCpu }: SeatChange): string {
  return listed([...(capacityTypes === undefined ? [] : ['spot capacity']), ...(podCpu === undefined ? [] : [`pods of ${podCpu} CPU`])]);
}

function capOf({ metadata, limits: { cpu } }: NodePool): NodePoolCap {
  return { nodePool: metadata.name, ...(cpu !== undefined && { vcpus: cpuMillis(cpu) / 1000 }) };
}
