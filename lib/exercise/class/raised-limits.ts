import type { LabView } from '../../assembly/lab-view';
import { type JsonObject, objectAt, parseJson, textAt } from '../../json';
import { cpuMillis } from '../../kubernetes/allocatable';
import { NODE_POOLS, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { selectedSubnets } from '../../plan/launch-options';
import { usableAddresses } from '../../plan/network';
import { systemVcpus } from '../../plan/vcpu-quota';
import { type ExerciseExpectations, expectationsOf } from '../expectations';

/** What a class uses of a lab. Everything is read from the assembly. */
export interface ClassExpectations {
  /** The exercise that each student does. */
  readonly exercise: ExerciseExpectations;
  /** Subnets that the EC2NodeClass selects. */
  readonly subnetCount: number;
  /** Addresses of these subnets, without those that AWS keeps. */
  readonly subnetAddresses: number;
  /** vCPUs of the system nodes, which count against the account's quota as well. */
  readonly systemVcpus: number;
}

/** What a class uses of the lab of an assembly. */
export function classExpectationsOf(lab: LabView): ClassExpectations {
  const subnets = selectedSubnets(lab);
  return {
    exercise: expectationsOf(lab),
    subnetCount: subnets.length,
    subnetAddresses: subnets.reduce((sum, { cidr }) => sum + usableAddresses(cidr), 0),
    systemVcpus: systemVcpus(lab),
  };
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
