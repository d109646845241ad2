import {
  type Addon, CreateAddonCommand, type CreateAddonCommandInput, CreateNodegroupCommand, type CreateNodegroupCommandInput, DeleteAddonCommand,
  DeleteNodegroupCommand, DescribeAddonCommand, DescribeNodegroupCommand, type EKSClient, type LaunchTemplateSpecification, type Nodegroup,
  type NodegroupScalingConfig, type NodegroupUpdateConfig, UpdateAddonCommand, type UpdateAddonCommandInput, UpdateNodegroupConfigCommand, UpdateNodegroupVersionCommand,
} from '@aws-sdk/client-eks';
import { booleanAt, type JsonObject, objectAt, textAt } from '../../../json';
import { type ExistingResourceRequest, type MadeResource, physicalName, type ResourceRequest } from '../resource-type';
import { isUpdated, retagEks } from './eks-updates';
import { asEksInput, type PlayedType, ResourceFailure, unlessGone, untilSteady } from './played-type';
import type { ResourceClients } from './resource-clients';
import { resourceTags } from './resource-tags';

/** What runs in a cluster by EKS's hand: node groups and add-ons. */
export function nodeTypes(clients: ResourceClients): readonly PlayedType[] {
  return [nodeGroupType(clients), addOnType(clients)];
}

const NODE_GROUP = 'AWS::EKS::Nodegroup';
const ADD_ON = 'AWS::EKS::Addon';

/** Longest name of a node group. */
const MAX_NAME = 63;

function nodeGroupType(clients: ResourceClients): PlayedType {
  return {
    type: NODE_GROUP,
    replacedBy: ['AmiType', 'CapacityType', 'ClusterName', 'InstanceTypes', 'NodegroupName', 'NodeRole', 'Subnets'],
    // ForceUpdateEnabled says how an update goes; it is no property of the group.
    updatedBy: ['ForceUpdateEnabled', 'LaunchTemplate', 'ReleaseVersion', 'ScalingConfig', 'Tags', 'UpdateConfig', 'Version'],
    create: async (resource) => {
      const { eks } = clients.of(resource);
      const clusterName = clusterOf(resource);
      const nodegroupName = textAt(resource.properties, 'NodegroupName') ?? physicalName(resource, MAX_NAME);
      await eks.send(new CreateNodegroupCommand({
        ...asEksInput<CreateNodegroupCommandInput>(resource.properties, ['ForceUpdateEnabled', 'Tags']),
        clusterName,
        nodegroupName,
        tags: resourceTags(resource),
        clientRequestToken: resource.token,
      }));
      const physicalId = `${clusterName}/${nodegroupName}`;
      resource.initiated(physicalId);
      return madeNodeGroup(await untilSteady({ ...resource, physicalId }, NODE_GROUP, () => activeNodeGroup(eks, { clusterName, nodegroupName })));
    },
    update: async (resource, old) => {
      const { eks } = clients.of(resource);
      const id = nodeGroupId(resource);
      await updateNodeGroup(eks, id, resource, old.properties);
      const nodeGroup = await untilSteady(resource, NODE_GROUP, () => activeNodeGroup(eks, id));
      await retagEks(eks, nodeGroup.nodegroupArn, resource, old.properties);
      return madeNodeGroup(nodeGroup);
    },
    delete: async (resource) => {
      const { eks } = clients.of(resource);
      const id = nodeGroupId(resource);
      await unlessGone(() => eks.send(new DeleteNodegroupCommand(id)));
      await untilSteady(resource, NODE_GROUP, async () => await unlessGone(async () => {
        const { nodegroup } = await eks.send(new DescribeNodegroupCommand(id));
        if (nodegroup?.status === 'DELETE_FAILED') throw notStabilized(NODE_GROUP, resource, nodegroup.health?.issues);
        return nodegroup;
      }) === undefined);
    },
  };
}

/** The part of a template's resource that names its cluster. */
function clusterOf({ properties }: ResourceRequest): string {
  return textAt(properties, 'ClusterName') ?? '';
}

function nodeGroupId({ physicalId }: ExistingResourceRequest): { readonly clusterName: string; readonly nodegroupName: string } {
  const [clusterName = '', nodegroupName = ''] = physicalId.split('/');
  return { clusterName, nodegroupName };
}

/** Its number of nodes and their version are changed by different requests. */
async function updateNodeGroup(eks: EKSClient, id: { readonly clusterName: string; readonly nodegroupName: string }, resource: ExistingResourceRequest, old: JsonObject): Promise<void> {
  const { properties } = resource;
  const isChanged = (...names: readonly string[]): boolean => names.some((name) => JSON.stringify(properties[name]) !== JSON.stringify(old[name]));
  const settled = (updateId: string | undefined) => untilSteady(resource, NODE_GROUP, () => isUpdated(eks, { name: id.clusterName, nodegroupName: id.nodegroupName, updateId }));
  if (isChanged('ScalingConfig', 'UpdateConfig')) {
    const scalingConfig = asEksInput<NodegroupScalingConfig>(objectAt(properties, 'ScalingConfig'));
    const updateConfig = properties['UpdateConfig'] === undefined ? undefined : asEksInput<NodegroupUpdateConfig>(objectAt(properties, 'UpdateConfig'));
    await settled((await eks.send(new UpdateNodegroupConfigCommand({ ...id, scalingConfig, updateConfig }))).update?.id);
  }
  if (isChanged('LaunchTemplate', 'ReleaseVersion', 'Version')) {
    const { update } = await eks.send(new UpdateNodegroupVersionCommand({
      ...id,
      launchTemplate: properties['LaunchTemplate'] === undefined ? undefined : asEksInput<LaunchTemplateSpecification>(objectAt(properties, 'LaunchTemplate')),
      releaseVersion: textAt(properties, 'ReleaseVersion'),
      version: textAt(properties, 'Version'),
      force: booleanAt(properties, 'ForceUpdateEnabled'),
    }));
    await settled(update?.id);
  }
}

async function activeNodeGroup(eks: EKSClient, id: { readonly clusterName: string; readonly nodegroupName: string }): Promise<Nodegroup | false> {
  const { nodegroup } = await eks.send(new DescribeNodegroupCommand(id));
  if (nodegroup?.status === 'CREATE_FAILED' || nodegroup?.status === 'DEGRADED') throw notStabilized(NODE_GROUP, { physicalId: id.nodegroupName }, nodegroup.health?.issues);
  return nodegroup?.status === 'ACTIVE' ? nodegroup : false;
}

function madeNodeGroup({ clusterName = '', nodegroupName = '', nodegroupArn = '' }: Nodegroup): MadeResource {
  const physicalId = `${clusterName}/${nodegroupName}`;
  return { physicalId, attributes: { Arn: nodegroupArn, ClusterName: clusterName, Id: physicalId, NodegroupName: nodegroupName } };
}

/** What EKS says of something that does not become healthy. */
interface HealthIssue {
  readonly code?: string;
  readonly message?: string;
  readonly resourceIds?: readonly string[];
}

/** CloudFormation writes the issues of a node group or an add-on into the events as they are. */
function notStabilized(type: string, { physicalId }: { readonly physicalId: string }, issues: readonly HealthIssue[] = []): ResourceFailure {
  const said = issues.map(({ code = 'Unknown', message = '', resourceIds = [] }) => `Issue(Code=${code}, Message=${message}, ResourceIds=[${resourceIds.join(', ')}])`);
  return new ResourceFailure('NotStabilized', said.length === 0 ? `Resource of type '${type}' with identifier '${physicalId}' did not stabilize.` : `[${said.join(', ')}]`);
}

/** Properties of an add-on that its API takes elsewhere. */
const NOT_IN_API: readonly string[] = ['PreserveOnDelete', 'Tags'];

function addOnType(clients: ResourceClients): PlayedType {
  const idOf = (resource: ResourceRequest) => ({ clusterName: clusterOf(resource), addonName: textAt(resource.properties, 'AddonName') ?? '' });
  return {
    type: ADD_ON,
    replacedBy: ['AddonName', 'ClusterName'],
    updatedBy: ['AddonVersion', 'ConfigurationValues', 'PodIdentityAssociations', 'PreserveOnDelete', 'ResolveConflicts', 'ServiceAccountRoleArn', 'Tags'],
    create: async (resource) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      await eks.send(new CreateAddonCommand({ ...asEksInput<CreateAddonCommandInput>(resource.properties, NOT_IN_API), tags: resourceTags(resource), clientRequestToken: resource.token }));
      const physicalId = `${id.clusterName}|${id.addonName}`;
      resource.initiated(physicalId);
      return madeAddOn(await untilSteady({ ...resource, physicalId }, ADD_ON, () => activeAddOn(eks, id)));
    },
    update: async (resource, old) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      const { update } = await eks.send(new UpdateAddonCommand(asEksInput<UpdateAddonCommandInput>(resource.properties, NOT_IN_API)));
      await untilSteady(resource, ADD_ON, () => isUpdated(eks, { name: id.clusterName, addonName: id.addonName, updateId: update?.id }));
      const addOn = await untilSteady(resource, ADD_ON, () => activeAddOn(eks, id));
      await retagEks(eks, addOn.addonArn, resource, old.properties);
      return madeAddOn(addOn);
    },
    delete: async (resource) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      await unlessGone(() => eks.send(new DeleteAddonCommand({ ...id, preserve: booleanAt(resource.properties, 'PreserveOnDelete') ?? false })));
      await untilSteady(resource, ADD_ON, async () => await unlessGone(() => eks.send(new DescribeAddonCommand(id))) === undefined);
    },
  };
}

async function activeAddOn(eks: EKSClient, id: { readonly clusterName: string; readonly addonName: string }): Promise<Addon | false> {
  const { addon } = await eks.send(new DescribeAddonCommand(id));
  if (addon?.status === 'CREATE_FAILED' || addon?.status === 'UPDATE_FAILED') throw notStabilized(ADD_ON, { physicalId: id.addonName }, addon.health?.issues);
  return addon?.status === 'ACTIVE' ? addon : false;
}

function madeAddOn({ clusterName = '', addonName = '', addonArn = '' }: Addon): MadeResource {
  return { physicalId: `${clusterName}|${addonName}`, attributes: { Arn: addonArn } };
}
