import {
  type Cluster, type ClusterIssue, CreateClusterCommand, type CreateClusterCommandInput, DeleteClusterCommand, DescribeClusterCommand, type EKSClient, type Logging,
  type LogType, UpdateClusterConfigCommand, type UpdateClusterConfigCommandInput, UpdateClusterVersionCommand, type VpcConfigRequest,
} from '@aws-sdk/client-eks';
import { arrayAt, type JsonObject, objectAt, textAt } from '../../../json';
import { type MadeResource, physicalName } from '../resource-type';
import { isUpdated, retagEks } from './eks-updates';
import { asEksInput, type PlayedType, ResourceFailure, unlessGone, untilSteady } from './played-type';
import type { ResourceClients } from './resource-clients';
import { resourceTags } from './resource-tags';

/** Clusters of EKS. */
export function clusterTypes(clients: ResourceClients): readonly PlayedType[] {
  return [clusterType(clients)];
}

const TYPE = 'AWS::EKS::Cluster';

/** Longest name of a cluster. */
const MAX_NAME = 100;

function clusterType(clients: ResourceClients): PlayedType {
  return {
    type: TYPE,
    replacedBy: ['BootstrapSelfManagedAddons', 'KubernetesNetworkConfig', 'Name', 'RoleArn'],
    updatedBy: ['AccessConfig', 'ComputeConfig', 'Logging', 'ResourcesVpcConfig', 'StorageConfig', 'Tags', 'UpgradePolicy', 'Version'],
    create: async (resource) => {
      const { eks } = clients.of(resource);
      const { properties } = resource;
      const name = textAt(properties, 'Name') ?? physicalName(resource, MAX_NAME);
      await eks.send(new CreateClusterCommand({
        ...asEksInput<CreateClusterCommandInput>(properties, ['Logging', 'Tags']),
        name,
        logging: loggingOf(properties),
        tags: resourceTags(resource),
        clientRequestToken: resource.token,
      }));
      resource.initiated(name);
      return made(await untilSteady({ ...resource, physicalId: name }, TYPE, () => activeCluster(eks, name)));
    },
    update: async (resource, old) => {
      const { eks } = clients.of(resource);
      const { physicalId: name, properties } = resource;
      const settled = (updateId: string | undefined) => untilSteady(resource, TYPE, () => isUpdated(eks, { name, updateId }));
      for (const change of changesOf(properties, old.properties)) {
        await settled((await eks.send(new UpdateClusterConfigCommand({ ...change, name }))).update?.id);
      }
      if (properties['Version'] !== old.properties['Version']) {
        await settled((await eks.send(new UpdateClusterVersionCommand({ name, version: textAt(properties, 'Version') }))).update?.id);
      }
      const cluster = await untilSteady(resource, TYPE, () => activeCluster(eks, name));
      await retagEks(eks, cluster.arn, resource, old.properties);
      return made(cluster);
    },
    delete: async (resource) => {
      const { eks } = clients.of(resource);
      const { physicalId: name } = resource;
      await unlessGone(() => eks.send(new DeleteClusterCommand({ name })));
      await untilSteady(resource, TYPE, async () => await unlessGone(() => activeCluster(eks, name)) === undefined);
    },
  };
}

/** What EKS says is wrong; undefined where it says nothing. */
function listedIssues(issues: readonly ClusterIssue[] = []): string | undefined {
  return issues.length === 0 ? undefined : issues.map(({ code, message }) => `${code}: ${message}`).join('; ');
}

/** A cluster that answers; false while it is made, changed or deleted. */
async function activeCluster(eks: EKSClient, name: string): Promise<Cluster | false> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  if (cluster?.status === 'FAILED') {
    throw new ResourceFailure('NotStabilized', listedIssues(cluster.health?.issues) ?? `Cluster ${name} is FAILED.`);
  }
  return cluster?.status === 'ACTIVE' ? cluster : false;
}

function made({ name = '', arn = '', endpoint = '', certificateAuthority, resourcesVpcConfig, identity, id }: Cluster): MadeResource {
  return {
    physicalId: name,
    attributes: {
      Arn: arn,
      Endpoint: endpoint,
      CertificateAuthorityData: certificateAuthority?.data ?? '',
      ClusterSecurityGroupId: resourcesVpcConfig?.clusterSecurityGroupId ?? '',
      OpenIdConnectIssuerUrl: identity?.oidc?.issuer ?? '',
      EncryptionConfigKeyArn: '',
      ...(id !== undefined && { Id: id }),
    },
  };
}

/** A change of a cluster's configuration. */
type ClusterChange = Omit<UpdateClusterConfigCommandInput, 'name'>;

/** EKS changes one thing a request. */
function changesOf(properties: JsonObject, old: JsonObject): readonly ClusterChange[] {
  const isChanged = (property: string): boolean => JSON.stringify(properties[property]) !== JSON.stringify(old[property]);
  const changes: readonly (ClusterChange | false)[] = [
    isChanged('Logging') && { logging: loggingOf(properties) },
    ...vpcChanges(objectAt(properties, 'ResourcesVpcConfig'), objectAt(old, 'ResourcesVpcConfig')),
    ...['AccessConfig', 'ComputeConfig', 'StorageConfig', 'UpgradePolicy'].map((property) =>
      isChanged(property) && asEksInput<ClusterChange>({ [property]: objectAt(properties, property) })),
  ];
  return changes.filter((change) => change !== false);
}

/** What EKS takes together of a cluster's place in its VPC, and not with the rest. */
const VPC_CHANGES: readonly (readonly string[])[] = [['EndpointPrivateAccess', 'EndpointPublicAccess', 'PublicAccessCidrs'], ['SecurityGroupIds', 'SubnetIds']];

function vpcChanges(vpcConfig: JsonObject, old: JsonObject): readonly ClusterChange[] {
  return VPC_CHANGES.flatMap((names) => {
    const changed = Object.entries(vpcConfig).filter(([name, value]) => names.includes(name) && JSON.stringify(value) !== JSON.stringify(old[name]));
    return changed.length === 0 ? [] : [{ resourcesVpcConfig: asEksInput<VpcConfigRequest>(Object.fromEntries(changed)) }];
  });
}

/** EKS takes each kind of log as on or off; a template names those that are on. */
function loggingOf(properties: JsonObject): Logging {
  const on = arrayAt(properties, 'Logging', 'ClusterLogging', 'EnabledTypes').map((enabled) => textAt(enabled, 'Type') as LogType);
  const all: readonly LogType[] = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
  const off = all.filter((type) => !on.includes(type));
  return { clusterLogging: [{ types: [...on], enabled: true }, { types: off, enabled: false }].filter(({ types }) => types.length > 0) };
}
