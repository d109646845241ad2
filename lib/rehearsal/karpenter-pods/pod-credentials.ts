import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_MAPS } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { requestToken, type TokenRequest } from '../../kubernetes/service-account-token';
import { LabError } from '../../lab-error';
import { isPassing } from '../../passing-failure';
import { asError, pause } from '../../wait-for';
import type { PodRole } from '../eks/pod-identities';
import type { KarpenterPod } from './karpenter-pod';

/** What a pod gets at its admission where a pod identity association stands, as far as its containers see it. */
export type AdmittedIdentity = Pick<PodRole, 'audience' | 'environment'>;

/** Seconds that a token for the API server is good for: an hour, as in a pod. */
const API_TOKEN_SECONDS = 3600;

/** Seconds that a token for EKS Pod Identity is good for: a day, as EKS asks for. */
const IDENTITY_TOKEN_SECONDS = 86_400;

/** Part of a token's time after which the kubelet renews it. */
const RENEWED_AFTER = 0.8;

/** Seconds between two tries to renew a token. */
const RETRY_SECONDS = 5;

/** ConfigMap that Kubernetes puts into each namespace. */
const AUTHORITY = 'kube-root-ca.crt';

/**
 * Gives a pod what a kubelet mounts into it: a token of its ServiceAccount for the API server, and one for EKS Pod Identity where
 * an association stood at its admission. Both are renewed until the API's signal is aborted.
 *
 * @param directory absolute path of the pod's own folder
 * @returns the variables by which the process finds them
 * @throws LabError `KubernetesRequestRefused`; `AuthorityMissing`, which passes, in a namespace that was just made
 */
export async function podCredentials(
  kubernetes: KubernetesApi, pod: KarpenterPod, identity: AdmittedIdentity | undefined, directory: string,
): Promise<Readonly<Record<string, string>>> {
  mkdirSync(directory, { recursive: true });
  const kubeconfig = join(directory, 'kubeconfig');
  const tokenFile = join(directory, 'token');
  const identityFile = join(directory, 'eks-pod-identity-token');
  replaceFile(kubeconfig, await kubeconfigText(kubernetes, pod, tokenFile));
  await keepTokens(kubernetes, pod, [
    { file: tokenFile, expirationSeconds: API_TOKEN_SECONDS },
    ...(identity === undefined ? [] : [{ file: identityFile, expirationSeconds: IDENTITY_TOKEN_SECONDS, audience: identity.audience }]),
  ]);
  return { KUBECONFIG: kubeconfig, ...(identity === undefined ? {} : { ...identity.environment, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: identityFile }) };
}

async function kubeconfigText(kubernetes: KubernetesApi, { metadata: { namespace = '' } }: KarpenterPod, tokenFile: string): Promise<string> {
  const authority = (await kubernetes.get(CONFIG_MAPS, { namespace, name: AUTHORITY }))?.data['ca.crt'];
  if (authority === undefined) {
    throw new LabError({
      code: 'AuthorityMissing',
      message: `Namespace ${namespace} has no ConfigMap ${AUTHORITY} yet, from which pods know the API server.`,
      received: namespace,
      remedy: 'Wait: kube-controller-manager makes it.',
      isPassing: true,
    });
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'pod',
    contexts: [{ name: 'pod', context: { cluster: 'cluster', user: 'service-account', namespace } }],
    clusters: [{
      name: 'cluster',
      cluster: { server: kubernetes.server, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
    }],
    users: [{ name: 'service-account', user: { tokenFile } }],
  }, undefined, 2);
}

/** A token, and the file that it is kept in. */
type KeptToken = Omit<TokenRequest, 'pod'> & { readonly file: string };

/** Writes tokens, and new ones before they end, again and again. */
async function keepTokens(kubernetes: KubernetesApi, pod: KarpenterPod, tokens: readonly KeptToken[]): Promise<void> {
  const account = { namespace: pod.metadata.namespace ?? '', name: pod.serviceAccount };
  const write = async ({ file, ...request }: KeptToken): Promise<number> => {
    const { token, expiresAt } = await requestToken(kubernetes, account, { ...request, pod: pod.metadata });
    replaceFile(file, token);
    return Math.max(RETRY_SECONDS, ((expiresAt.getTime() - Date.now()) / 1000) * RENEWED_AFTER);
  };
  const renewals = await Promise.all(tokens.map(async (token) => ({ token, seconds: await write(token) })));
  for (const { token, seconds } of renewals) void renewed(seconds, () => write(token), kubernetes.signal);
}

/** Ends with the signal, or when the API server refuses a token: then the ServiceAccount is gone, and the process says what it lacks. */
async function renewed(firstSeconds: number, write: () => Promise<number>, signal: AbortSignal): Promise<void> {
  let seconds = firstSeconds;
  try {
    for (;;) {
      await pause(seconds, signal);
      seconds = await write().catch(retryLater);
    }
  } catch {
    // Nobody waits for it.
  }
}

function retryLater(error: unknown): number {
  if (isPassing(error)) return RETRY_SECONDS;
  throw asError(error);
}

/** Replaces a file at once, so that nobody reads half of it. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
