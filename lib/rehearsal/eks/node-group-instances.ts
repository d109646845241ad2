import { EC2Client, RunInstancesCommand, type RunInstancesCommandInput, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, DeleteInstanceProfileCommand, RemoveRoleFromInstanceProfileCommand } from '@aws-sdk/client-iam';
import { isAwsError, NO_SUCH_ENTITY } from '../../aws/aws-failure';
import { boundTo } from '../../aws/bound-client';
import { arrayAt, textAt } from '../../json';
import { type ClusterNode, NODES, PODS } from '../../kubernetes/core-kinds';
import { isTrue } from '../../kubernetes/objects';
import { deadlineIn } from '../../run-context';
import { pause } from '../../wait-for';
import { clusterTag, NODE_GROUP_TAG } from '../../well-known-keys';
import { ROOT_CREDENTIALS } from '../iam/principals';
import type { ActiveCluster, NodeGroup } from './cluster';
import type { EksState } from './eks-state';
import { nodeUserData } from './node-user-data';

/** Seconds in AWS after which EKS gives up on instances that do not join. */
const JOIN_SECONDS = 25 * 60;

/** The least seconds that they get here, however time is compressed: nodes boot by real programs. */
const LEAST_JOIN_SECONDS = 45;

/** Seconds between two looks at the nodes. */
const LOOK_SECONDS = 0.5;

/** Instances of node groups: what EKS's Auto Scaling groups do. */
export class NodeGroupInstances {
  /** The account's EC2, which boots what it launches. EKS's own roles may do what EKS does, so nothing is left to judge. */
  private readonly ec2: EC2Client;

  constructor(private readonly state: EksState) {
    const { endpoint, region, run } = state.account;
    this.ec2 = boundTo(run.signal, new EC2Client({ endpoint, region, credentials: ROOT_CREDENTIALS }));
  }

  /** Makes the instance profile of a group's role. */
  async makeProfile({ instanceProfile: InstanceProfileName, nodeRoleArn }: NodeGroup): Promise<void> {
    await this.state.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await this.state.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: roleName(nodeRoleArn) }));
  }

  /** Removes the profile. What somebody has removed before is no failure. */
  async removeProfile({ instanceProfile: InstanceProfileName, nodeRoleArn }: NodeGroup): Promise<void> {
    for (const command of [
      () => this.state.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: roleName(nodeRoleArn) })),
      () => this.state.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })),
    ]) {
      try {
        await command();
      } catch (error) {
        if (!isAwsError(error, ...NO_SUCH_ENTITY)) throw error;
      }
    }
  }

  /** Launches instances, spread over the group's subnets. They count as the group's as soon as they are launched. */
  async launch(cluster: ActiveCluster, group: NodeGroup, count: number): Promise<readonly string[]> {
    const launched: string[] = [];
    for (let index = 0; index < count; index++) {
      const subnetId = group.subnetIds[group.instanceIds.length % group.subnetIds.length] ?? '';
      const id = await this.launchOne(cluster, group, subnetId);
      launched.push(id);
      group.instanceIds = [...group.instanceIds, id];
    }
    return launched;
  }

  /** Launches one instance, of the first type that EC2 has. */
  private async launchOne(cluster: ActiveCluster, group: NodeGroup, subnetId: string): Promise<string> {
    let failure: unknown;
    for (const instanceType of group.instanceTypes) {
      try {
        const { Instances: [instance] = [] } = await this.ec2.send(new RunInstancesCommand(launchRequest(cluster, group, subnetId, instanceType)));
        return instance?.InstanceId ?? '';
      } catch (error) {
        if (!isAwsError(error, 'InsufficientInstanceCapacity')) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /**
   * Waits until instances are nodes that are ready.
   *
   * @returns those that have not become ready once the time is up
   */
  async waitForNodes(cluster: ActiveCluster, instanceIds: readonly string[]): Promise<readonly string[]> {
    const { run } = this.state.account;
    const deadline = deadlineIn(run, Math.max(this.state.compressed(JOIN_SECONDS), LEAST_JOIN_SECONDS));
    for (;;) {
      const ready = (await cluster.api.list(NODES)).items.filter((node) => isTrue(node, 'Ready'));
      const missing = instanceIds.filter((id) => !ready.some((node) => isNodeOf(node, id)));
      if (missing.length === 0 || deadline.isPassed) return missing;
      await pause(LOOK_SECONDS, run.signal);
    }
  }

  /** Drains nodes of the group, and terminates their instances. */
  async remove(cluster: ActiveCluster, group: NodeGroup, instanceIds: readonly string[]): Promise<void> {
    if (instanceIds.length === 0) return;
    const nodes = (await cluster.api.list(NODES)).items.filter((node) => instanceIds.some((id) => isNodeOf(node, id)));
    for (const { metadata: { name } } of nodes) await cluster.api.patch(NODES, { name }, { spec: { unschedulable: true } });
    for (const { metadata: { name } } of nodes) await drain(cluster, name);
    try {
      await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
    } catch (error) {
      if (!isAwsError(error, 'InvalidInstanceID.NotFound')) throw error;
    }
    group.instanceIds = group.instanceIds.filter((id) => !instanceIds.includes(id));
  }

  close(): void {
    this.ec2.destroy();
  }
}

function roleName(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

function isNodeOf({ providerId }: ClusterNode, instanceId: string): boolean {
  return providerId?.endsWith(`/${instanceId}`) === true;
}

/** Deletes the pods of a node that move elsewhere. Those of DaemonSets go with the node. */
async function drain({ api }: ActiveCluster, nodeName: string): Promise<void> {
  const { items } = await api.listBodies(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  for (const body of items) {
    if (arrayAt(body, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'kind') === 'DaemonSet')) continue;
    await api.delete(PODS, { namespace: textAt(body, 'metadata', 'namespace'), name: textAt(body, 'metadata', 'name') ?? '' });
  }
}

function launchRequest(cluster: ActiveCluster, group: NodeGroup, subnetId: string, instanceType: string): RunInstancesCommandInput {
  const { imageId, securityGroupIds, launchTemplate } = group.template;
  const tags = Object.entries({
    'eks:cluster-name': cluster.name,
    [NODE_GROUP_TAG]: group.name,
    [clusterTag(cluster.name)]: 'owned',
    'k8s.io/cluster-autoscaler/enabled': 'true',
    [`k8s.io/cluster-autoscaler/${cluster.name}`]: 'owned',
  }).map(([Key, Value]) => ({ Key, Value }));
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: imageId,
    InstanceType: instanceType as never,
    SubnetId: subnetId,
    SecurityGroupIds: [...securityGroupIds],
    IamInstanceProfile: { Name: group.instanceProfile },
    UserData: Buffer.from(nodeUserData(cluster, group, instanceType)).toString('base64'),
    TagSpecifications: [{ ResourceType: 'instance', Tags: tags }, { ResourceType: 'volume', Tags: tags }],
    ...(group.capacityType === 'SPOT' ? { InstanceMarketOptions: { MarketType: 'spot' } } : {}),
    ...(launchTemplate === undefined ? ownDefaults(group) : { LaunchTemplate: { LaunchTemplateId: launchTemplate.id, Version: launchTemplate.version } }),
  };
}

/** What EKS's own launch template says where the group has none. */
function ownDefaults({ diskSizeGiB }: NodeGroup): Partial<RunInstancesCommandInput> {
  return {
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: diskSizeGiB, VolumeType: 'gp3', DeleteOnTermination: true } }],
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
  };
}
