import { type JsonObject, objectAt, parseJson, textAt } from '../../json';
import { cpuMillis, mebibytes } from '../../kubernetes/allocatable';
import { NODE_POOLS, type NodeClaim, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { instanceTypeShape } from '../../plan/price-table';
import { DEFAULT_VCPU_QUOTA, VCPU_QUOTA_CODES } from '../../plan/vcpu-quota';
import { counted } from '../../words';
import type { ClassBound } from '../exercise-result';
import type { ClassExpectations } from './class-context';

/** What a class used. */
export interface ClassUse {
  /** Students whose pods ran, in parts where only some did. */
  readonly students: number;
  /** NodeClaims of its nodes, with how many of its pods each runs. */
  readonly nodes: readonly { readonly claim: NodeClaim; readonly pods: number }[];
}

/** Which quota it is. */
const QUOTA = `EC2 quota ${VCPU_QUOTA_CODES.onDemand} (Running On-Demand Standard instances)`;

/** Where the figure of the vCPU quota is from that no one has given. It is no look-up: an account may have more. */
const QUOTA_SOURCE = `AWS's default for a new account, ${QUOTA}: https://docs.aws.amazon.com/general/latest/gr/ec2-service.html`;

/**
 * The bounds that a class comes near, by what it used: that which is enough for the fewest students first, and one that is
 * assumed last. One of which the class used nothing is left out, because nothing was measured.
 *
 * @param limits limits of the NodePool as the lab sets them, as quantities
 * @param vcpuQuota vCPUs of on-demand instances that the account may run; that of a new account is assumed where it is left out
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

/** Figures of a bound: what the class uses, and what is used whatever its size. */
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

/** Network interfaces that the VPC CNI keeps ready, unless it is told otherwise: its `WARM_ENI_TARGET`. */
const WARM_INTERFACES = 1;

/**
 * Addresses of a subnet that a node takes. The VPC CNI attaches whole network interfaces, with all addresses that one may
 * have, as many as its pods need and one to spare.
 *
 * @param pods pods of the node that have an address of their own
 * @see https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
 * @returns the pods alone, for an instance type in no table
 */
export function nodeAddresses(instanceType: string, pods: number): number {
  const shape = instanceTypeShape(instanceType);
  if (shape === undefined) return pods;
  // The first address of each interface is the interface's own.
  const inUse = Math.max(1, Math.ceil(pods / (shape.ipv4PerEni - 1)));
  return Math.min(shape.maxEnis, inUse + WARM_INTERFACES) * shape.ipv4PerEni;
}

/** Annotation that keeps a NodePool's own limits while they are raised, so that they can be put back after a crash as well. */
const LIMITS_BEFORE_ANNOTATION = 'karpenter-lab/limits-before';

/**
 * vCPUs of the largest type that Karpenter may consider. It counts each node of a round as the largest that it may become,
 * so this much must be left over for the last one.
 */
const LARGEST_TYPE_VCPUS = 192;

/** Memory of memory-optimized types, in GiB a vCPU: the most that Karpenter may launch for a vCPU. */
const GIB_PER_VCPU = 8;

/** Limits under which a class is sure to get its nodes. */
export function limitsForClass({ resources }: NodePool, podMillis: number, pods: number): JsonObject {
  const cores = Math.ceil((cpuMillis(resources['cpu'] ?? '0') + 2 * podMillis * pods) / 1000) + 2 * LARGEST_TYPE_VCPUS;
  return { cpu: cores, memory: `${cores * GIB_PER_VCPU}Gi` };
}

/** Raises a NodePool's limits of CPU and memory, and notes in it what they were. */
export async function raiseLimits(api: KubernetesApi, nodePool: NodePool, limits: JsonObject): Promise<void> {
  const before = Object.fromEntries(Object.keys(limits).map((resource) => [resource, nodePool.limits[resource] ?? null]));
  await api.patch(NODE_POOLS, { name: nodePool.metadata.name }, {
    metadata: { annotations: { [LIMITS_BEFORE_ANNOTATION]: JSON.stringify(before) } },
    spec: { limits },
  });
}

/**
 * Puts back the limits that {@link raiseLimits} changed. Where it changed none, nothing happens.
 *
 * @returns the NodePool as it then is; undefined where there is none
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

/** Quantities as they were; null, which removes it, where there was no limit. */
function notedLimits(noted: string): JsonObject {
  const before = objectAt(parseJson(noted));
  return Object.fromEntries(Object.keys(before).map((resource) => [resource, textAt(before, resource) ?? null]));
}
