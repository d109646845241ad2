import type { LabView } from '../../assembly/lab-view';
import { instanceTypeShape } from '../../estimates/price-table';
import { expectationsOf, type ExerciseExpectations } from '../exercise/expectations';
import { selectedSubnets } from '../plan/launch-options';
import { usableAddresses } from '../plan/network';

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
    systemVcpus: lab.nodeGroups.reduce((sum, { instanceType, desiredSize }) => sum + desiredSize * (instanceTypeShape(instanceType)?.vcpu ?? 0), 0),
  };
}
