import type { LabView } from '../assembly/lab-view';
import { privateZones } from '../assembly/network-view';
import { standardSupportEnd } from '../config/compatibility';
import { apiReach } from '../config/network-values';
import { versions } from '../config/versions';
import { amountText, counted, listed, momentText, moreThan } from '../words';
import { classWarnings } from './class-warnings';
import { selectedZones } from './launch-options';
import { systemPodsOf } from './node-pods';
import type { ClassEstimate, CostEstimate, LaunchEstimate, PlanWarning, SystemNodeFit, TimeEstimate } from './plan-result';
import { peopleWhoAreAdmin } from './security-posture';
import { podsWithoutRoom } from './system-nodes';
import { DEFAULT_VCPU_QUOTA, standardVcpus, VCPU_QUOTA_CODES } from './vcpu-quota';

/** Parts of the plan that warnings are drawn from. */
export interface WarningSources extends DeadlineSources {
  readonly systemNodes: SystemNodeFit;
  readonly launch: LaunchEstimate;
  readonly class: ClassEstimate;
  /** @default - nothing is wrong with the roster */
  readonly rosterProblem?: PlanWarning;
}

/** What to change or to know before money is spent: dangers first, then limits, then information. */
export function findWarnings(lab: LabView, sources: WarningSources): readonly PlanWarning[] {
  return [
    ...accessWarnings(lab),
    ...launchWarnings(lab, sources.launch),
    ...sources.rosterProblem === undefined ? [] : [sources.rosterProblem],
    ...classWarnings(lab, sources.class, sources.launch),
    ...systemNodeWarnings(lab, sources.systemNodes),
    ...priceWarnings(lab, sources),
    ...versionWarnings(lab),
    ...deadlineWarnings(lab, sources),
    ...natWarnings(lab),
    ...quotaWarnings(sources),
  ];
}

function accessWarnings(lab: LabView): readonly PlanWarning[] {
  const { cluster } = lab;
  const warnings: PlanWarning[] = [];
  const reach = apiReach(cluster.publicAccessCidrs);
  if (reach === 'world') {
    warnings.push({
      code: 'ApiEndpointOpenToWorld',
      message: `The Kubernetes API accepts connections from everywhere (${listed(cluster.publicAccessCidrs)}).`,
      remedy: 'Set apiAccess to the CIDRs of the class.',
    });
  }
  if (reach === 'wide') {
    warnings.push({
      code: 'ApiEndpointWideOpen',
      message: `The Kubernetes API accepts connections from millions of addresses (${listed(cluster.publicAccessCidrs)}).`,
      remedy: 'Set apiAccess to the CIDRs of the class.',
    });
  }
  if (!cluster.isPublic) {
    warnings.push({
      code: 'ApiEndpointPrivate',
      message: `Outside the VPC, kubectl will time out${lab.class === undefined ? '' : ': no student can use a seat'}.`,
      remedy: 'Set apiAccess.',
    });
  }
  if (peopleWhoAreAdmin(lab).length === 0 && !cluster.grantsCreatorAdmin) {
    warnings.push({
      code: 'NoAdmins',
      message: 'No person has rights in the cluster.',
      remedy: 'Set admins to role ARNs.',
    });
  }
  return warnings;
}

function launchWarnings(lab: LabView, launch: LaunchEstimate): readonly PlanWarning[] {
  const warnings: PlanWarning[] = [];
  if (selectedZones(lab).length === 0) {
    warnings.push({
      code: 'NoSubnetSelected',
      message: `No subnet of the stack has the tags that EC2NodeClass ${lab.nodeClass.metadata.name} selects, so Karpenter can launch nothing.`,
      remedy: 'Make subnetSelectorTerms name tags that the private subnets carry.',
    });
  } else if ((launch.pendingPods ?? 0) > 0) {
    warnings.push({
      code: 'ReplicasBeyondLimits',
      message: `${counted(launch.pendingPods ?? 0, 'pod')} of ${launch.replicas} would stay pending: no node that NodePool ${lab.nodePool.metadata.name} may still launch holds them.`,
      remedy: 'Lower inflate.replicas or raise karpenter.limits.',
    });
  }
  const moving = lab.nodeClass.amiAliases.filter((alias) => alias.endsWith('@latest'));
  if (moving.length > 0) {
    warnings.push({
      code: 'AmiAliasMoving',
      message: `EC2NodeClass ${lab.nodeClass.metadata.name} follows ${listed(moving)}: a new image replaces running nodes in the middle of a class.`,
      remedy: `Set karpenter.amiAlias to a dated alias, such as ${versions.amiAlias}.`,
    });
  }
  return warnings;
}

function systemNodeWarnings(lab: LabView, fit: SystemNodeFit): readonly PlanWarning[] {
  const warnings: PlanWarning[] = [];
  const { unknown } = systemPodsOf(lab);
  if (unknown.length > 0) {
    warnings.push({
      code: 'RequestsUnknown',
      message: `What ${listed(unknown)} request of the system nodes is in no table, so the sum leaves them out.`,
      remedy: 'Add them to the table of system pods.',
    });
  }
  if (fit.unavailable !== undefined) {
    warnings.push({
      code: 'InstanceTypeUnknown',
      message: `Instance type ${fit.instanceType} of the system nodes is in no table: neither what it costs nor whether its pods fit is known.`,
      remedy: 'Choose a type of the price table, or add this one to it.',
    });
    return warnings;
  }
  const unplaced = podsWithoutRoom(fit);
  if (unplaced.length > 0) {
    warnings.push({
      code: 'SystemNodesTooSmall',
      message: `${counted(fit.nodeCount, 'node')} of ${fit.instanceType} have no room for every pod of ${listed(unplaced)}.`,
      remedy: 'Set systemNodes.instanceType to a larger type or raise systemNodes.count.',
    });
  }
  return warnings;
}

/** Days after which list prices may well have moved. */
const PRICES_VALID_DAYS = 180;

const DAY_MILLIS = 24 * 3600 * 1000;

function priceWarnings({ stack }: LabView, { cost, now }: WarningSources): readonly PlanWarning[] {
  return cost.unavailable === undefined ? oldPriceWarnings(cost, now) : [{
    code: 'PricesUnknown',
    message: `${cost.unavailable} What Karpenter would launch is not estimated either.`,
    remedy: `Look the prices up, or add a price table for ${stack.region}.`,
  }];
}

function oldPriceWarnings({ instancePricesAsOf }: CostEstimate, now: Date | undefined): readonly PlanWarning[] {
  if (now === undefined) return [];
  const days = Math.floor((now.getTime() - Date.parse(instancePricesAsOf)) / DAY_MILLIS);
  return days <= PRICES_VALID_DAYS ? [] : [{
    code: 'PricesOutdated',
    message: `Instance prices are of ${instancePricesAsOf}, ${days} days ago: what nodes cost, and which type is the cheapest, may have changed.`,
    remedy: 'Run npm run update:prices with credentials of any AWS account.',
  }];
}

function versionWarnings(lab: LabView): readonly PlanWarning[] {
  return [...karpenterWarnings(lab), ...supportWarnings(lab)];
}

function karpenterWarnings({ karpenter: { version } }: LabView): readonly PlanWarning[] {
  return version === undefined || version === versions.karpenter ? [] : [{
    code: 'KarpenterVersionUntested',
    message: `Karpenter ${version} was never tried with this lab, which is made for ${versions.karpenter}; whether there is such a chart is found out only at its installation.`,
    remedy: `Set karpenter.version to ${versions.karpenter}, or remove the key.`,
  }];
}

function supportWarnings({ cluster }: LabView): readonly PlanWarning[] {
  const end = standardSupportEnd(cluster.version);
  if (end === undefined) {
    return [{
      code: 'SupportEndUnknown',
      message: `The end of standard support for Kubernetes ${cluster.version} is in no table.`,
      remedy: 'Check it at https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html.',
    }];
  }
  return cluster.supportType === 'STANDARD' ? [] : [{
    code: 'ExtendedSupportAccepted',
    message: `After ${end}, Kubernetes ${cluster.version} is in extended support and the control plane costs six times as much.`,
    remedy: 'Set the support type to STANDARD, so that EKS upgrades instead.',
  }];
}

function natWarnings({ network }: LabView): readonly PlanWarning[] {
  return network.natGateways.length !== 1 || privateZones(network).length < 2 ? [] : [{
    code: 'SingleNatGateway',
    message: 'All zones depend on its zone.',
    remedy: 'Raise natGateways.',
  }];
}

function quotaWarnings({ systemNodes, launch, class: { students, seat } }: WarningSources): readonly PlanWarning[] {
  const vcpus = standardVcpus([{ instanceType: systemNodes.instanceType, count: systemNodes.nodeCount }, ...launch.likely])
    + students * standardVcpus(seat.nodes);
  const unknown = systemNodes.unavailable === undefined ? '' : ` and those of ${systemNodes.nodeCount} ${systemNodes.instanceType}`;
  return vcpus <= DEFAULT_VCPU_QUOTA ? [] : [{
    code: 'VcpuQuotaNeeded',
    message: `Scaled out, ${counted(vcpus, 'vCPU')}${unknown} run; a new account may run ${DEFAULT_VCPU_QUOTA}.`,
    remedy: `Raise EC2 quota ${VCPU_QUOTA_CODES.onDemand} (spot: ${VCPU_QUOTA_CODES.spot}) in time.`,
  }];
}

/** What the deadline is judged by. */
export interface DeadlineSources {
  readonly cost: CostEstimate;
  readonly time: TimeEstimate;
  /**
   * The moment that counts as now.
   *
   * @default - no clock: a deadline is taken to lie far enough ahead
   */
  readonly now?: Date;
}

/** Whether the lab ends by itself, and not before its class does. */
function deadlineWarnings({ deadline }: LabView, { cost, time, now }: DeadlineSources): readonly PlanWarning[] {
  if (deadline === undefined) {
    const costs = cost.unavailable === undefined ? `costs ${moreThan(cost)}${amountText(cost.idlePerHour * 24)} a day` : 'stays and costs';
    return [{
      code: 'NoDeadline',
      message: `A forgotten lab ${costs}.`,
      remedy: 'Set expiresAt to end it.',
    }];
  }
  if (now === undefined) return [];
  const secondsLeft = (Date.parse(deadline.expiresAt) - now.getTime()) / 1000;
  if (secondsLeft <= 0) {
    return [{
      code: 'ExpiryPassed',
      message: `The deadline, ${momentText(deadline.expiresAt, 'UTC')}, has passed: AWS refuses such a schedule, and with it the deployment.`,
      remedy: 'Set expiresAt to a time after the class, or to "".',
    }];
  }
  const minutesNeeded = Math.ceil(time.readySeconds / 60 + cost.classHours * 60);
  return secondsLeft >= minutesNeeded * 60 ? [] : [{
    code: 'ExpirySoon',
    message: `AWS deletes the lab at ${momentText(deadline.expiresAt, 'UTC')}, in ${Math.floor(secondsLeft / 60)} minutes; to deploy it and a class of ${cost.classHours} h need ${minutesNeeded}.`,
    remedy: 'Set expiresAt to a later time, or plan with the --hours of your class.',
  }];
}
