import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { LabError } from '../lab-error';
import { asError } from '../wait-for';

/** Credentials of a request, and the agent that holds its connection. */
export interface Authentication {
  readonly agent: HttpAgent;
  readonly headers: OutgoingHttpHeaders;
  /** User and password, where the kubeconfig has them. */
  readonly auth?: string;
}

/** Where an API server is, and how it is known. */
export interface ApiEndpoint {
  /** URL of the API server. */
  readonly server: string;
  /** Certificates that it is known by, in PEM. @default - those that the computer trusts */
  readonly certificateAuthority?: string;
  /** Name in its certificate. @default - the host name of its URL */
  readonly tlsServerName?: string;
}

/** A way to an API server. */
export interface Connection extends ApiEndpoint {
  /** Name of the cluster's entry in the kubeconfig. @default - it comes from no kubeconfig */
  readonly clusterEntry?: string;
  /** Credentials for a request; a token that has expired is renewed. */
  readonly authenticate: () => Promise<Authentication>;
  /** Ends all connections. */
  readonly close: () => void;
}

/** The most connections at once, watches included. */
const MAX_SOCKETS = 24;

/**
 * Reads a kubeconfig with the official client.
 *
 * @throws LabError `KubeconfigUnreadable`
 */
export async function connectionOf(kubeconfig: string): Promise<Connection> {
  // The client is an ES module and takes a second to load, so it is loaded when it is needed.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw unreadable(kubeconfig, `The kubeconfig cannot be read: ${asError(cause).message}.`, cause);
  }
  const { server, name: clusterEntry, caData, caFile, tlsServerName } = config.getCurrentCluster() ?? {};
  if (server === undefined) throw unreadable(kubeconfig, 'The current context of the kubeconfig names no cluster.');

  let agent: HttpAgent | undefined;
  return {
    server,
    certificateAuthority: certificateAuthorityOf(kubeconfig, caData, caFile),
    tlsServerName,
    clusterEntry,
    authenticate: async () => {
      const options = await securityOf(config, kubeconfig, agent !== undefined);
      agent ??= keptOpen(server, options);
      return { agent, headers: { ...(options.headers as OutgoingHttpHeaders | undefined) }, auth: options.auth ?? undefined };
    },
    close: () => agent?.destroy(),
  };
}

function certificateAuthorityOf(kubeconfig: string, data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(kubeconfig, `The certificates that the kubeconfig names cannot be read: ${asError(cause).message}.`, cause);
  }
}

/** @param hasWorked whether the kubeconfig gave credentials before: then a plugin that fails may well give them again */
async function securityOf(config: KubeConfig, kubeconfig: string, hasWorked: boolean): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw unreadable(kubeconfig, `The kubeconfig gives no credentials: ${asError(cause).message}.`, cause, hasWorked);
  }
  return options;
}

/** An agent that keeps connections open. The official client makes a new agent for each request. */
function keptOpen(server: string, options: RequestOptions): HttpAgent {
  const made = options.agent;
  const tls = made instanceof HttpsAgent ? made.options : {};
  const kept = { keepAlive: true, maxSockets: MAX_SOCKETS };
  if (made instanceof HttpsAgent && made.constructor !== HttpsAgent) return made;
  return server.startsWith('https:') ? new HttpsAgent({ ...tls, ...kept }) : new HttpAgent(kept);
}

function unreadable(kubeconfig: string, message: string, cause?: unknown, isPassing?: boolean): LabError {
  return new LabError({
    code: 'KubeconfigUnreadable',
    message,
    received: kubeconfig,
    remedy: 'Give the path of a kubeconfig: lab rehearse prints one, aws eks update-kubeconfig writes one.',
    cause,
    isPassing,
  });
}
