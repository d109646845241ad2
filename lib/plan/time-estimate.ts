import type { TemplateResource } from '../assembly/intrinsics';
import { HELM_CHART_TYPE, MANIFEST_TYPE } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { DRAIN_GUARD_TYPE } from '../config/names';
import { isJsonObject } from '../json';
import { resourceLabels } from './concern-of-resource';
import type { TimeEstimate, TimelineEntry } from './plan-result';

/** What the duration of a resource depends on. */
export interface DurationKey {
  /** CloudFormation type. */
  readonly type: string;
  /**
   * What distinguishes resources of one type: the name of an add-on or chart, `in VPC` for a function.
   *
   * @default - the type alone
   */
  readonly variant?: string;
}

/** Gives the seconds that a resource takes, from a table of durations. */
export type SecondsOf = (key: DurationKey) => number;

/**
 * Where {@link typicalSeconds} has its figures from: logs of CloudFormation in us-east-1 (2025-09), of
 * EKS 1.35 with two t3.medium in ap-northeast-2 (2026-04) and of EKS 1.36 in ap-south-1 (2026). Those of
 * charts, layers, associations and schedules are estimates.
 */
const DURATIONS_SOURCE = 'medians of logs, or estimates; see lib/plan/time-estimate.ts';

/** Seconds for a type that is not in the table. */
const UNKNOWN_TYPE_SECONDS = 5;

/**
 * Typical seconds from the start of a resource's creation to its completion, by CloudFormation type
 * and, where one type takes several times, by variant. See {@link DURATIONS_SOURCE}.
 */
const SECONDS: Readonly<Record<string, number | Readonly<Record<string, number>>>> = {
  'AWS::EC2::VPC': 12,
  'AWS::EC2::Subnet': 5,
  'AWS::EC2::RouteTable': 12,
  'AWS::EC2::Route': 2,
  'AWS::EC2::SubnetRouteTableAssociation': 2,
  'AWS::EC2::InternetGateway': 16,
  'AWS::EC2::VPCGatewayAttachment': 3,
  'AWS::EC2::EIP': 16,
  'AWS::EC2::NatGateway': 100,
  'AWS::EC2::SecurityGroup': 10,
  'AWS::EC2::SecurityGroupIngress': 2,
  'AWS::EC2::SecurityGroupEgress': 2,
  'AWS::EC2::LaunchTemplate': 5,
  'AWS::IAM::Role': 17,
  'AWS::IAM::Policy': 17,
  'AWS::IAM::ManagedPolicy': 17,
  // The service takes 565 s; CloudFormation polls it.
  'AWS::EKS::Cluster': 590,
  // The service takes 115 s for two nodes; CloudFormation polls it.
  'AWS::EKS::Nodegroup': 150,
  'AWS::EKS::Addon': {
    default: 30,
    'vpc-cni': 30,
    'kube-proxy': 25,
    'eks-pod-identity-agent': 25,
    // After nodes. Before any node it waits for them.
    coredns: 30,
    'aws-ebs-csi-driver': 46,
    'metrics-server': 50,
  },
  'AWS::EKS::AccessEntry': 3,
  'AWS::EKS::PodIdentityAssociation': 3,
  'AWS::SQS::Queue': 31,
  'AWS::SQS::QueuePolicy': 2,
  'AWS::Events::Rule': 61,
  'AWS::Logs::LogGroup': 10,
  'AWS::SSM::Parameter': 2,
  'AWS::Scheduler::Schedule': 5,
  // In a VPC, Lambda makes a network interface first.
  'AWS::Lambda::Function': { default: 8, 'in VPC': 150 },
  'AWS::Lambda::LayerVersion': 12,
  'AWS::StepFunctions::StateMachine': 5,
  // Logs of handlers with 1 GiB show 1 to 25 s, most of it starting the AWS CLI and kubectl. This
  // one has twice the memory, and so twice the CPU.
  [MANIFEST_TYPE]: 4,
  // On creation it drains nothing: four short function calls, one after the other, and one run of a state machine.
  [DRAIN_GUARD_TYPE]: 4,
  // The CRDs wait for no pods; Karpenter's chart waits for its two.
  [HELM_CHART_TYPE]: { default: 15, 'karpenter-crd': 10, karpenter: 50 },
};

/** Typical seconds to create a resource. */
export function typicalSeconds(key: DurationKey): number {
  const entry = SECONDS[key.type];
  if (entry === undefined) return UNKNOWN_TYPE_SECONDS;
  if (typeof entry === 'number') return entry;
  return (key.variant === undefined ? undefined : entry[key.variant]) ?? entry['default'] ?? UNKNOWN_TYPE_SECONDS;
}

/** Whether the table has a figure of its own for a type. */
export function hasTypicalSeconds(type: string): boolean {
  return type in SECONDS;
}

/** Typical seconds from scaling a Deployment until its pods run on a new node: EC2 launches and boots it, the kubelet pulls the image. */
export const TYPICAL_NODE_SECONDS = 60;

/**
 * Typical seconds of a teardown, the middle of the half hour to hour that `docs/real-account.md` names. Most of it is waiting for
 * interfaces of functions.
 */
export const TYPICAL_TEARDOWN_SECONDS = 2700;

/** Resources that take no longer than this stay out of the time line. */
const SHORT_SECONDS = 5;

/** When a resource is created, if CloudFormation starts it as soon as all that it needs is complete. */
interface Schedule {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** The resource that it waited for last. */
  readonly waitedFor?: string;
}

/**
 * Time to ready: the longest path through the dependency graph.
 *
 * @param secondsOf seconds to create a resource; {@link typicalSeconds} by default
 */
export function estimateTime(lab: LabView, secondsOf: SecondsOf = typicalSeconds): TimeEstimate {
  const schedules = scheduleAll(lab, secondsOf);
  const criticalIds = criticalPath(schedules);
  const labels = resourceLabels(lab);
  const timelineOf = ([logicalId, { startSeconds, endSeconds }]: readonly [string, Schedule]): TimelineEntry => ({
    logicalId,
    type: lab.stack.resources.get(logicalId)?.type ?? '',
    label: labels.get(logicalId) ?? logicalId,
    startSeconds,
    durationSeconds: endSeconds - startSeconds,
    isCritical: criticalIds.has(logicalId),
  });

  const entries = [...schedules].map(timelineOf).toSorted((a, b) => a.startSeconds - b.startSeconds);
  const readySeconds = Math.max(0, ...[...schedules.values()].map(({ endSeconds }) => endSeconds));
  return {
    readySeconds,
    criticalPath: entries.filter(({ isCritical }) => isCritical),
    timeline: entries.filter(({ durationSeconds }) => durationSeconds > SHORT_SECONDS),
    ratioToFloor: readySeconds / floorSeconds(lab, secondsOf),
    durationsSource: DURATIONS_SOURCE,
  };
}

function scheduleAll(lab: LabView, secondsOf: SecondsOf): ReadonlyMap<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  for (const logicalId of lab.stack.graph.topologicalOrder()) {
    const waitedFor = [...lab.stack.graph.dependenciesOf(logicalId)]
      .map((dependency) => ({ dependency, endSeconds: schedules.get(dependency)?.endSeconds ?? 0 }))
      .toSorted((a, b) => b.endSeconds - a.endSeconds)
      .at(0);
    const startSeconds = waitedFor?.endSeconds ?? 0;
    schedules.set(logicalId, {
      startSeconds,
      endSeconds: startSeconds + typicalSecondsOf(lab, logicalId, secondsOf),
      waitedFor: waitedFor?.dependency,
    });
  }
  return schedules;
}

/** From the resource that ends last, back over what each waited for. */
function criticalPath(schedules: ReadonlyMap<string, Schedule>): ReadonlySet<string> {
  const path = new Set<string>();
  const [last] = [...schedules].toSorted(([, a], [, b]) => b.endSeconds - a.endSeconds);
  for (let next = last?.[0]; next !== undefined; next = schedules.get(next)?.waitedFor) path.add(next);
  return path;
}

/** Seconds that every lab of this kind needs: control plane, then nodes, then Karpenter's chart. */
function floorSeconds(lab: LabView, secondsOf: SecondsOf): number {
  const indispensable = [lab.cluster.logicalId, lab.nodeGroups[0]?.logicalId, lab.karpenter.logicalId];
  return indispensable.reduce((sum, logicalId) => sum + (logicalId === undefined ? 0 : typicalSecondsOf(lab, logicalId, secondsOf)), 0);
}

/** Typical seconds to create a resource of the lab. */
export function typicalSecondsOf(lab: LabView, logicalId: string, secondsOf: SecondsOf = typicalSeconds): number {
  const resource = lab.stack.resources.get(logicalId);
  return resource === undefined ? 0 : secondsOf({ type: resource.type, variant: variantOf(lab, resource) });
}

function variantOf(lab: LabView, { logicalId, properties }: TemplateResource): string | undefined {
  if (isJsonObject(properties['VpcConfig'])) return 'in VPC';
  return [...lab.addons, ...lab.charts].find((named) => named.logicalId === logicalId)?.name;
}
