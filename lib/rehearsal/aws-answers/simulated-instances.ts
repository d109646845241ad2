import { arrayAt, isJsonArray, isJsonObject, type JsonObject, numberAt, parseJson, textAt } from '../../json';
import { NODE_CLAIMS } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ResourceKind } from '../../kubernetes/objects';
import { clusterTag, NODE_CLAIM_TAG, NODE_POOL_LABEL } from '../../well-known-keys';
import { ec2Answer, type Handler, xmlElement, type XmlElement } from './aws-answer';
import { AwsFault } from './aws-request';
import { matchesPattern, queryFilters, queryList, type Ec2Filter } from './ec2-query';
import type { RehearsedLab } from './rehearsed-stack';

/** An instance of Karpenter's simulated EC2, as EC2 would show it. */
interface Instance {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly stateCode: number;
  readonly launchedAt: string;
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Answers EC2's DescribeInstances with what Karpenter's simulated EC2 runs. No other instance exists in a rehearsal.
 */
export function describeSimulatedInstances(lab: RehearsedLab): Handler {
  return async ({ operation, parameters }) => {
    const ids = queryList(parameters, 'InstanceId');
    const filters = queryFilters(parameters);
    const instances = (await instancesOf(lab)).filter((instance) =>
      (ids.length === 0 || ids.includes(instance.id)) && filters.every((filter) => passes(instance, filter)));
    const missing = ids.find((id) => !instances.some((instance) => instance.id === id));
    if (missing !== undefined && filters.length === 0) throw new AwsFault('InvalidInstanceID.NotFound', `The instance ID '${missing}' does not exist`);
    return { answer: ec2Answer(operation, [xmlElement('reservationSet', instances.map(reservation))]) };
  };
}

/** Only Karpenter reaches its simulated EC2, so nobody else can end an instance there. */
export const terminateSimulatedInstances: Handler = () => {
  throw new AwsFault('UnsupportedOperation', 'In a rehearsal only Karpenter can end an instance: delete its NodeClaim.');
};

async function instancesOf({ connect, karpenterNamespace, clusterName }: RehearsedLab): Promise<readonly Instance[]> {
  const api = await connect();
  if (api === undefined) return [];
  try {
    const bodies = await listSimulatedInstances(api, karpenterNamespace);
    const { items } = await api.list(NODE_CLAIMS);
    const nodePools = new Map(items.map(({ metadata, nodePoolName }) => [metadata.name, nodePoolName]));
    return bodies.map((body) => readInstance(body, clusterName, nodePools));
  } finally {
    api.close();
  }
}

/** The simulation keeps only tags that are set after the launch. Those that Karpenter sets at the launch are put back. */
function readInstance(body: JsonObject, clusterName: string, nodePools: ReadonlyMap<string, string>): Instance {
  const kept = Object.fromEntries(arrayAt(body, 'Tags').map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']));
  const nodePool = nodePools.get(kept[NODE_CLAIM_TAG] ?? '');
  return {
    id: textAt(body, 'InstanceId') ?? '',
    type: textAt(body, 'InstanceType') ?? '',
    state: textAt(body, 'State', 'Name') ?? 'pending',
    stateCode: numberAt(body, 'State', 'Code') ?? 0,
    launchedAt: textAt(body, 'LaunchTime') ?? '',
    zone: textAt(body, 'Placement', 'AvailabilityZone') ?? '',
    tags: {
      [clusterTag(clusterName)]: 'owned',
      ...(nodePool === undefined ? {} : { [NODE_POOL_LABEL]: nodePool }),
      ...kept,
    },
  };
}

function passes({ id, type, state, zone, tags }: Instance, { name, values }: Ec2Filter): boolean {
  const known: Readonly<Record<string, readonly string[]>> = {
    'instance-id': [id],
    'instance-type': [type],
    'instance-state-name': [state],
    'availability-zone': [zone],
    'tag-key': Object.keys(tags),
  };
  const found = name.startsWith('tag:') ? [tags[name.slice('tag:'.length)]].filter((value) => value !== undefined) : known[name];
  if (found === undefined) throw new AwsFault('InvalidParameterValue', `The filter '${name}' is invalid`);
  return found.some((value) => values.some((pattern) => matchesPattern(value, pattern)));
}

function reservation({ id, type, state, stateCode, launchedAt, zone, tags }: Instance): XmlElement {
  return xmlElement('item', [
    xmlElement('instancesSet', [xmlElement('item', [
      xmlElement('instanceId', id),
      xmlElement('instanceType', type),
      xmlElement('instanceState', [xmlElement('code', String(stateCode)), xmlElement('name', state)]),
      xmlElement('launchTime', launchedAt),
      xmlElement('placement', [xmlElement('availabilityZone', zone)]),
      xmlElement('tagSet', Object.entries(tags).map(([key, value]) => xmlElement('item', [xmlElement('key', key), xmlElement('value', value)]))),
    ])]),
  ]);
}

/** A ConfigMap in which the simulated EC2 keeps its instances. */
interface InstanceStore {
  readonly name: string;
  /** As the simulation writes them, in the words of EC2's API. */
  readonly instances: readonly JsonObject[];
}

/** How the names of the simulated EC2's ConfigMaps begin; a number follows. It updates them every second. */
const STORE_PREFIX = 'kwok-aws-instances-';

const CONFIG_MAPS: ResourceKind<InstanceStore> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
  read: (body) => ({ name: textAt(body, 'metadata', 'name') ?? '', instances: instancesIn(body) }),
};

/**
 * The instances that the simulated EC2 has, in the words of EC2's API.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/kwok/ec2/ec2.go `backupInstances`
 */
export async function listSimulatedInstances(api: KubernetesApi, karpenterNamespace: string): Promise<readonly JsonObject[]> {
  const { items } = await api.list(CONFIG_MAPS, { namespace: karpenterNamespace });
  return items.filter(({ name }) => name.startsWith(STORE_PREFIX)).flatMap(({ instances }) => instances);
}

/** How many instances the simulated EC2 has. */
export async function countSimulatedInstances(api: KubernetesApi, karpenterNamespace: string): Promise<number> {
  return (await listSimulatedInstances(api, karpenterNamespace)).length;
}

function instancesIn(body: JsonObject): readonly JsonObject[] {
  const text = textAt(body, 'data', 'instances');
  const instances = text === undefined ? undefined : parseJson(text);
  return isJsonArray(instances) ? instances.filter(isJsonObject) : [];
}
