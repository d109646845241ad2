import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { arrayAt, objectAt, textAt } from '../json';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { REGION_LABEL } from '../well-known-keys';
import { KubernetesRequestRefused } from './api-request';
import { DEPLOYMENTS, NODES } from './core-kinds';
import { apiByKubeconfig } from './api-by-kubeconfig';
import type { KubernetesApi } from './kubernetes-api';
import type { ResourceKind } from './objects';

/** Region and account of the lab. */
export interface LabPlace {
  readonly region: string;
  /** Twelve digits. @default - any account */
  readonly account?: string;
}

/** What the lab's cluster must hold: Karpenter's Deployment, which names the cluster. */
export interface LabInCluster {
  /** Karpenter's Deployment. */
  readonly karpenter: { readonly namespace: string; readonly release: string };
  readonly cluster: { readonly name: string };
}

/** Region and account of a cluster, as far as they are known. */
export interface ClusterPlace {
  /** @default - unknown */
  readonly region?: string;
  /** @default - unknown */
  readonly account?: string;
}

/**
 * Host names that EKS gives the API servers of its clusters, of IPv4 and of IPv6, in the AWS and the China partitions.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
 */
const EKS_HOST = /\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d+)\.(?:eks\.amazonaws\.com(?:\.cn)?|api\.aws|(?:api\.)?amazonwebservices\.com\.cn)\.?$/;

/** ARN of a cluster: the name that `aws eks update-kubeconfig` gives the entry in the kubeconfig. */
const EKS_ARN = /^arn:aws[\w-]*:eks:(?<region>[\w-]+):(?<account>\d{12}):cluster\//;

/** Region of an API server, by its URL. Only host names of EKS name one: an IP address, localhost or a proxy does not. */
export function placeOfServer(server: string): ClusterPlace {
  return URL.canParse(server) ? { region: EKS_HOST.exec(new URL(server).hostname)?.groups?.['region'] } : {};
}

/** Region and account of a cluster, by the name of its entry in the kubeconfig. Only an ARN names them. */
export function placeOfEntry(name: string): ClusterPlace {
  const { region, account } = EKS_ARN.exec(name)?.groups ?? {};
  return { region, account };
}

/**
 * Refuses a cluster that is in another region or account than the lab, even if it has the lab's name.
 *
 * It makes no call to AWS. The host name of an EKS endpoint names the region; behind a proxy, or in a rehearsal, the labels of
 * the nodes do. No object of the cluster names the account: only the entry that `aws eks update-kubeconfig` writes does.
 *
 * @throws LabError `ClusterNotConfigured`
 */
export async function requireLabPlace(api: KubernetesApi, lab: LabPlace): Promise<void> {
  const { server, clusterEntry = '' } = api;
  const entry = placeOfEntry(clusterEntry);
  const { region } = placeOfServer(server);
  if (region !== undefined && region !== lab.region) throw inAnotherRegion(region, lab, server);
  if (entry.region !== undefined && entry.region !== lab.region) throw inAnotherRegion(entry.region, lab, clusterEntry);
  if (lab.account !== undefined && entry.account !== undefined && entry.account !== lab.account) {
    throw new LabError({
      code: 'ClusterNotConfigured',
      message: `The kubeconfig leads to a cluster of account ${entry.account}; the lab belongs to account ${lab.account}.`,
      received: clusterEntry,
      remedy: 'Choose the lab\'s cluster with kubectl config use-context, or change account in lab.yaml and synthesize again.',
    });
  }
  if (region !== undefined || entry.region !== undefined) return;
  const labelled = await regionsOfNodes(api);
  const [stranger] = labelled;
  if (stranger !== undefined && !labelled.includes(lab.region)) throw inAnotherRegion(stranger, lab, server);
}

function inAnotherRegion(region: string, lab: LabPlace, received: string): LabError {
  return new LabError({
    code: 'ClusterNotConfigured',
    message: `The kubeconfig leads to a cluster in ${region}; the lab's is in ${lab.region}.`,
    received,
    remedy: 'Choose the lab\'s cluster with kubectl config use-context, or change region in lab.yaml and synthesize again.',
  });
}

/** Regions in the labels of the nodes. Empty where the user may not list nodes, as a student may not. */
async function regionsOfNodes(api: KubernetesApi): Promise<readonly string[]> {
  try {
    const { items } = await api.list(NODES, {});
    return [...new Set(items.flatMap(({ metadata }) => metadata.labels[REGION_LABEL] ?? []))];
  } catch (error) {
    if (error instanceof KubernetesRequestRefused && error.status === 403) return [];
    throw error;
  }
}

/** What decides which kubeconfig is used, as with kubectl. */
export interface KubeconfigChoice {
  /** Path that the user gives. @default - that of the environment */
  readonly kubeconfig?: string;
  readonly workingDirectory: string;
  /** `KUBECONFIG` and `HOME` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Absolute path of the kubeconfig: the flag's, the first of `KUBECONFIG`, or `~/.kube/config`. */
export function kubeconfigPath({ kubeconfig, workingDirectory, env }: KubeconfigChoice): string {
  const chosen = kubeconfig ?? env['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  return chosen === undefined ? join(env['HOME'] ?? homedir(), '.kube', 'config') : resolve(workingDirectory, chosen);
}

const KARPENTER: ResourceKind<string | undefined> = {
  ...DEPLOYMENTS,
  read: (body) => {
    const [container] = arrayAt(objectAt(body, 'spec', 'template', 'spec'), 'containers');
    return textAt(arrayAt(container, 'env').find((variable) => textAt(variable, 'name') === 'CLUSTER_NAME'), 'value');
  },
};

/**
 * Connects to the lab's cluster, and refuses another one: Karpenter's Deployment says for which cluster it works.
 *
 * @param kubeconfig absolute path
 * @throws LabError `KubeconfigUnreadable`, `KubernetesUnreachable`, `KarpenterNotFound`, `ClusterNotConfigured`
 */
export async function connectToLab(kubeconfig: string, lab: LabInCluster, run: Partial<RunContext> = {}): Promise<KubernetesApi> {
  const api = await apiByKubeconfig({ kubeconfig }, run);
  try {
    await checkCluster(api, lab);
    return api;
  } catch (error) {
    api.close();
    throw error;
  }
}

async function checkCluster(api: KubernetesApi, { karpenter, cluster }: LabInCluster): Promise<void> {
  const { namespace, release } = karpenter;
  const { items } = await api.list(KARPENTER, { namespace, fieldSelector: `metadata.name=${release}` });
  if (items.length === 0) {
    throw new LabError({
      code: 'KarpenterNotFound',
      message: `The cluster of the kubeconfig has no Deployment ${namespace}/${release}, so it is not the lab's.`,
      received: api.server,
      remedy: 'Choose the lab\'s cluster: the output KubeconfigCommand of the stack, or the KUBECONFIG that lab rehearse prints.',
    });
  }
  const [clusterName] = items;
  if (clusterName === cluster.name) return;
  throw new LabError({
    code: 'ClusterNotConfigured',
    message: `The kubeconfig leads to the cluster ${clusterName ?? 'of an unknown name'}; the lab's is ${cluster.name}.`,
    received: api.server,
    remedy: 'Choose the lab\'s cluster with kubectl config use-context, or synthesize the lab with that clusterName.',
  });
}
