import { GetInstanceProfileCommand } from '@aws-sdk/client-iam';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isAwsError, NO_SUCH_ENTITY } from '../../../aws/aws-failure';
import { clusterToken } from '../../../aws/cluster-token';
import { type JsonObject, parseJson, textAt } from '../../../json';
import { KubernetesRequestRefused, sendRequest } from '../../../kubernetes/api-request';
import type { Connection } from '../../../kubernetes/connection';
import { NODES } from '../../../kubernetes/core-kinds';
import { KubernetesApi } from '../../../kubernetes/kubernetes-api';
import { LabError } from '../../../lab-error';
import type { InstanceType, PriceTable } from '../../../plan/price-table';
import type { Account, RoleCredentials } from '../../account';
import { AwsFault } from '../../aws-answers/aws-request';
import { isLoopback } from '../../process/loopback';
import type { MotoAws } from '../moto-aws';
import type { NodeCluster, NodeClusters } from '../node-cluster';
import type { BootingInstance } from './booting-instance';
import { type NodeConfig, readNodeConfig } from './node-config';
import { nodeObject, providerId } from './node-object';
import { type Obstacle, obstacleAtTheControlPlane, obstacleOnTheWayOut } from './way-to-cluster';

/** What an instance joins with. */
export interface JoinOptions {
  readonly account: Pick<Account, 'region' | 'run' | 'sessions'>;
  readonly aws: MotoAws;
  readonly prices: PriceTable;
  readonly clusters: NodeClusters;
}

/**
 * What became of a try to join: the cluster that was joined, or what is in the way; or the Node of another instance still has the
 * name, as of one that had the address before, and goes soon.
 */
export type JoinOutcome = { readonly cluster?: NodeCluster } | { readonly obstacle: Obstacle } | { readonly isNameTaken: true };

/** Seconds that an API server has to answer a node. */
const TIMEOUT_SECONDS = 10;

/**
 * Lets an instance join the cluster of its user data as nodeadm and its kubelet do: with keys of its instance profile's role, by the
 * endpoint, name and certificate authority of its NodeConfig. What is wrong there keeps it out for real.
 */
export async function joinCluster(instance: BootingInstance, options: JoinOptions): Promise<JoinOutcome> {
  const { account: { region, run }, aws, prices, clusters } = options;
  const { image } = instance;
  if (image === undefined) return obstacle('its image is an EKS image of Amazon Linux 2023', 'it is another one, whose start the rehearsal does not play');
  const shape = prices.instanceTypes.find(({ name }) => name === instance.type);
  if (shape === undefined) return obstacle(`instance type ${instance.type} is in the price table`, 'it is not, so that its size is not known');
  const config = readNodeConfig(instance.userData);
  if (config === undefined) {
    return obstacle('its user data holds a NodeConfig', instance.userData === '' ? 'it has no user data' : 'there is none in its user data, so that nodeadm starts no kubelet');
  }

  const way = await obstacleOnTheWayOut(aws.ec2, instance, region);
  if (way !== undefined) return { obstacle: way };
  const role = await roleOf(instance, aws);
  if ('obstacle' in role) return role;
  const keys = await keysOf(role.arn, instance, options);
  if ('obstacle' in keys) return keys;
  const cluster = (await clusters.list()).find(({ endpoint }) => endpoint === config.endpoint);
  const gate = cluster === undefined ? undefined : await obstacleAtTheControlPlane(aws.ec2, instance, cluster);
  if (gate !== undefined) return { obstacle: gate };

  const connection = nodeConnection(config, keys.credentials, region);
  try {
    return await register({ instance, config, image, shape, connection, cluster, roleArn: role.arn }, run.signal);
  } finally {
    connection.close();
  }
}

function obstacle(expected: string, found: string): { readonly obstacle: Obstacle } {
  return { obstacle: { expected, found } };
}

async function roleOf({ instanceProfileArn }: BootingInstance, { iam }: MotoAws): Promise<{ readonly arn: string } | { readonly obstacle: Obstacle }> {
  if (instanceProfileArn === undefined) return obstacle('it has an instance profile', 'it has none, and so no keys');
  const InstanceProfileName = instanceProfileArn.slice(instanceProfileArn.lastIndexOf('/') + 1);
  try {
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    const arn = InstanceProfile?.Roles?.[0]?.Arn;
    return arn === undefined ? obstacle(`instance profile ${InstanceProfileName} has a role`, 'it has none, and so the instance has no keys') : { arn };
  } catch (error) {
    if (!isAwsError(error, ...NO_SUCH_ENTITY)) throw error;
    return obstacle(`instance profile ${InstanceProfileName} exists`, 'it does not, and so the instance has no keys');
  }
}

async function keysOf(roleArn: string, { id }: BootingInstance, { account: { sessions } }: JoinOptions): Promise<
  { readonly credentials: RoleCredentials } | { readonly obstacle: Obstacle }
> {
  const service = 'ec2.amazonaws.com';
  try {
    return { credentials: await sessions.assumeForService({ roleArn, service, sessionName: id }) };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return obstacle(`the trust policy of ${roleArn} lets ${service} in`, `${error.message} (${error.code}), and so the instance has no keys`);
  }
}

function nodeConnection({ clusterName, endpoint, certificateAuthority }: NodeConfig, credentials: RoleCredentials, region: string): Connection {
  const signer = { region: () => Promise.resolve(region), credentials: () => Promise.resolve(credentials) };
  const authority = certificateAuthority === '' ? {} : { ca: Buffer.from(certificateAuthority, 'base64') };
  const agent = endpoint.startsWith('http:') ? new HttpAgent() : new HttpsAgent(authority);
  return {
    server: endpoint,
    authenticate: async () => ({ agent, headers: { authorization: `Bearer ${await clusterToken(signer, clusterName, new Date())}` } }),
    close: () => agent.destroy(),
  };
}

interface Registration {
  readonly instance: BootingInstance;
  readonly config: NodeConfig;
  readonly image: NonNullable<BootingInstance['image']>;
  readonly shape: InstanceType;
  readonly connection: Connection;
  /** @default - the endpoint is no cluster's */
  readonly cluster?: NodeCluster;
  readonly roleArn: string;
}

/** @returns false while the name is that of another instance's Node. A kubelet that starts again finds its own Node, and takes it. */
async function create(api: KubernetesApi, body: JsonObject, instance: BootingInstance): Promise<boolean> {
  try {
    await api.create(NODES, body);
    return true;
  } catch (error) {
    if (!(error instanceof KubernetesRequestRefused) || error.reason !== 'AlreadyExists') throw error;
    return (await api.get(NODES, { name: instance.privateDnsName }))?.providerId === providerId(instance);
  }
}

async function register(registration: Registration, signal: AbortSignal): Promise<JoinOutcome> {
  const { instance, config, image, shape, connection, cluster, roleArn } = registration;
  // No rehearsal asks an address of the internet.
  if (!isLoopback(config.endpoint)) return nobodyAnswers(registration);
  const accessEntry = `${roleArn} has an access entry of type EC2_LINUX in cluster ${config.clusterName}`;
  try {
    const version = await sendRequest(connection, { method: 'GET', path: '/version' }, { signal, timeoutSeconds: TIMEOUT_SECONDS });
    const text = await version.text();
    if (version.status === 401) {
      return cluster !== undefined && cluster.name !== config.clusterName
        ? obstacle(`its NodeConfig names cluster ${cluster.name}, whose endpoint it has`, `it names ${config.clusterName}, and the API server refuses its token (401 Unauthorized)`)
        : obstacle(accessEntry, 'the API server refuses its token (401 Unauthorized)');
    }
    const serverVersion = (textAt(parseJson(text), 'gitVersion') ?? '').replace(/^v/, '');
    const api = new KubernetesApi(connection, signal, 'kubelet');
    return await create(api, nodeObject({ instance, image, config, shape, serverVersion }), instance) ? { cluster } : { isNameTaken: true };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubernetesRequestRefused) {
      if (error.status === 401 || error.status === 403) return obstacle(accessEntry, `it may not register its Node: ${error.message}`);
    }
    if (!(error instanceof LabError) || error.code !== 'KubernetesUnreachable') throw error;
    return isRefusedConnection(error.cause)
      ? nobodyAnswers(registration)
      : obstacle(`the certificate authority of its NodeConfig is that of ${config.endpoint}`, `its kubelet does not trust the API server: ${error.message}`);
  }
}

function nobodyAnswers({ config: { endpoint } }: Registration): JoinOutcome {
  return obstacle('its NodeConfig names the endpoint of the cluster', endpoint === '' ? 'it names none' : `it names ${endpoint}, where nobody answers`);
}

/** What a connection fails with that does not come about. */
const NO_CONNECTION: readonly unknown[] = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'ETIMEDOUT'];

/** Whether no connection came about; what else goes wrong before an answer is TLS. */
function isRefusedConnection(cause: unknown): boolean {
  // What has no code has passed its time.
  return typeof cause !== 'object' || cause === null || !('code' in cause) || NO_CONNECTION.includes(cause.code);
}
