import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/json';
import { emptyFolder } from '../assembly/write-assembly';

/** What a test's kubeconfig says. */
export interface KubeconfigContent {
  readonly server: string;
  /** Text of the certificate authority. @default - none */
  readonly certificateAuthority?: string;
  readonly user?: JsonObject;
  /** Name of the cluster's entry. @default 'lab' */
  readonly clusterEntry?: string;
  /** @default 'lab' */
  readonly currentContext?: string;
}

/** Writes a kubeconfig with the one context `lab`, and gives its path. */
export function kubeconfigFile({ server, certificateAuthority, user = {}, clusterEntry = 'lab', currentContext = 'lab' }: KubeconfigContent): string {
  const file = join(emptyFolder(), 'kubeconfig');
  const authority = certificateAuthority === undefined ? {} : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') };
  // The official client takes a server without TLS only where it is told to trust it.
  const plain = server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {};
  writeFileSync(file, JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{ name: clusterEntry, cluster: { server, ...authority, ...plain } }],
    'users': [{ name: 'student', user }],
    'contexts': [{ name: 'lab', context: { cluster: clusterEntry, user: 'student' } }],
    'current-context': currentContext,
  }));
  return file;
}
