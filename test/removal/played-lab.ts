import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, ListStackResourcesCommand, ListStacksCommand,
  type StackEvent, type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteNetworkInterfaceCommand, DeleteSecurityGroupCommand, DeleteVolumeCommand, DescribeInstancesCommand, DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand, DescribeVolumesCommand, EC2Client, type NetworkInterface,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { arrayAt, textAt, type JsonObject } from '../../lib/json';
import { connectAws } from '../../lib/aws/lab-aws';
import { DEPLOYMENTS, NAMESPACES } from '../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import type { ResourceKind } from '../../lib/kubernetes/objects';
import { resource, smallLab } from '../assembly/small-lab';
import { emptyFolder, writeAssembly } from '../assembly/write-assembly';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';
import { awsError } from '../preflight/account';

const STACK_ID = 'arn:aws:cloudformation:ap-northeast-2:111122223333:stack/Lab/1';
const FINALIZERS = ['karpenter.sh/termination'];
const LAB = smallLab({
  DrainGuard: resource('Custom::KarpenterDrainGuard', {}, 'NodePool', 'FunctionInVpc'),
  FunctionGroup: resource('AWS::EC2::SecurityGroup', {}, 'Vpc'),
  FunctionInVpc: resource('AWS::Lambda::Function', { VpcConfig: {} }, 'FunctionGroup'),
});

const TEMPLATE: JsonObject = {
  Resources: Object.fromEntries([...LAB.resources.values()].map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }])),
};

/** A whole lab in memory: its cluster on a fake API server, the rest behind the mocks of the SDK, and a Karpenter that ends nodes. */
export class PlayedLab {
  static async start(): Promise<PlayedLab> {
    const lab = new PlayedLab(await FakeKubernetes.start());
    lab.fillCluster();
    lab.answer();
    return lab;
  }

  readonly cloudFormation = mockClient(CloudFormationClient);
  readonly ec2 = mockClient(EC2Client);
  readonly aws = connectAws('ap-northeast-2');
  readonly assemblyDirectory = writeAssembly(TEMPLATE);
  readonly kubeconfig = join(emptyFolder(), 'kubeconfig');
  /** Ids of Karpenter's instances. */
  readonly instances = new Set(['i-default', 'i-student']);
  readonly volumes = new Set(['vol-1']);
  readonly networkInterfaces = new Set(['eni-1']);
  /** The group that EKS made. It cannot go while the cluster is there, nor is it tried then: see `triedTooEarly`. */
  readonly securityGroups = new Set<string>();
  /** What was tried to be removed while the cluster still used it. */
  readonly triedTooEarly: string[] = [];
  /** Whether Karpenter ends nodes. */
  endsNodes = true;
  /** Whether Karpenter does nothing at all. */
  isKarpenterHeld = false;
  /** Looks at the stack that still show its old status after its deletion was asked for. */
  looksUntilDeletionShows = 0;
  /** Called before the stack is described, with how often it was: the second time is after the drain. */
  onLook: (time: number) => void = () => undefined;
  /** Whether the cluster stays when the stack is gone. */
  keepsCluster = false;
  /** Whether the VPC waits for the interfaces that are left, and the deletion fails by that. */
  needsInterfacesGone = false;
  /** Interfaces that Lambda made for the stack's function, with the looks after which it lets go of each. */
  readonly functionInterfaces = new Map<string, number>();
  clusterExists = true;
  /** Physical ids other than those that every resource has, by logical id. */
  readonly physicalIds = new Map<string, string>();
  stackStatus: StackStatus | undefined = 'CREATE_COMPLETE';
  /** URL that EKS tells. @default - that of the cluster */
  endpoint: string | undefined;
  private readonly logs = mockClient(CloudWatchLogsClient);
  private readonly classic = mockClient(ElasticLoadBalancingClient);
  private readonly balancers = mockClient(ElasticLoadBalancingV2Client);
  private readonly iam = mockClient(IAMClient);
  private readonly eks = mockClient(EKSClient);
  private readonly sts = mockClient(STSClient);
  private readonly resources = new Set(LAB.resources.keys());
  private events: StackEvent[] = [];
  private isKarpenterDue = false;
  private isDeletionDue = false;

  private constructor(readonly fake: FakeKubernetes) {
    // What is read in the place of a kubeconfig: see jest.mock in the tests.
    writeFileSync(this.kubeconfig, fake.url);
  }

  /** Names of the commands that CloudFormation and EC2 got. */
  get commands(): readonly string[] {
    return [...this.cloudFormation.calls(), ...this.ec2.calls()].map(({ args: [command] }) => command.constructor.name);
  }

  get options() {
    return { assemblyDirectory: this.assemblyDirectory, kubeconfig: this.kubeconfig, everySeconds: 0.001, timeoutSeconds: 5, graceSeconds: 5 };
  }

  /** What is left of the lab. */
  get remains(): readonly string[] {
    const objects = [NODE_POOLS, NODE_CLAIMS, EC2_NODE_CLASSES].flatMap((kind) => this.fake.all(kind).map((body) => `${kind.kind} ${textAt(body, 'metadata', 'name') ?? ''}`));
    return [...this.instances, ...this.volumes, ...this.networkInterfaces, ...this.securityGroups, ...(this.stackStatus === undefined ? [] : ['stack']), ...(this.clusterExists ? ['cluster', ...objects] : [])];
  }

  async stop(): Promise<void> {
    for (const mock of [this.cloudFormation, this.ec2, this.logs, this.classic, this.balancers, this.iam, this.eks, this.sts]) mock.restore();
    this.aws.close();
    await this.fake.stop();
  }

  /** What is left of the stack, for those tests that begin with a part of it. */
  withoutResources(...ids: readonly string[]): void {
    for (const id of ids) this.resources.delete(id);
  }

  /** Has somebody else delete the stack: the deadline, or the console. */
  beginDeletion(): void {
    this.stackStatus = 'DELETE_IN_PROGRESS';
    this.tell('Lab', 'DELETE_IN_PROGRESS');
  }

  /** Has a deletion behind it that failed. */
  failedDeletion(): void {
    this.beginDeletion();
    this.tell('Vpc', 'DELETE_FAILED', 'The vpc had dependencies');
    this.tell('Lab', 'DELETE_FAILED', 'The following resource(s) failed to delete: [Vpc].');
    this.stackStatus = 'DELETE_FAILED';
  }

  /** Lets a Karpenter that was held go on. */
  releaseKarpenter(): void {
    this.isKarpenterHeld = false;
    this.playKarpenter();
  }

  /** Has no pod of Karpenter ready any more, and none that does anything. */
  killKarpenter(): void {
    this.isKarpenterHeld = true;
    this.fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, status: { readyReplicas: 0 } });
  }

  /** Takes away the cluster and the stack, as an earlier run did. */
  withoutStack(): void {
    this.stackStatus = undefined;
    this.clusterExists = false;
  }

  private fillCluster(): void {
    this.fake.put(DEPLOYMENTS, {
      metadata: { name: 'karpenter', namespace: 'kube-system' },
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'controller', env: [{ name: 'CLUSTER_NAME', value: 'lab' }] }] } } },
      status: { readyReplicas: 1 },
    });
    for (const name of ['kube-system', 'karpenter-test', 'student-7']) this.fake.put(NAMESPACES, { metadata: { name } });
    this.fake.put(EC2_NODE_CLASSES, { metadata: { name: 'default', finalizers: ['karpenter.k8s.aws/termination'] } });
    for (const name of ['default', 'student']) {
      this.fake.put(NODE_POOLS, { metadata: { name, finalizers: FINALIZERS } });
      this.fake.put(NODE_CLAIMS, { metadata: { name: `${name}-abcde`, finalizers: FINALIZERS, labels: { 'karpenter.sh/nodepool': name } }, status: { providerID: `aws:///a/i-${name}` } });
    }
    this.fake.onChange(() => this.playKarpenter());
  }

  /** Its turn comes a moment after a change, as that of a real controller does. */
  private playKarpenter(): void {
    if (this.isKarpenterDue) return;
    this.isKarpenterDue = true;
    setTimeout(() => {
      this.isKarpenterDue = false;
      if (this.isKarpenterHeld) return;
      for (const pool of this.deleted(NODE_POOLS)) {
        const own = this.fake.all(NODE_CLAIMS).filter((claim) => textAt(claim, 'metadata', 'labels', 'karpenter.sh/nodepool') === pool);
        for (const claim of own) this.fake.remove(NODE_CLAIMS, { name: textAt(claim, 'metadata', 'name') ?? '' });
        if (own.length === 0) this.fake.put(NODE_POOLS, { metadata: { name: pool, finalizers: [] } });
      }
      for (const name of this.deleted(NODE_CLAIMS)) {
        const id = `i-${name.replace('-abcde', '')}`;
        if (this.endsNodes) this.instances.delete(id);
        if (!this.instances.has(id)) this.fake.put(NODE_CLAIMS, { metadata: { name, finalizers: [] } });
      }
      for (const name of this.deleted(EC2_NODE_CLASSES)) this.fake.put(EC2_NODE_CLASSES, { metadata: { name, finalizers: [] } });
    }, 1);
  }

  /** Names of objects whose deletion was asked for and that a finalizer of Karpenter's holds. */
  private deleted(kind: ResourceKind<unknown>): readonly string[] {
    return this.fake.all(kind)
      .filter((body) => textAt(body, 'metadata', 'deletionTimestamp') !== undefined && arrayAt(body, 'metadata', 'finalizers').some((finalizer) => textAt(finalizer)?.startsWith('karpenter.')))
      .map((body) => textAt(body, 'metadata', 'name') ?? '');
  }

  private answer(): void {
    this.cloudFormation.onAnyCommand().resolves({});
    this.ec2.onAnyCommand().resolves({});
    this.logs.onAnyCommand().resolves({});
    this.classic.onAnyCommand().resolves({});
    this.balancers.onAnyCommand().resolves({});
    this.iam.onAnyCommand().resolves({});
    this.sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/kim' });
    this.eks.on(DescribeClusterCommand).callsFake(() => {
      if (!this.clusterExists) throw awsError('ResourceNotFoundException');
      return { cluster: { name: 'lab', status: 'ACTIVE', endpoint: this.endpoint ?? this.fake.url } };
    });
    this.answerEc2();
    this.answerCloudFormation();
  }

  private answerEc2(): void {
    const owned = { Key: 'kubernetes.io/cluster/lab', Value: 'owned' };
    this.ec2.on(DescribeInstancesCommand).callsFake(({ InstanceIds }: { readonly InstanceIds?: readonly string[] }) => ({
      Reservations: [...this.instances].filter((id) => InstanceIds?.includes(id) ?? true).map((InstanceId) => ({
        Instances: [{ InstanceId, InstanceType: 'c5a.2xlarge', State: { Name: 'running' }, Tags: [owned, { Key: 'karpenter.sh/nodepool', Value: InstanceId.slice(2) }] }],
      })),
    }));
    this.ec2.on(TerminateInstancesCommand).callsFake(({ InstanceIds = [] }: { readonly InstanceIds?: readonly string[] }) => {
      for (const id of InstanceIds) this.instances.delete(id);
      this.playKarpenter();
      return {};
    });
    this.ec2.on(DescribeVolumesCommand).callsFake(() => ({
      Volumes: [...this.volumes].map((VolumeId) => ({ VolumeId, State: 'available', Tags: [{ Key: 'KubernetesCluster', Value: 'lab' }, { Key: 'kubernetes.io/created-for/pvc/name', Value: 'data' }] })),
    }));
    this.ec2.on(DeleteVolumeCommand).callsFake(({ VolumeId = '' }: { readonly VolumeId?: string }) => {
      this.volumes.delete(VolumeId);
      return {};
    });
    this.ec2.on(DescribeSecurityGroupsCommand).callsFake(() => ({
      SecurityGroups: [...this.securityGroups].map((GroupId) => ({ GroupId, GroupName: 'eks-cluster-sg-lab', Tags: [{ Key: 'aws:eks:cluster-name', Value: 'lab' }] })),
    }));
    this.ec2.on(DeleteSecurityGroupCommand).callsFake(({ GroupId = '' }: { readonly GroupId?: string }) => {
      if (this.clusterExists) this.triedTooEarly.push(GroupId);
      else this.securityGroups.delete(GroupId);
      return {};
    });
    this.ec2.on(DescribeNetworkInterfacesCommand).callsFake(({ Filters = [] }: { readonly Filters?: readonly { readonly Values?: readonly string[] }[] }) => {
      if (Filters[0]?.Values?.includes('AWS Lambda VPC ENI-*') === true) return { NetworkInterfaces: this.lookAtFunctionInterfaces() };
      return {
        NetworkInterfaces: [...this.networkInterfaces].map((NetworkInterfaceId) => ({
          NetworkInterfaceId, Status: 'available', Description: 'aws-K8S-i-default', TagSet: [{ Key: 'cluster.k8s.amazonaws.com/name', Value: 'lab' }],
        })),
      };
    });
    this.ec2.on(DeleteNetworkInterfaceCommand).callsFake(({ NetworkInterfaceId = '' }: { readonly NetworkInterfaceId?: string }) => {
      this.networkInterfaces.delete(NetworkInterfaceId);
      this.functionInterfaces.delete(NetworkInterfaceId);
      return {};
    });
  }

  /** Lambda's interfaces, and one of another group; each look brings their end nearer. */
  private lookAtFunctionInterfaces(): NetworkInterface[] {
    const found = [...this.functionInterfaces].map(([NetworkInterfaceId, looks]): NetworkInterface => ({
      NetworkInterfaceId, Status: looks > 0 ? 'in-use' : 'available', Description: `AWS Lambda VPC ENI-Lab-${NetworkInterfaceId}`, Groups: [{ GroupId: 'physical-FunctionGroup' }],
    }));
    for (const [id, looks] of this.functionInterfaces) this.functionInterfaces.set(id, looks - 1);
    return [...found, { NetworkInterfaceId: 'eni-of-another', Status: 'available', Description: 'AWS Lambda VPC ENI-other', Groups: [{ GroupId: 'sg-other' }] }];
  }

  private answerCloudFormation(): void {
    this.cloudFormation.on(ListStacksCommand).resolves({ StackSummaries: [] });
    let looks = 0;
    this.cloudFormation.on(DescribeStacksCommand).callsFake(() => {
      looks += 1;
      this.onLook(looks);
      if (this.stackStatus === undefined) throw awsError('ValidationError', 'Stack with id Lab does not exist');
      if (this.isDeletionDue && this.looksUntilDeletionShows === 0) {
        this.isDeletionDue = false;
        this.beginDeletion();
      }
      if (this.isDeletionDue) this.looksUntilDeletionShows -= 1;
      return { Stacks: [{ StackName: 'Lab', StackId: STACK_ID, StackStatus: this.stackStatus }] };
    });
    this.cloudFormation.on(ListStackResourcesCommand).callsFake(() => ({
      StackResourceSummaries: [...this.resources].map((id) => ({ LogicalResourceId: id, ResourceType: LAB.resources.get(id)?.type, PhysicalResourceId: this.physicalIds.get(id) ?? `physical-${id}`, ResourceStatus: 'CREATE_COMPLETE' })),
    }));
    this.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => {
      if (this.stackStatus === 'DELETE_IN_PROGRESS') this.deleteSome();
      return { StackEvents: this.events.toReversed() };
    });
    this.cloudFormation.on(DeleteStackCommand).callsFake(() => {
      if (this.looksUntilDeletionShows > 0) this.isDeletionDue = true;
      else this.beginDeletion();
      return {};
    });
  }

  /** Deletes the next few resources, in the reverse order of their creation. */
  private deleteSome(): void {
    const order = LAB.graph.topologicalOrder().toReversed().filter((id) => this.resources.has(id));
    for (const id of order.slice(0, 8)) {
      if (id === 'DrainGuard' && !this.drainByGuard()) return;
      if (LAB.resources.get(id)?.type === 'AWS::EC2::VPC' && ((this.needsInterfacesGone && this.networkInterfaces.size > 0) || this.functionInterfaces.size > 0)) {
        this.stackStatus = 'DELETE_FAILED';
        this.tell(id, 'DELETE_FAILED', 'The vpc has dependencies and cannot be deleted');
        this.tell('Lab', 'DELETE_FAILED', `The following resource(s) failed to delete: [${id}].`);
        return;
      }
      this.resources.delete(id);
      this.tell(id, 'DELETE_COMPLETE');
      if (LAB.resources.get(id)?.type === 'AWS::EKS::Cluster') this.clusterExists = this.keepsCluster;
    }
    if (this.resources.size === 0) this.stackStatus = undefined;
  }

  /** What the guard in the stack does: it lets nothing else go before Karpenter has ended the nodes. */
  private drainByGuard(): boolean {
    if (this.isKarpenterHeld && this.instances.size > 0) {
      this.stackStatus = 'DELETE_FAILED';
      this.tell('DrainGuard', 'DELETE_FAILED', 'ClusterNotDrained: NodeClaim default-abcde is held by karpenter.sh/termination.');
      this.tell('Lab', 'DELETE_FAILED', 'The following resource(s) failed to delete: [DrainGuard].');
      return false;
    }
    this.instances.clear();
    return true;
  }

  private tell(LogicalResourceId: string, ResourceStatus: 'DELETE_IN_PROGRESS' | 'DELETE_COMPLETE' | 'DELETE_FAILED', ResourceStatusReason?: string): void {
    const isStack = LogicalResourceId === 'Lab';
    this.events.push({
      StackId: STACK_ID, StackName: 'Lab', EventId: `event-${this.events.length}`, LogicalResourceId, ResourceStatus, ResourceStatusReason, Timestamp: new Date(),
      PhysicalResourceId: isStack ? STACK_ID : LogicalResourceId,
      ResourceType: isStack ? 'AWS::CloudFormation::Stack' : LAB.resources.get(LogicalResourceId)?.type,
    });
  }
}
