import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { parse } from 'yaml';
import type { Connection } from '../../lib/kubernetes/connection';

/** A kubeconfig as kwokctl writes it: one cluster, one user with a certificate. */
interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'server': string; readonly 'certificate-authority'?: string; readonly 'certificate-authority-data'?: string } }[];
  readonly users: readonly {
    readonly user: {
      readonly 'client-certificate'?: string; readonly 'client-certificate-data'?: string; readonly 'client-key'?: string; readonly 'client-key-data'?: string;
    };
  }[];
}

/** The way to a rehearsal's API server without the official client, an ES module that Jest cannot load. */
export function kubeconfigConnection(file: string): Connection {
  const { clusters: [first], users: [user] } = parse(readFileSync(file, 'utf8')) as Kubeconfig;
  if (first === undefined || user === undefined) throw new Error(`${file} has no cluster or no user`);
  const content = (path: string | undefined, data: string | undefined): Buffer | undefined =>
    data === undefined ? path === undefined ? undefined : readFileSync(path) : Buffer.from(data, 'base64');
  const authority = content(first.cluster['certificate-authority'], first.cluster['certificate-authority-data']);
  const agent = new Agent({
    keepAlive: true,
    ca: authority,
    cert: content(user.user['client-certificate'], user.user['client-certificate-data']),
    key: content(user.user['client-key'], user.user['client-key-data']),
  });
  return { server: first.cluster.server, certificateAuthority: authority?.toString('utf8'), authenticate: () => Promise.resolve({ agent, headers: {} }), close: () => agent.destroy() };
}
