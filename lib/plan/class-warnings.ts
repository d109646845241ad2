import type { LabView } from '../assembly/lab-view';
import { EXERCISE_REPLICAS } from '../config/seats';
import { counted } from '../words';
import { selectedSubnets } from './launch-options';
import { nodeAddresses, usableAddresses } from './network';
import type { ClassEstimate, LaunchEstimate, PlanWarning } from './plan-result';
import { instanceTypeShape } from './price-table';

/** Nodes that a seat may have at once: its own, and one that replaces it or that the guide asks for beside it. */
export const NODES_AT_ONCE = 2;

/** Namespace of the add-ons. */
const ADD_ON_NAMESPACE = 'kube-system';

/** Addresses that a class may take of the subnets of its nodes. */
export interface AddressDemand {
  /** With {@link NODES_AT_ONCE} nodes a seat and for the instructor, and the system nodes. */
  readonly needed: number;
  /** What the subnets have, without those that AWS keeps. */
  readonly available: number;
  /** The most seats for which they are enough. */
  readonly mostSeats: number;
}

/**
 * How many addresses the nodes of a class take, and how many there are.
 *
 * @param addressesEach addresses that the nodes of one seat take while it is scaled out
 */
export function addressDemand(lab: LabView, students: number, addressesEach: number): AddressDemand {
  const available = selectedSubnets(lab).reduce((sum, { cidr }) => sum + usableAddresses(cidr), 0);
  const system = lab.nodeGroups.reduce((sum, { instanceType, desiredSize }) => sum + desiredSize * mostAddresses(instanceType), 0);
  const each = NODES_AT_ONCE * addressesEach;
  return {
    needed: system + (students + 1) * each,
    available,
    mostSeats: each === 0 ? Infinity : Math.max(0, Math.floor((available - system) / each) - 1),
  };
}

/** All addresses that a node of a type can have. */
function mostAddresses(instanceType: string): number {
  const shape = instanceTypeShape(instanceType);
  return shape === undefined ? 0 : nodeAddresses(instanceType, shape.maxEnis * shape.ipv4PerEni);
}

/**
 * What keeps a class from working, or is to be known of it.
 *
 * @param launch what Karpenter launches for the exercise: where that is unknown, so is what a seat takes
 */
export function classWarnings(lab: LabView, { students, seat, unavailable }: ClassEstimate, launch: LaunchEstimate): readonly PlanWarning[] {
  if (lab.class === undefined) return [];
  const warnings: PlanWarning[] = [];
  if (unavailable === undefined) {
    const { needed, available, mostSeats } = addressDemand(lab, students, seat.addresses);
    if (needed > available) {
      warnings.push({
        code: 'SeatsBeyondAddresses',
        message: `The nodes of ${counted(students, 'seat')} may take ${counted(needed, 'address', 'addresses')}, ${seat.addresses} a node and two nodes a seat; the private subnets have ${counted(available)}.`,
        remedy: `Set vpcCidr to a larger range, or class.students to ${mostSeats} or fewer.`,
      });
    }
  } else if (launch.unavailable === undefined) {
    warnings.push({
      code: 'SeatWithoutNode',
      message: `${unavailable} Its student would wait for ever.`,
      remedy: `Lower inflate.cpu, raise class.cpuPerSeat, or widen karpenter.instanceCategories: ${EXERCISE_REPLICAS} pods must fit.`,
    });
  }
  if (lab.karpenter.namespace === ADD_ON_NAMESPACE) {
    warnings.push({
      code: 'AddOnLogsReadable',
      message: `Students read Karpenter's log, and RBAC names no pods by label: in ${ADD_ON_NAMESPACE} they read the logs of the add-ons, too.`,
      remedy: 'Set karpenter.namespace to one of its own, such as karpenter, where that matters.',
    });
  }
  return warnings;
}
