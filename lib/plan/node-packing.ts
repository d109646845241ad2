import { cpuMillis, mebibytes, type Resources } from '../kubernetes/allocatable';
import type { InstanceType } from './price-table';

/** An instance type that satisfies the NodePool. */
export interface LaunchOption {
  readonly type: InstanceType;
  /** What a NodePool's limits count. */
  readonly capacity: Resources;
  /** What all pods of the node together may request. */
  readonly allocatable: Resources;
  /** Exercise pods that fit beside the DaemonSets. */
  readonly podsThatFit: number;
  readonly capacityType: string;
  readonly pricePerHour: number;
  /** Availability Zones where Karpenter may launch it. */
  readonly zones: readonly string[];
}

/** CPU and memory that a NodePool may still launch; Infinity where it sets no limit. */
export interface RemainingLimits {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** What a NodePool with these limits may launch while it has no node. */
export function remainingLimits({ cpu, memory }: Readonly<Record<string, string>>): RemainingLimits {
  return {
    cpuMillis: cpu === undefined ? Infinity : cpuMillis(cpu),
    memoryMiB: memory === undefined ? Infinity : mebibytes(memory),
  };
}

/** A node of the estimate. */
export interface PackedNode {
  /** Types that hold these pods, cheapest first: EC2 is asked for any of them. */
  readonly options: readonly LaunchOption[];
  readonly chosen: LaunchOption;
  readonly pods: number;
}

/** Where identical pods end up. */
export interface Packing {
  readonly nodes: readonly PackedNode[];
  /** Pods that the limits leave pending. */
  readonly pendingPods: number;
}

/** How many instance types Karpenter offers to EC2 in one request. */
const TYPES_PER_LAUNCH = 60;

/**
 * Packs identical pods as Karpenter does. It fills one node as long as any type still holds all of
 * its pods, then asks EC2 for the cheapest of the types that do. Limits are checked against the
 * largest type that a node of the same round might become, so pods that one round leaves pending can
 * still get a node in the next.
 *
 * @see https://github.com/kubernetes-sigs/karpenter/blob/v1.14.1/pkg/controllers/provisioning/scheduling/scheduler.go `addToNewNodeClaim`, `subtractMax`
 */
export function packPods(pods: number, options: readonly LaunchOption[], limits: RemainingLimits): Packing {
  const nodes: PackedNode[] = [];
  let pending = pods;
  let launched = 1;
  while (pending > 0 && launched > 0) {
    const round = packRound(pending, options, nodes.reduce((left, { chosen }) => minus(left, chosen.capacity), limits));
    nodes.push(...round);
    launched = round.length;
    pending -= round.reduce((sum, node) => sum + node.pods, 0);
  }
  return { nodes, pendingPods: pending };
}

/** What one round of Karpenter's scheduler launches. */
function packRound(pods: number, options: readonly LaunchOption[], limits: RemainingLimits): readonly PackedNode[] {
  const nodes: PackedNode[] = [];
  let pending = pods;
  let remaining = limits;
  while (pending > 0) {
    const viable = options.filter(({ capacity, podsThatFit }) => podsThatFit >= 1
      && capacity.cpuMillis <= remaining.cpuMillis
      && capacity.memoryMiB <= remaining.memoryMiB);
    const node = packNode(pending, viable);
    if (node === undefined) break;
    nodes.push(node);
    pending -= node.pods;
    remaining = minus(remaining, {
      cpuMillis: Math.max(...viable.map(({ capacity }) => capacity.cpuMillis)),
      memoryMiB: Math.max(...viable.map(({ capacity }) => capacity.memoryMiB)),
    });
  }
  return nodes;
}

function packNode(pods: number, viable: readonly LaunchOption[]): PackedNode | undefined {
  const packed = Math.min(pods, Math.max(0, ...viable.map(({ podsThatFit }) => podsThatFit)));
  const options = cheapestFirst(withoutExotic(viable.filter(({ podsThatFit }) => podsThatFit >= packed))).slice(0, TYPES_PER_LAUNCH);
  const [chosen] = options;
  return chosen === undefined ? undefined : { options, chosen, pods: packed };
}

/** Karpenter launches bare metal only where nothing else holds the pods. */
function withoutExotic(options: readonly LaunchOption[]): readonly LaunchOption[] {
  const ordinary = options.filter(({ type }) => !type.isBareMetal);
  return ordinary.length > 0 ? ordinary : options;
}

function cheapestFirst(options: readonly LaunchOption[]): readonly LaunchOption[] {
  return options.toSorted((a, b) => a.pricePerHour - b.pricePerHour || (a.type.name < b.type.name ? -1 : 1));
}

function minus(limits: RemainingLimits, used: RemainingLimits): RemainingLimits {
  return { cpuMillis: limits.cpuMillis - used.cpuMillis, memoryMiB: limits.memoryMiB - used.memoryMiB };
}
