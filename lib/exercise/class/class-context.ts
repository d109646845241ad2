import type { LabView } from '../../assembly/lab-view';
import type { NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { selectedSubnets } from '../../plan/launch-options';
import { usableAddresses } from '../../plan/network';
import { systemVcpus } from '../../plan/vcpu-quota';
import type { RunContext } from '../../run-context';
import type { ClassDeadlines } from '../deadlines';
import { type ExerciseExpectations, expectationsOf } from '../expectations';

/** What a class needs to know about the lab. Everything is read from the assembly. */
export interface ClassExpectations {
  /** The exercise that each student does. */
  readonly exercise: ExerciseExpectations;
  /** Subnets that the EC2NodeClass selects. */
  readonly subnetCount: number;
  /** Addresses of these subnets, without those that AWS keeps. */
  readonly subnetAddresses: number;
  /** vCPUs of the system nodes, which count against the account's quota too. */
  readonly systemVcpus: number;
}

/** Reads what a class needs to know from a lab. */
export function classExpectationsOf(lab: LabView): ClassExpectations {
  const subnets = selectedSubnets(lab);
  return {
    exercise: expectationsOf(lab),
    subnetCount: subnets.length,
    subnetAddresses: subnets.reduce((sum, { cidr }) => sum + usableAddresses(cidr), 0),
    systemVcpus: systemVcpus(lab),
  };
}

/** A class, and the lab that it works in. */
export interface ClassOptions {
  readonly expectations: ClassExpectations;
  /** How many students do the exercise at once, each in a namespace of their own. 1 to 999. */
  readonly students: number;
  /** Pods of each student. @default 5 */
  readonly replicasEach?: number;
  /**
   * Whether to raise the NodePool's limits as far as the class needs, and put them back after it.
   *
   * @default false: a class that meets a limit shows how many students the limit is enough for
   */
  readonly raiseLimits?: boolean;
  /** vCPUs of on-demand instances that the account of the lab may run. @default - that of a new account is assumed */
  readonly vcpuQuota?: number;
  /** @default - {@link CLASS_DEADLINES} */
  readonly deadlines?: Partial<ClassDeadlines>;
}

/** What every step of a class works with. */
export interface ClassContext {
  readonly api: KubernetesApi;
  readonly run: RunContext;
  readonly exercise: ExerciseExpectations;
  /** The lab's NodePool, with the limits that the lab gives it. */
  readonly nodePool: NodePool;
  readonly deadlines: ClassDeadlines;
}
