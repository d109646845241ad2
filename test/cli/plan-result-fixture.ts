import type { ClassSize, LaunchCandidate, PlanResult, PlannedSubnet, SeatEstimate, TimelineEntry } from '../../lib/plan/plan-result';

/** A plan of the lab in Seoul with its defaults, as the action computes it. */
export const seoulPlan: PlanResult = {
  lab: {
    stackName: 'KarpenterLab',
    clusterName: 'karpenter-lab',
    region: 'ap-northeast-2',
    kubernetesVersion: '1.35',
    karpenterVersion: '1.14.1',
    karpenterNamespace: 'kube-system',
    nodePoolName: 'default',
    inflateNamespace: 'karpenter-test',
    inflateName: 'inflate',
    inflateReplicas: 0,
  },
  concerns: [
    {
      name: 'Network',
      resourceCount: 29,
      lines: [
        'VPC 10.11.0.0/16 in three Availability Zones',
        'three public subnets (/24) and three private subnets (/19)',
        'one NAT gateway, one internet gateway',
      ],
    },
    {
      name: 'Cluster',
      resourceCount: 7,
      lines: ['EKS control plane, Kubernetes 1.35, standard support', 'control-plane logs to a log group of its own, kept for one week'],
    },
    { name: 'System nodes', resourceCount: 4, lines: ['two t3.medium nodes with AL2023, IMDSv2 with hop limit 1'] },
    {
      name: 'Add-ons',
      resourceCount: 9,
      lines: ['vpc-cni, coredns, kube-proxy, eks-pod-identity-agent, aws-ebs-csi-driver, metrics-server'],
    },
    {
      name: 'Karpenter',
      resourceCount: 22,
      lines: [
        'Karpenter 1.14.1: CRD chart and controller chart, credentials by Pod Identity',
        'six least-privilege policies, interruption queue, five EventBridge rules',
        'NodePool default and EC2NodeClass default',
      ],
    },
    {
      name: 'Exercise',
      resourceCount: 3,
      lines: ['Namespace karpenter-test, Deployment inflate with 0 replicas', 'kube-ops-view, read-only, inside the cluster only'],
    },
    { name: 'Deployment tools', resourceCount: 8, lines: ['functions that apply charts and manifests while the stack is deployed'] },
  ],
  network: {
    vpcCidr: '10.11.0.0/16',
    natGatewayCount: 1,
    podAddressCapacity: 24561,
    subnets: ['a', 'b', 'c'].flatMap((zone, index) => subnetsOf(zone, index)),
  },
  systemNodes: {
    instanceType: 't3.medium',
    nodeCount: 2,
    pods: [
      { name: 'karpenter', count: 2, cpuMillis: 500, memoryMiB: 768, isDaemonSet: false },
      { name: 'coredns', count: 2, cpuMillis: 100, memoryMiB: 70, isDaemonSet: false },
      { name: 'ebs-csi-controller', count: 2, cpuMillis: 60, memoryMiB: 240, isDaemonSet: false },
      { name: 'metrics-server', count: 2, cpuMillis: 100, memoryMiB: 200, isDaemonSet: false },
      { name: 'kube-ops-view', count: 1, cpuMillis: 50, memoryMiB: 128, isDaemonSet: false },
      { name: 'aws-node', count: 2, cpuMillis: 50, memoryMiB: 0, isDaemonSet: true },
      { name: 'kube-proxy', count: 2, cpuMillis: 100, memoryMiB: 0, isDaemonSet: true },
      { name: 'ebs-csi-node', count: 2, cpuMillis: 30, memoryMiB: 120, isDaemonSet: true },
      { name: 'eks-pod-identity-agent', count: 2, cpuMillis: 0, memoryMiB: 0, isDaemonSet: true },
    ],
    requested: { cpuMillis: 1930, memoryMiB: 2924, pods: 17 },
    allocatable: { cpuMillis: 3860, memoryMiB: 6492, pods: 34 },
  },
  cost: {
    currency: 'USD',
    ratesAsOf: '2026-10-01',
    instancePricesAsOf: '2026-05-28',
    priceSources: ['AWS Price List, rates (2026-10-01)', 'a catalogue (2026-05-28)'],
    idleLines: [
      { what: 'EKS control plane, standard support', quantity: 1, unitPricePerHour: 0.1, pricePerHour: 0.1 },
      { what: 'System node t3.medium', quantity: 2, unitPricePerHour: 0.052, pricePerHour: 0.104 },
      { what: 'NAT gateway', quantity: 1, unitPricePerHour: 0.059, pricePerHour: 0.059 },
      { what: 'Public IPv4 address', quantity: 1, unitPricePerHour: 0.005, pricePerHour: 0.005 },
      { what: 'gp3 volume, 20 GB', quantity: 2, unitPricePerHour: 0.0025, pricePerHour: 0.005 },
    ],
    idlePerHour: 0.273,
    scaledOutLines: [
      { what: 'Node c5a.2xlarge, on-demand', quantity: 1, unitPricePerHour: 0.344, pricePerHour: 0.344 },
      { what: 'gp3 volume, 20 GB', quantity: 1, unitPricePerHour: 0.0025, pricePerHour: 0.0025 },
    ],
    scaledOutPerHour: 0.3465,
    classHours: 3,
    scaledOutHours: 1,
    classTotal: 1.1655,
    notIncluded: ['traffic (NAT 0.059 USD/GB)', 'tax'],
  },
  launch: {
    replicas: 5,
    replicasFrom: 'exercise',
    podRequest: { cpuMillis: 1000, memoryMiB: 0, pods: 1 },
    daemonOverhead: { cpuMillis: 180, memoryMiB: 120, pods: 4 },
    likely: [{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.344 }],
    candidates: [
      candidate('c5a.2xlarge', 16, 0.344),
      candidate('m5a.2xlarge', 32, 0.424),
      candidate('c6a.2xlarge', 16, 0.3456),
      candidate('c5.2xlarge', 16, 0.384),
      candidate('c6i.2xlarge', 16, 0.384),
      candidate('m5.2xlarge', 32, 0.472),
      candidate('r5a.2xlarge', 64, 0.544),
      candidate('r5.2xlarge', 64, 0.608),
    ].sort((left, right) => left.pricePerHour - right.pricePerHour),
    compatibleTypeCount: 214,
    reasons: [
      '5 pods of 1 CPU (the exercise\'s scale) + 0.18 CPU of DaemonSets = 5.18 CPU.',
      '4 vCPU (3.92 allocatable) are too few, 8 vCPU (7.91 allocatable) enough.',
    ],
  },
  class: {
    students: 0,
    seat: seat('c5a.2xlarge', 8, 0.3465, 30),
    sizes: [10, 30, 100].map((students) => classSize(students)),
    savings: [
      { what: 'spot capacity', settings: ['karpenter.capacityTypes=spot'], seat: { ...seat('m7i.2xlarge', 8, 0.1215, 30), capacityType: 'spot' }, savedPerSeatHour: 0.225 },
      { what: 'pods of 250m CPU', settings: ['inflate.cpu=250m'], seat: seat('c5a.large', 2, 0.0885, 20), savedPerSeatHour: 0.258 },
    ],
    caps: [{ nodePool: 'default', vcpus: 100 }],
  },
  time: {
    readySeconds: 790,
    ratioToFloor: 1.03,
    durationsSource: 'medians of logs, or estimates',
    criticalPath: [
      entry('Vpc', 'AWS::EC2::VPC', 'VPC', 0, 15, true),
      entry('PrivateSubnet1', 'AWS::EC2::Subnet', 'Private subnet', 15, 5, true),
      entry('Cluster', 'AWS::EKS::Cluster', 'EKS control plane', 20, 480, true),
      entry('SystemNodes', 'AWS::EKS::Nodegroup', 'System node group', 500, 150, true),
      entry('PodIdentityAgent', 'AWS::EKS::Addon', 'Add-on eks-pod-identity-agent', 650, 45, true),
      entry('KarpenterChart', 'Custom::AWSCDK-EKS-HelmChart', 'Karpenter chart', 695, 85, true),
      entry('NodePool', 'Custom::AWSCDK-EKS-KubernetesResource', 'NodePool default', 780, 10, true),
    ],
    timeline: [
      entry('Vpc', 'AWS::EC2::VPC', 'VPC', 0, 15, true),
      entry('PrivateSubnet1', 'AWS::EC2::Subnet', 'Private subnet', 15, 5, true),
      entry('InternetGateway', 'AWS::EC2::InternetGateway', 'Internet gateway', 0, 15, false),
      entry('ControllerRole', 'AWS::IAM::Role', 'Karpenter controller role', 0, 20, false),
      entry('Queue', 'AWS::SQS::Queue', 'Interruption queue', 0, 65, false),
      entry('NatGateway', 'AWS::EC2::NatGateway', 'NAT gateway', 40, 110, false),
      entry('Cluster', 'AWS::EKS::Cluster', 'EKS control plane', 20, 480, true),
      entry('VpcCni', 'AWS::EKS::Addon', 'Add-on vpc-cni', 500, 40, false),
      entry('SystemNodes', 'AWS::EKS::Nodegroup', 'System node group', 500, 150, true),
      entry('KarpenterCrds', 'Custom::AWSCDK-EKS-HelmChart', 'Karpenter CRD chart', 500, 45, false),
      entry('Coredns', 'AWS::EKS::Addon', 'Add-on coredns', 650, 45, false),
      entry('PodIdentityAgent', 'AWS::EKS::Addon', 'Add-on eks-pod-identity-agent', 650, 45, true),
      entry('KarpenterChart', 'Custom::AWSCDK-EKS-HelmChart', 'Karpenter chart', 695, 85, true),
      entry('NodePool', 'Custom::AWSCDK-EKS-KubernetesResource', 'NodePool default', 780, 10, true),
    ],
  },
  security: {
    endpoint: 'public and private',
    apiAccess: ['203.0.113.0/24'],
    admins: ['arn:aws:iam::111122223333:role/instructor'],
    facts: [
      'Access entries only, no aws-auth map; whoever deploys keeps no rights.',
      'No subnet gives public addresses; control-plane logs go with the stack.',
    ],
  },
  warnings: [
    {
      code: 'SingleNatGateway',
      message: 'All zones depend on its zone.',
      remedy: 'Raise natGateways.',
    },
  ],
};

/** The same lab with thirty seats. */
export const classPlan: PlanResult = {
  ...seoulPlan,
  cost: {
    ...seoulPlan.cost,
    scaledOutLines: [
      { what: 'Node c5a.2xlarge, on-demand', quantity: 1, unitPricePerHour: 0.344, pricePerHour: 0.344 },
      { what: 'Nodes of 30 seats, c5a.2xlarge', quantity: 30, unitPricePerHour: 0.344, pricePerHour: 10.32 },
      { what: 'gp3 volume, 20 GB', quantity: 31, unitPricePerHour: 0.0025, pricePerHour: 0.0775 },
    ],
    scaledOutPerHour: 10.7415,
    classTotal: 11.5605,
  },
  class: {
    ...seoulPlan.class,
    students: 30,
    sizes: [10, 30, 100].map((students) => classSize(students, 30)),
    caps: [{ nodePool: 'default', vcpus: 100 }, { nodePool: 'class', vcpus: 480 }, { nodePool: 'class-options', vcpus: 480 }],
  },
};

/** The same lab in a region whose prices are in no table. */
export const unpricedPlan: PlanResult = {
  ...seoulPlan,
  lab: { ...seoulPlan.lab, region: 'eu-north-1' },
  cost: {
    currency: 'USD', ratesAsOf: '', instancePricesAsOf: '', priceSources: [], idleLines: [], idlePerHour: 0, scaledOutLines: [], scaledOutPerHour: 0,
    classHours: 3, classTotal: 0, scaledOutHours: 1, notIncluded: [], unavailable: 'There is no price table for eu-north-1, so no price is given.',
  },
  launch: {
    ...seoulPlan.launch, likely: [], candidates: [], compatibleTypeCount: 0, reasons: [],
    unavailable: 'There is no price table for eu-north-1, so there is nothing to choose the cheapest instance type from.',
  },
  class: {
    ...seoulPlan.class, sizes: [], savings: [],
    unavailable: 'There is no price table for eu-north-1, so there is nothing to choose the cheapest instance type from.',
  },
};

/** The same lab with system nodes of a type that is in no table. */
export const unknownTypePlan: PlanResult = {
  ...seoulPlan,
  cost: {
    ...seoulPlan.cost,
    idleLines: seoulPlan.cost.idleLines.filter(({ what }) => what !== 'System node t3.medium'),
    idlePerHour: 0.169,
    unpriced: [{ what: 'System nodes, c6a.large', quantity: 2 }],
  },
  systemNodes: {
    ...seoulPlan.systemNodes,
    instanceType: 'c6a.large',
    allocatable: { cpuMillis: 0, memoryMiB: 0, pods: 0 },
    unavailable: 'The size of c6a.large is in no table, so nothing says whether they fit.',
  },
};

function seat(instanceType: string, vcpus: number, pricePerHour: number, addresses: number): SeatEstimate {
  return { nodes: [{ instanceType, count: 1, podsEach: 5, pricePerHour: pricePerHour - 0.0025 }], capacityType: 'on-demand', vcpus, pricePerHour, addresses };
}

function classSize(students: number, own = 0): ClassSize {
  const scaledOut = (students + 1) * 0.3465;
  return {
    students,
    isOwn: students === own,
    nodes: students + 1,
    vcpus: 12 + students * 8,
    addresses: students * 30,
    idlePerHour: 0.273,
    scaledOutPerHour: 0.273 + scaledOut,
    studentHour: (0.273 + scaledOut) / students,
    total: 3 * 0.273 + scaledOut,
  };
}

function subnetsOf(zone: string, index: number): readonly PlannedSubnet[] {
  const availabilityZone = `ap-northeast-2${zone}`;
  return [
    { logicalId: `PublicSubnet${index + 1}`, cidr: `10.11.${index}.0/24`, availabilityZone, kind: 'public', usableAddresses: 251 },
    { logicalId: `PrivateSubnet${index + 1}`, cidr: `10.11.${32 * (index + 1)}.0/19`, availabilityZone, kind: 'private', usableAddresses: 8187 },
  ];
}

function candidate(instanceType: string, memoryGiB: number, pricePerHour: number): LaunchCandidate {
  return {
    instanceType,
    vcpu: 8,
    memoryMiB: memoryGiB * 1024,
    allocatable: { cpuMillis: 7910, memoryMiB: memoryGiB * 1024 - 2222, pods: 58 },
    pricePerHour,
    capacityType: 'on-demand',
    zones: ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'],
  };
}

function entry(
  logicalId: string, type: string, label: string, startSeconds: number, durationSeconds: number, isCritical: boolean,
): TimelineEntry {
  return { logicalId, type, label, startSeconds, durationSeconds, isCritical };
}
