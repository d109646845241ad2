import { type JsonObject, objectAt, parseJson, textAt } from '../../json';
import { cpuMillis, mebibytes } from '../../kubernetes/allocatable';
import { NODE_POOLS, type NodeClaim, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { nodeAddresses } from '../../plan/network';
import { DEFAULT_VCPU_QUOTA, VCPU_QUOTA_CODES } from '../../plan/vcpu-quota';
import { counted } from '../../words';
import type { ClassBound } from '../exercise-result';
import type { ClassExpectations } from './class-context';

/** What a class uses of the lab. */
export interface ClassUse {
  /** Students whose pods run; a student with some running pods counts as a fraction. */
  readonly students: number;
  /** NodeClaims of its nodes, each with the number of its pods that run there. */
  readonly nodes: readonly { readonly claim: NodeClaim; readonly pods: number }[];
}

/** Name of the vCPU quota. */
const QUOTA = `EC2 quota ${VCPU_QUOTA_CODES.onDemand} (Running On-Demand Standard instances)`;

/** Source of the assumed vCPU quota. Nobody looks it up: an account may have more. */
const QUOTA_SOURCE = `AWS's default for a new account, ${QUOTA}: https://docs.aws.amazon.com/general/latest/gr/ec2-service.html`;

/**
 * The bounds on the size of a class, estimated from what it used: the bound that is enough for the fewest students first, an
 * assumed one last. A bound of which the class used nothing is left out, because nothing was measured.
 *
 * @param limits limits of the NodePool before they were raised, as quantities
 * @param vcpuQuota vCPUs of on-demand instances that the account may run; by default that of a new account is assumed
 */
export function classBounds(use: ClassUse, limits: Readonly<Record<string, string>>, expectations: ClassExpectations, vcpuQuota?: number): readonly ClassBound[] {
  const { nodePoolName, nodeClassName } = expectations.exercise;
  const cores = sum(use, ({ claim }) => cpuMillis(claim.capacity['cpu'] ?? '0') / 1000);
  const onDemand = sum(use, ({ claim }) => claim.capacityType === 'on-demand' ? cpuMillis(claim.capacity['cpu'] ?? '0') / 1000 : 0);
  const memoryGiB = sum(use, ({ claim }) => mebibytes(claim.capacity['memory'] ?? '0') / 1024);
  const addresses = sum(use, ({ claim, pods }) => nodeAddresses(claim.instanceType ?? '', pods));
  const limitSource = (resource: string): string => `spec.limits.${resource} of NodePool ${nodePoolName}`;
  const bounds: readonly (ClassBound | undefined)[] = [
    limits['cpu'] === undefined ? undefined : bound(use, 'NodePool cpu limit', { used: cores, available: cpuMillis(limits['cpu']) / 1000, unit: 'vCPU', source: limitSource('cpu') }),
    limits['memory'] === undefined ? undefined : bound(use, 'NodePool memory limit', { used: memoryGiB, available: mebibytes(limits['memory']) / 1024, unit: 'GiB', source: limitSource('memory') }),
    bound(use, 'subnet addresses', {
      used: addresses,
      available: expectations.subnetAddresses,
      unit: 'addresses',
      source: `${counted(expectations.subnetCount, 'subnet')} that EC2NodeClass ${nodeClassName} selects; a node takes whole network interfaces, and one to spare`,
    }),
    bound(use, 'on-demand vCPU quota', {
      used: onDemand,
      fixed: expectations.systemVcpus,
      available: vcpuQuota ?? DEFAULT_VCPU_QUOTA,
      unit: 'vCPU',
      source: vcpuQuota === undefined ? QUOTA_SOURCE : `as given, ${QUOTA}`,
      isAssumed: vcpuQuota === undefined,
    }),
  ];
  return bounds.filter((each) => each !== undefined).toSorted((a, b) => Number(a.isAssumed) - Number(b.isAssumed) || a.enoughForStudents - b.enoughForStudents);
}

/** Figures of a bound: what the class uses, and what the lab itself uses, whatever the size of the class (`fixed`). */
type BoundFigures = Pick<ClassBound, 'used' | 'available' | 'unit' | 'source'> & { readonly fixed?: number; readonly isAssumed?: boolean };

function bound({ students }: ClassUse, what: ClassBound['what'], { used, fixed = 0, available, unit, source, isAssumed = false }: BoundFigures): ClassBound | undefined {
  if (students === 0 || used === 0) return undefined;
  return {
    what,
    used: Math.round(used + fixed),
    available: Math.round(available),
    unit,
    enoughForStudents: Math.max(0, Math.floor((available - fixed) / (used / students))),
    source,
    isAssumed,
  };
}

function sum(use: ClassUse, of: (node: ClassUse['nodes'][number]) => number): number {
  return use.nodes.reduce((total, node) => total + of(node), 0);
}

/** Annotation that keeps a NodePool's own limits while they are raised, so that they can be put back even after a crash. */
const LIMITS_BEFORE_ANNOTATION = 'karpenter-lab/limits-before';

/**
 * vCPUs of the largest instance type that Karpenter may consider. While it decides, Karpenter counts each new node as the largest
 * type that it may become, so the limit must leave this much for the last node.
 */
const LARGEST_TYPE_VCPUS = 192;

/** GiB per vCPU of memory-optimized types: the most memory that Karpenter may launch per vCPU. */
const GIB_PER_VCPU = 8;

/**
 * Limits that are high enough for all nodes of a class.
 *
 * @param podMillis CPU that a pod requests, in thousandths of a core
 * @param pods pods of the whole class
 */
export function limitsForClass({ resources }: NodePool, podMillis: number, pods: number): JsonObject {
  const cores = Math.ceil((cpuMillis(resources['cpu'] ?? '0') + 2 * podMillis * pods) / 1000) + 2 * LARGEST_TYPE_VCPUS;
  return { cpu: cores, memory: `${cores * GIB_PER_VCPU}Gi` };
}

/** Raises a NodePool's limits of CPU and memory, and keeps the old limits in an annotation. */
export async function raiseLimits(api: KubernetesApi, nodePool: NodePool, limits: JsonObject): Promise<void> {
  const before = Object.fromEntries(Object.keys(limits).map((resource) => [resource, nodePool.limits[resource] ?? null]));
  await api.patch(NODE_POOLS, { name: nodePool.metadata.name }, {
    metadata: { annotations: { [LIMITS_BEFORE_ANNOTATION]: JSON.stringify(before) } },
    spec: { limits },
  });
}

/**
 * Puts back the limits that {@link raiseLimits} changed. Without its annotation nothing happens.
 *
 * @returns the NodePool with its own limits; undefined where there is no NodePool
 */
export async function restoreLimits(api: KubernetesApi, name: string): Promise<NodePool | undefined> {
  const nodePool = await api.get(NODE_POOLS, { name });
  const noted = nodePool?.metadata.annotations[LIMITS_BEFORE_ANNOTATION];
  if (noted === undefined) return nodePool;
  return api.patch(NODE_POOLS, { name }, {
    metadata: { annotations: { [LIMITS_BEFORE_ANNOTATION]: null } },
    spec: { limits: notedLimits(noted) },
  });
}

/** The old limits, as a patch: null removes a limit that did not exist before. */
function notedLimits(noted: string): JsonObject {
  const before = objectAt(parseJson(noted));
  return Object.fromEntries(Object.keys(before).map((resource) => [resource, textAt(before, resource) ?? null]));
}
