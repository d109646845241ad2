import type { JsonObject, JsonValue } from '../../lib/json';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import {
  CLASS_NAMESPACE, CLASS_NODE_POOL, CLASS_OPTIONS_NODE_POOL, CPU_PER_SEAT_ANNOTATION, IDLE_MINUTES_ANNOTATION, SEAT_LABEL, seatNames,
} from '../../lib/config/seats';
import { versions } from '../../lib/config/versions';

/** What a test changes: a resource by logical id, or undefined to leave it out. */
export type Changes = Readonly<Record<string, JsonObject | undefined>>;

/** A lab of two zones, small enough to count by hand. */
export function smallLab(changes: Changes = {}, region = 'ap-northeast-2'): SynthesizedStack {
  const resources = Object.entries({ ...RESOURCES, ...changes }).flatMap(([id, body]) => (body === undefined ? [] : [[id, body] as const]));
  return stackOf(Object.fromEntries(resources), region);
}

/** The small lab, read. */
export function smallLabView(changes: Changes = {}, region = 'ap-northeast-2'): LabView {
  return readLab(smallLab(changes, region));
}

/** A stack of these resources. */
export function stackOf(resources: JsonObject, region = 'ap-northeast-2', outputs: JsonObject = {}): SynthesizedStack {
  return new SynthesizedStack({ stackName: 'Lab', region, template: { Resources: resources, Outputs: outputs } });
}

/** A resource of the template. */
export function resource(type: string, properties: JsonObject = {}, ...dependsOn: readonly string[]): JsonObject {
  return { Type: type, Properties: properties, ...(dependsOn.length > 0 && { DependsOn: dependsOn }) };
}

/** A manifest as the CDK writes it: the objects as JSON text. */
export function manifest(objects: readonly JsonObject[], ...dependsOn: readonly string[]): JsonObject {
  return resource('Custom::AWSCDK-EKS-KubernetesResource', { Manifest: JSON.stringify(objects) }, ...dependsOn);
}

/** The NodePool of the exercise, with these requirements and limits. */
export function nodePool(
  requirements: readonly JsonObject[] = DEFAULT_REQUIREMENTS,
  limits: JsonObject = { cpu: 100, memory: '400Gi' },
): JsonObject {
  return manifest([{
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'default' },
    spec: {
      limits,
      template: {
        metadata: { labels: { 'eks-team': 'my-team' } },
        spec: { nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' }, requirements },
      },
    },
  }], 'NodeClass');
}

/** The EC2NodeClass of the exercise, with additions to its spec. */
export function nodeClass(spec: JsonObject = {}): JsonObject {
  return manifest([{
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: 'default' },
    spec: {
      amiSelectorTerms: [{ alias: 'al2023@v20260917' }],
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'lab' } }],
      ...spec,
    },
  }], 'Karpenter');
}

/** Namespace and Deployment of the exercise. */
export function exercise(replicas: number, requests: JsonObject = { cpu: '1' }): JsonObject {
  return manifest([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'karpenter-test' } },
    deployment('inflate', replicas, requests, { 'eks-team': 'my-team' }, 'karpenter-test'),
  ], 'NodePool');
}

/** A Deployment of one container. */
export function deployment(
  name: string, replicas: number, requests: JsonObject, nodeSelector: JsonObject = {}, namespace = 'kube-system',
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas, template: { spec: { nodeSelector, containers: [{ name, resources: { requests } }] } } },
  };
}

/** A class of so many seats: its two NodePools for nodes of at most 8 vCPUs, its namespace, and those of the seats. */
export function seats(students: number, requirements: readonly JsonObject[] = DEFAULT_REQUIREMENTS, annotations: JsonObject = {}): Changes {
  const names = seatNames(students);
  const pool = (name: string, weight: number, own: readonly JsonObject[]): JsonObject => ({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      weight,
      limits: { cpu: 32 * students },
      template: { spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        requirements: [
          ...own,
          { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt', values: ['9'] },
          { key: 'eks-team', operator: 'In', values: names },
        ],
      } },
    },
  });
  const options = requirements.filter(({ key }) => key !== 'karpenter.sh/capacity-type' && key !== 'kubernetes.io/arch');
  const namespace = (name: string, metadata: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } });
  return {
    Class: manifest([
      pool(CLASS_NODE_POOL, 10, requirements),
      pool(CLASS_OPTIONS_NODE_POOL, 5, options),
      namespace(CLASS_NAMESPACE, { annotations: { [IDLE_MINUTES_ANNOTATION]: '30', [CPU_PER_SEAT_ANNOTATION]: '7', ...annotations } }),
    ], 'NodePool'),
    Seats1: manifest(names.map((name) => namespace(name, { labels: { [SEAT_LABEL]: name } })), 'Class'),
  };
}

/** The cluster, with this endpoint and access configuration. */
export function cluster(vpcConfig: JsonObject, accessConfig: JsonObject = API_ONLY, version = '1.35'): JsonObject {
  return resource('AWS::EKS::Cluster', {
    Name: 'lab',
    Version: version,
    RoleArn: { 'Fn::GetAtt': ['ClusterRole', 'Arn'] },
    ResourcesVpcConfig: { EndpointPrivateAccess: true, SubnetIds: [{ Ref: 'PrivateA' }, { Ref: 'PrivateB' }], ...vpcConfig },
    AccessConfig: accessConfig,
    UpgradePolicy: { SupportType: 'STANDARD' },
    Logging: { ClusterLogging: { EnabledTypes: [{ Type: 'audit' }] } },
  }, 'ClusterLogs');
}

/** An access entry with cluster-admin. */
export function adminEntry(principal: JsonValue): JsonObject {
  return resource('AWS::EKS::AccessEntry', {
    ClusterName: { Ref: 'Cluster' },
    PrincipalArn: principal,
    AccessPolicies: [{
      PolicyArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy']] },
      AccessScope: { Type: 'cluster' },
    }],
  });
}

/** The system node group. */
export function nodeGroup(instanceType: string, desiredSize: number): JsonObject {
  return resource('AWS::EKS::Nodegroup', {
    ClusterName: { Ref: 'Cluster' },
    NodeRole: { 'Fn::GetAtt': ['NodeRole', 'Arn'] },
    InstanceTypes: [instanceType],
    ScalingConfig: { DesiredSize: desiredSize, MinSize: 1, MaxSize: 3 },
    LaunchTemplate: { Id: { Ref: 'NodeTemplate' }, Version: { 'Fn::GetAtt': ['NodeTemplate', 'LatestVersionNumber'] } },
  });
}

/** An add-on, with its configuration as the text that EKS takes. */
export function addon(name: string, configuration?: JsonObject, ...dependsOn: readonly string[]): JsonObject {
  return resource('AWS::EKS::Addon', {
    AddonName: name,
    AddonVersion: 'v1.0.0-eksbuild.1',
    ClusterName: { Ref: 'Cluster' },
    ...(configuration && { ConfigurationValues: JSON.stringify(configuration) }),
  }, ...dependsOn);
}

/** Karpenter's chart; its values name the queue by reference. */
export function karpenterChart(resources: JsonObject = { requests: { cpu: '500m', memory: '512Mi' } }, settings: JsonObject = {}): JsonObject {
  const [before, after] = JSON.stringify({ settings: { ...settings, interruptionQueue: '|' }, controller: { resources } }).split('|');
  return resource('Custom::AWSCDK-EKS-HelmChart', {
    Release: 'karpenter',
    Chart: 'karpenter',
    Repository: 'oci://public.ecr.aws/karpenter/karpenter',
    Version: versions.karpenter,
    Namespace: 'kube-system',
    Wait: true,
    Values: { 'Fn::Join': ['', [before ?? '', { 'Fn::GetAtt': ['Queue', 'QueueName'] }, after ?? '']] },
  }, 'Nodes', 'Crds');
}

/** Requirements that the exercise's configuration gives the NodePool. */
export const DEFAULT_REQUIREMENTS: readonly JsonObject[] = [
  { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
  { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
  { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
  { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
  { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['4'] },
];

/** Access by entries alone, and none for whoever deploys. */
export const API_ONLY: JsonObject = { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false };

const SCHOOL = '203.0.113.0/24';

function subnet(cidr: string, zone: string, tags: readonly JsonObject[] = []): JsonObject {
  return resource('AWS::EC2::Subnet', { CidrBlock: cidr, AvailabilityZone: zone, VpcId: { Ref: 'Vpc' }, Tags: tags });
}

const DISCOVERY: readonly JsonObject[] = [{ Key: 'karpenter.sh/discovery', Value: 'lab' }];

/** Reaches the internet gateway by its route table; the private subnets' table leads to the NAT gateway. */
const NETWORK: Readonly<Record<string, JsonObject>> = {
  Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.11.0.0/16' }),
  PrivateA: subnet('10.11.0.0/18', 'ap-northeast-2a', DISCOVERY),
  PrivateB: subnet('10.11.64.0/18', 'ap-northeast-2b', DISCOVERY),
  PublicA: subnet('10.11.192.0/24', 'ap-northeast-2a'),
  Gateway: resource('AWS::EC2::InternetGateway'),
  PublicTable: resource('AWS::EC2::RouteTable', { VpcId: { Ref: 'Vpc' } }),
  PublicRoute: resource('AWS::EC2::Route', { RouteTableId: { Ref: 'PublicTable' }, GatewayId: { Ref: 'Gateway' } }),
  PublicTableOfA: resource('AWS::EC2::SubnetRouteTableAssociation', { RouteTableId: { Ref: 'PublicTable' }, SubnetId: { Ref: 'PublicA' } }),
  PrivateTable: resource('AWS::EC2::RouteTable', { VpcId: { Ref: 'Vpc' } }),
  PrivateRoute: resource('AWS::EC2::Route', { RouteTableId: { Ref: 'PrivateTable' }, NatGatewayId: { Ref: 'Nat' } }),
  PrivateTableOfA: resource('AWS::EC2::SubnetRouteTableAssociation', { RouteTableId: { Ref: 'PrivateTable' }, SubnetId: { Ref: 'PrivateA' } }),
  Address: resource('AWS::EC2::EIP', { Domain: 'vpc' }),
  Nat: resource('AWS::EC2::NatGateway', { AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] }, SubnetId: { Ref: 'PublicA' } }, 'PublicRoute'),
};

const RESOURCES: Readonly<Record<string, JsonObject>> = {
  ...NETWORK,
  ClusterRole: resource('AWS::IAM::Role'),
  ClusterLogs: { ...resource('AWS::Logs::LogGroup', { LogGroupName: '/aws/eks/lab/cluster', RetentionInDays: 7 }), DeletionPolicy: 'Delete' },
  Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: [SCHOOL] }),
  NodeRole: resource('AWS::IAM::Role', { RoleName: 'lab-system-node' }),
  NodeTemplate: resource('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: {
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, VolumeType: 'gp3' } }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    },
  }),
  Nodes: nodeGroup('t3.medium', 2),
  Cni: addon('vpc-cni'),
  Proxy: addon('kube-proxy'),
  Dns: addon('coredns', undefined, 'Nodes'),
  HandlerEntry: adminEntry({ 'Fn::GetAtt': ['HandlerRole', 'Arn'] }),
  HandlerRole: resource('AWS::IAM::Role'),
  Handler: resource('AWS::Lambda::Function', { Role: { 'Fn::GetAtt': ['HandlerRole', 'Arn'] } }),
  InstructorEntry: adminEntry('arn:aws:iam::111122223333:role/instructor'),
  Queue: resource('AWS::SQS::Queue', { QueueName: 'lab' }),
  QueuePolicy: resource('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Queue' }] }),
  ControllerPolicy: resource('AWS::IAM::ManagedPolicy', { PolicyDocument: { Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } } }),
  ControllerRole: resource('AWS::IAM::Role', { ManagedPolicyArns: [{ Ref: 'ControllerPolicy' }] }),
  ControllerIdentity: resource('AWS::EKS::PodIdentityAssociation', {
    ClusterName: { Ref: 'Cluster' }, Namespace: 'kube-system', ServiceAccount: 'karpenter', RoleArn: { 'Fn::GetAtt': ['ControllerRole', 'Arn'] },
  }),
  KarpenterNodeRole: resource('AWS::IAM::Role', { RoleName: 'lab-karpenter-node' }),
  KarpenterNodeEntry: resource('AWS::EKS::AccessEntry', {
    ClusterName: { Ref: 'Cluster' }, PrincipalArn: { 'Fn::GetAtt': ['KarpenterNodeRole', 'Arn'] }, Type: 'EC2_LINUX',
  }),
  Crds: resource('Custom::AWSCDK-EKS-HelmChart', {
    Release: 'karpenter-crd', Repository: 'oci://public.ecr.aws/karpenter/karpenter-crd', Version: versions.karpenter, Namespace: 'kube-system',
    ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] },
  }, 'Cluster'),
  Karpenter: karpenterChart(),
  NodeClass: nodeClass(),
  NodePool: nodePool(),
  Exercise: exercise(0),
  Viewer: manifest([deployment('viewer', 1, { cpu: '50m', memory: '64Mi' })], 'Nodes'),
};
