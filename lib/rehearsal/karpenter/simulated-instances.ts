import { isJsonArray, isJsonObject, parseJson, textAt, type JsonObject } from '../../assembly/json';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ResourceKind } from '../../kubernetes/resource-kind';

/** What the lab reads of a ConfigMap in which the simulated EC2 keeps its instances. */
interface InstanceStore {
  readonly name: string;
  /** As the simulation writes them, in the words of EC2's API. */
  readonly instances: readonly JsonObject[];
}

/** The simulated EC2 names its ConfigMaps so, with a number behind, and brings them up to date every second. */
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
export async function listSimulatedInstances(api: KubernetesApi, karpenterNamespace: string, signal?: AbortSignal): Promise<readonly JsonObject[]> {
  const { items } = await api.list(CONFIG_MAPS, { namespace: karpenterNamespace }, signal);
  return items.filter(({ name }) => name.startsWith(STORE_PREFIX)).flatMap(({ instances }) => instances);
}

/** How many instances the simulated EC2 has. */
export async function countSimulatedInstances(api: KubernetesApi, karpenterNamespace: string, signal?: AbortSignal): Promise<number> {
  return (await listSimulatedInstances(api, karpenterNamespace, signal)).length;
}

function instancesIn(body: JsonObject): readonly JsonObject[] {
  const text = textAt(body, 'data', 'instances');
  const instances = text === undefined ? undefined : parseJson(text);
  return isJsonArray(instances) ? instances.filter(isJsonObject) : [];
}
