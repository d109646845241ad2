import { randomBytes, randomUUID } from 'node:crypto';
import { arrayAt, booleanAt, isJsonObject, type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { apiByKubeconfig } from '../../kubernetes/api-by-kubeconfig';
import { readTexts } from '../../kubernetes/objects';
import { listed } from '../../words';
import { type AwsRequest, jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import type { AccessEntries } from './access-entries';
import { callerOfRequest } from './caller-identity';
import type { Cluster, EksUpdate } from './cluster';
import { checkedNetwork, type ClusterNetwork, makeNetwork, removeNetwork } from './cluster-network';
import { OFFERED_VERSIONS, offeredVersion, PLAYED_VERSION, supportOf } from './cluster-versions';
import type { ControlPlane } from './control-plane';
import { describedUpdate, eksAnswer, eksDoesNotPlay, eksFault, type EksState, requirePlayedKeys, timestamp } from './eks-state';
import type { LoopbackEndpoints } from './loopback-endpoints';

/** Addresses of Services where the cluster's VPC does not use them itself; 172.20.0.0/16 otherwise. */
const SERVICE_CIDR = '10.100.0.0/16';
const OTHER_SERVICE_CIDR = '172.20.0.0/16';

/** EKS as a service of AWS: what the role of a cluster lets in. */
const EKS_SERVICE = 'eks.amazonaws.com';

/** Kinds of log of a control plane. */
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** What clusters are made with. */
export interface ClustersOptions {
  readonly controlPlane: ControlPlane;
  readonly endpoints: LoopbackEndpoints;
  readonly accessEntries: AccessEntries;
}

/** Clusters: their control plane, and what EKS makes with it. */
export class Clusters {
  constructor(private readonly state: EksState, private readonly options: ClustersOptions) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters': async (request) => eksAnswer({ cluster: described(await this.create(request)) }),
    'GET /clusters': () => eksAnswer({ clusters: [...this.state.clusters.keys()] }),
    'GET /clusters/{name}': (_request, { name = '' }) => eksAnswer({ cluster: described(this.state.cluster(name)) }),
    'DELETE /clusters/{name}': (_request, { name = '' }) => eksAnswer({ cluster: described(this.delete(this.state.cluster(name))) }),
    'POST /clusters/{name}/update-config': (request, { name = '' }) => eksAnswer({ update: describedUpdate(this.update(this.state.activeCluster(name), jsonBody(request))) }),
    'POST /clusters/{name}/updates': () => {
      throw eksDoesNotPlay('an update to another version of Kubernetes');
    },
    'GET /clusters/{name}/updates': (_request, { name = '' }) => eksAnswer({ updateIds: [...this.state.cluster(name).updates.keys()] }),
    'GET /clusters/{name}/updates/{id}': (_request, { name = '', id = '' }) => {
      const update = this.state.cluster(name).updates.get(id);
      if (update === undefined) throw eksFault('ResourceNotFoundException', `No update found for ID: ${id}`);
      return eksAnswer({ update: describedUpdate(update) });
    },
    'GET /cluster-versions': (request) => eksAnswer({ clusterVersions: this.offered(new URL(request.target, 'http://eks').searchParams.getAll('clusterVersions')) }),
  };

  private async create(request: AwsRequest): Promise<Cluster> {
    const body = jsonBody(request);
    const name = textAt(body, 'name') ?? '';
    if (!/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)) throw eksFault('InvalidParameterException', `The cluster name ${name} is invalid.`);
    if (this.state.clusters.has(name)) throw eksFault('ResourceInUseException', `Cluster already exists with name: ${name}`);
    if (this.state.clusters.size > 0) throw eksDoesNotPlay(`a second cluster beside ${[...this.state.clusters.keys()].join()}`);
    requirePlayedKeys(body, PLAYED_KEYS, 'a cluster');
    requirePlayed(body);
    const version = textAt(body, 'version') ?? PLAYED_VERSION;
    if (offeredVersion(version) === undefined) throw eksFault('InvalidParameterException', `unsupported Kubernetes version ${version}`);
    if (version !== PLAYED_VERSION) throw eksDoesNotPlay(`Kubernetes ${version}; its control plane is of ${PLAYED_VERSION}`);
    const roleArn = textAt(body, 'roleArn') ?? '';
    const role = await this.state.role(roleArn);
    if (role?.trusted.includes(EKS_SERVICE) !== true) {
      const found = role === undefined ? 'there is no such role' : `its trust policy lets in ${listed(role.trusted)}`;
      this.state.account.findings.report({ kind: 'role-not-assumed', resource: roleArn, expected: `${EKS_SERVICE} may assume the role`, found });
      throw eksFault('InvalidParameterException', `Role with arn: ${roleArn}, could not be assumed because it does not exist or the trusted entity is not correct`);
    }
    const subnetIds = textsAt(body, 'resourcesVpcConfig', 'subnetIds');
    const securityGroupIds = textsAt(body, 'resourcesVpcConfig', 'securityGroupIds');
    const network = await checkedNetwork(this.state.ec2, subnetIds, securityGroupIds);
    const creator = grantsCreator(body) ? await this.creatorOf(request) : undefined;
    const cluster: Cluster = {
      ...await makeNetwork(this.state.ec2, name, network, securityGroupIds),
      name,
      arn: this.state.arn(`cluster/${name}`),
      version,
      roleArn,
      createdAt: this.state.now(),
      vpcId: network.vpcId,
      subnetIds,
      securityGroupIds,
      serviceCidr: textAt(body, 'kubernetesNetworkConfig', 'serviceIpv4Cidr') ?? (network.vpcCidr.startsWith('10.100.') ? OTHER_SERVICE_CIDR : SERVICE_CIDR),
      oidcIssuer: `https://oidc.eks.${this.state.account.region}.amazonaws.com/id/${randomBytes(16).toString('hex').toUpperCase()}`,
      status: 'CREATING',
      issues: [],
      settings: body,
      tags: readTexts(body['tags']),
      updates: new Map(),
      accessEntries: new Map(),
      addons: new Map(),
      nodeGroups: new Map(),
      associations: new Map(),
    };
    this.state.clusters.set(name, cluster);
    this.state.begin(() => this.start(cluster, network, creator), (reason) => this.fail(cluster, reason));
    return cluster;
  }

  /** ARN of the role or user who asks for a cluster. */
  private async creatorOf(request: AwsRequest): Promise<string | undefined> {
    const { arn } = await callerOfRequest(this.state.account, request);
    return (await this.state.principalOf(arn))?.arn;
  }

  /** Starts the control plane, which then knows nobody but its creator, if the cluster grants that. */
  private async start(cluster: Cluster, { vpcCidr }: ClusterNetwork, creator: string | undefined): Promise<void> {
    const { controlPlane, endpoints, accessEntries } = this.options;
    const address = await controlPlane.start({ tokenReviewUrl: await endpoints.tokenReviewUrl(cluster.name), serviceCidr: cluster.serviceCidr, podCidr: vpcCidr });
    cluster.endpoint = address.endpoint;
    cluster.certificateAuthority = address.certificateAuthority;
    cluster.api = await apiByKubeconfig({ kubeconfig: address.kubeconfig, fieldManager: 'eks' }, this.state.account.run);
    cluster.status = 'ACTIVE';
    if (creator === undefined) return;
    const active = this.state.activeCluster(cluster.name);
    await accessEntries.add(active, { principalArn: creator, type: 'STANDARD', groups: [], tags: {} });
    await accessEntries.associate(active, creator, 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', { type: 'cluster' });
  }

  private fail(cluster: Cluster, reason: string): void {
    cluster.status = 'FAILED';
    cluster.issues = [{ code: 'InternalFailure', message: reason, resourceIds: [cluster.name] }];
    this.state.account.findings.report({ kind: 'resource-failed', resource: `cluster ${cluster.name}`, expected: 'its control plane starts and stops', found: reason });
  }

  private delete(cluster: Cluster): Cluster {
    if (cluster.nodeGroups.size > 0) throw eksFault('ResourceInUseException', 'Cluster has nodegroups attached');
    if (booleanAt(cluster.settings, 'deletionProtection') === true) {
      throw eksFault('InvalidRequestException', `Cluster ${cluster.name} has deletion protection enabled. Disable it before you delete the cluster.`);
    }
    if (cluster.status === 'CREATING') throw eksFault('ResourceInUseException', `Cluster ${cluster.name} is being created`);
    if (cluster.status === 'DELETING') return cluster;
    cluster.status = 'DELETING';
    this.state.begin(async () => {
      cluster.api?.close();
      await this.options.controlPlane.stop();
      await removeNetwork(this.state.ec2, cluster);
      this.state.clusters.delete(cluster.name);
    }, (reason) => this.fail(cluster, reason));
    return cluster;
  }

  private update(cluster: Cluster, body: JsonObject): EksUpdate {
    requirePlayedKeys(body, ['clientRequestToken', ...CHANGEABLE], 'a change of a cluster');
    const changes = CHANGEABLE.filter((key) => key in body);
    requirePlayed({ ...cluster.settings, accessConfig: { ...objectAt(cluster.settings, 'accessConfig'), ...objectAt(body, 'accessConfig') } });
    const settings: Record<string, JsonValue> = { ...cluster.settings };
    for (const key of changes) {
      const change = body[key] ?? null;
      const earlier = settings[key];
      settings[key] = isJsonObject(change) && isJsonObject(earlier) ? { ...earlier, ...change } : change;
    }
    cluster.settings = settings;
    const update: EksUpdate = {
      id: randomUUID(),
      type: 'resourcesVpcConfig' in body ? 'EndpointAccessUpdate' : 'logging' in body ? 'LoggingUpdate' : 'AccessConfigUpdate',
      params: changes.map((key) => ({ type: key, value: JSON.stringify(body[key]) })),
      createdAt: this.state.now(),
      status: 'Successful',
      errors: [],
    };
    cluster.updates.set(update.id, update);
    return update;
  }

  private offered(asked: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
    return OFFERED_VERSIONS.filter(({ version }) => asked.length === 0 || asked.includes(version)).map((offered) => {
      const support = supportOf(offered, this.state.now());
      return {
        clusterVersion: offered.version,
        clusterType: 'eks',
        endOfStandardSupportDate: timestamp(new Date(offered.endOfStandardSupport)),
        endOfExtendedSupportDate: timestamp(new Date(offered.endOfExtendedSupport)),
        status: support.toLowerCase().replace('_', '-'),
        versionStatus: support,
      };
    });
  }
}

/** What CreateCluster may say here. */
const PLAYED_KEYS: readonly string[] = [
  'accessConfig', 'bootstrapSelfManagedAddons', 'clientRequestToken', 'computeConfig', 'deletionProtection', 'encryptionConfig', 'kubernetesNetworkConfig', 'logging',
  'name', 'resourcesVpcConfig', 'roleArn', 'storageConfig', 'tags', 'upgradePolicy', 'version', 'zonalShiftConfig',
];

/** What UpdateClusterConfig may change here. */
const CHANGEABLE: readonly string[] = ['resourcesVpcConfig', 'logging', 'accessConfig', 'upgradePolicy', 'deletionProtection'];

/**
 * Refuses what EKS could make of a cluster and the rehearsal cannot.
 *
 * @throws AwsFault `InvalidRequestException`
 */
function requirePlayed(body: JsonObject): void {
  if (textAt(body, 'accessConfig', 'authenticationMode') !== 'API') {
    throw eksDoesNotPlay(`the authentication mode ${textAt(body, 'accessConfig', 'authenticationMode') ?? 'CONFIG_MAP'}, only API`);
  }
  if (booleanAt(body, 'bootstrapSelfManagedAddons') !== false) throw eksDoesNotPlay('add-ons that EKS installs by itself: set bootstrapSelfManagedAddons to false');
  if (booleanAt(body, 'computeConfig', 'enabled') === true) throw eksDoesNotPlay('EKS Auto Mode');
  if ((textAt(body, 'kubernetesNetworkConfig', 'ipFamily') ?? 'ipv4') !== 'ipv4') throw eksDoesNotPlay('clusters of IPv6');
}

/** EKS grants it where the request says nothing. */
function grantsCreator(body: JsonObject): boolean {
  return booleanAt(body, 'accessConfig', 'bootstrapClusterCreatorAdminPermissions') ?? true;
}

function textsAt(body: JsonObject, ...path: readonly string[]): readonly string[] {
  return arrayAt(body, ...path).flatMap((value) => textAt(value) ?? []);
}

/** A cluster as DescribeCluster tells it. */
function described(cluster: Cluster): Readonly<Record<string, unknown>> {
  const { settings } = cluster;
  const vpcConfig = objectAt(settings, 'resourcesVpcConfig');
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: timestamp(cluster.createdAt),
    version: cluster.version,
    endpoint: cluster.endpoint,
    roleArn: cluster.roleArn,
    resourcesVpcConfig: {
      subnetIds: cluster.subnetIds,
      securityGroupIds: cluster.securityGroupIds,
      clusterSecurityGroupId: cluster.clusterSecurityGroupId,
      vpcId: cluster.vpcId,
      endpointPublicAccess: booleanAt(vpcConfig, 'endpointPublicAccess') ?? true,
      endpointPrivateAccess: booleanAt(vpcConfig, 'endpointPrivateAccess') ?? false,
      publicAccessCidrs: vpcConfig['publicAccessCidrs'] ?? ['0.0.0.0/0'],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: cluster.serviceCidr, ipFamily: 'ipv4', elasticLoadBalancing: { enabled: false } },
    logging: { clusterLogging: describedLogging(arrayAt(settings, 'logging', 'clusterLogging')) },
    identity: { oidc: { issuer: cluster.oidcIssuer } },
    status: cluster.status,
    certificateAuthority: cluster.certificateAuthority === undefined ? {} : { data: cluster.certificateAuthority },
    platformVersion: 'eks.1',
    tags: cluster.tags,
    encryptionConfig: settings['encryptionConfig'],
    health: { issues: cluster.issues },
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: grantsCreator(settings) },
    upgradePolicy: settings['upgradePolicy'] ?? { supportType: 'EXTENDED' },
    zonalShiftConfig: settings['zonalShiftConfig'],
    computeConfig: settings['computeConfig'],
    storageConfig: settings['storageConfig'],
    deletionProtection: booleanAt(settings, 'deletionProtection') ?? false,
  };
}

/** Which logs are on, and which are off, each in a list of its own. */
function describedLogging(setups: readonly JsonValue[]): readonly JsonObject[] {
  const enabled = LOG_TYPES.filter((type) => setups.some((setup) => booleanAt(setup, 'enabled') === true && arrayAt(setup, 'types').includes(type)));
  const disabled = LOG_TYPES.filter((type) => !enabled.includes(type));
  return [{ types: enabled, enabled: true }, { types: disabled, enabled: false }].filter(({ types }) => types.length > 0);
}
