/** A resource, as far as its duration depends on it. */
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

/**
 * Where {@link typicalSeconds} has its figures from: logs of CloudFormation in us-east-1 (2025-09), of
 * EKS 1.35 with two t3.medium in ap-northeast-2 (2026-04) and of EKS 1.36 in ap-south-1 (2026). Those of
 * charts, layers, associations and schedules are estimates.
 */
export const DURATIONS_SOURCE = 'medians of logs, or estimates; see lib/estimates/durations.ts';

/** Seconds that a type takes which no log and no estimate covers. */
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
  'Custom::AWSCDK-EKS-KubernetesResource': 4,
  // On creation it does nothing: four short calls of functions in turn, and one turn of a state machine.
  'Custom::KarpenterDrainGuard': 4,
  // The CRDs wait for no pods; Karpenter's chart waits for its two.
  'Custom::AWSCDK-EKS-HelmChart': { default: 15, 'karpenter-crd': 10, karpenter: 50 },
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
