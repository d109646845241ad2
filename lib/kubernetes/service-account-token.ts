import { textAt } from '../json';
import { AUTHENTICATION_API } from '../well-known-keys';
import { SERVICE_ACCOUNTS } from './core-kinds';
import type { KubernetesApi } from './kubernetes-api';
import type { ObjectMetadata, ObjectReference } from './objects';

/** What a token of a ServiceAccount is for. */
export interface TokenRequest {
  /** Who is to accept it. @default - the API server */
  readonly audience?: string;
  readonly expirationSeconds: number;
  /** The pod that gets it. With the pod the token ends. @default - nobody's but the ServiceAccount's, with which it ends */
  readonly pod?: Pick<ObjectMetadata, 'name' | 'uid'>;
}

/** A token of a ServiceAccount. */
export interface ServiceAccountToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Makes a token of a ServiceAccount.
 *
 * @throws LabError `KubernetesRequestRefused`, with status 404 where there is no such ServiceAccount
 */
export async function requestToken(
  api: KubernetesApi, account: Required<ObjectReference>, { audience, expirationSeconds, pod }: TokenRequest,
): Promise<ServiceAccountToken> {
  const answer = await api.createSubresource(SERVICE_ACCOUNTS, account, 'token', {
    apiVersion: AUTHENTICATION_API,
    kind: 'TokenRequest',
    spec: {
      ...(audience === undefined ? {} : { audiences: [audience] }),
      expirationSeconds,
      ...(pod === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid } }),
    },
  });
  return { token: textAt(answer, 'status', 'token') ?? '', expiresAt: new Date(textAt(answer, 'status', 'expirationTimestamp') ?? 0) };
}
