import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { dirname, join } from 'node:path';
import type { Manifest } from '../../charts/manifest';
import { type JsonObject, objectAt, parseJson, textAt } from '../../lib/json';
import { type ApiRequest, sendRequest } from '../../lib/kubernetes/api-request';
import type { Connection } from '../../lib/kubernetes/connection';
import type { ControlPlaneAddress } from '../../lib/rehearsal/eks/control-plane';
import { KwokControlPlane } from '../../lib/rehearsal/eks/kwok-control-plane';
import { toolchainIn } from '../../lib/rehearsal/toolchain/toolchain';
import { runCommand } from '../../lib/run-command';
import { runContext } from '../../lib/run-context';
import { kubeconfigConnection } from '../support/kubeconfig-connection';
import { temporaryFolder } from './fake-program';
import { PINNED_VERSIONS } from './pinned-versions';

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  /** The object, or the `Status` that says why not. Empty where the answer is no JSON. */
  readonly body: JsonObject;
  /** Why not, in the server's words. Empty where it did what it was asked. */
  readonly message: string;
}

/** A control plane of real programs, with no AWS account around it and no Karpenter in it. */
export class BareCluster {
  static async start(name: string): Promise<BareCluster> {
    const folder = temporaryFolder();
    const toolchain = toolchainIn(dirname(dirname(process.env['REHEARSAL_MOTO'] ?? '')), PINNED_VERSIONS);
    const environment = { PATH: `${toolchain.binDirectory}:${process.env['PATH'] ?? ''}`, HOME: folder };
    const controlPlane = new KwokControlPlane({ name, toolchain, environment, directory: join(folder, 'control-plane') }, runContext());
    // Nobody listens there: who comes with a token of a ServiceAccount, or with a certificate, needs no other word for it.
    const address = await controlPlane.start({ tokenReviewUrl: 'http://127.0.0.1:9', serviceCidr: '172.20.0.0/16', podCidr: '10.11.0.0/16' });
    return new BareCluster(controlPlane, address, toolchain.kubectl, folder);
  }

  /** The way in of somebody who may do everything. */
  readonly admin: Connection;

  private constructor(private readonly controlPlane: KwokControlPlane, private readonly address: ControlPlaneAddress, private readonly kubectl: string, private readonly folder: string) {
    this.admin = kubeconfigConnection(address.kubeconfig);
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.controlPlane.stop();
  }

  /** The way in by a token. @param headers besides the token's own, such as those that impersonate */
  tokenConnection(token: string, headers: Readonly<Record<string, string>> = {}): Connection {
    const agent = new Agent({ keepAlive: true, ca: Buffer.from(this.address.certificateAuthority, 'base64') });
    return {
      server: this.address.endpoint,
      authenticate: () => Promise.resolve({ agent, headers: { ...headers, authorization: `Bearer ${token}` } }),
      close: () => agent.destroy(),
    };
  }

  /** Applies objects as an admin who types `kubectl apply`. */
  async apply(objects: readonly (JsonObject | Manifest)[]): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const file = join(this.folder, 'objects.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const { exitCode, stderr } = await runCommand({
      command: this.kubectl, args: ['--kubeconfig', this.address.kubeconfig, 'apply', '-f', file], env: { HOME: this.folder }, workingDirectory: this.folder,
    });
    if (exitCode !== 0) throw new Error(stderr);
  }
}

/** Makes one request, and gives the answer whatever it is. */
export async function answerTo(connection: Connection, request: ApiRequest): Promise<Answer> {
  const answer = await sendRequest(connection, request, { signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  const body = text.startsWith('{') ? objectAt(parseJson(text)) : {};
  return { status: answer.status, body, message: answer.status < 400 ? '' : textAt(body, 'message') ?? text };
}
