import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { JsonObject } from '../../json';
import { LabError } from '../../lab-error';
import { runCommand } from '../../run-command';
import type { RunContext } from '../../run-context';
import { freePorts, LOOPBACK } from '../process/loopback';
import type { ProcessEnvironment } from '../process/process-environment';
import { type ProcessRecord, processStartTicks } from '../process/running-processes';
import { stopProcess } from '../process/stop-process';
import type { Toolchain } from '../toolchain/toolchain';
import type { ControlPlane, ControlPlaneAddress, ControlPlaneStart } from './control-plane';

/** What listens on a port in a control plane. */
const LISTENERS = ['etcd', 'etcdPeer', 'kubeApiserver', 'kubeControllerManager', 'kubeScheduler', 'kwok'] as const;

/** Programs of the toolchain that a control plane is made of. */
type Programs = Pick<Toolchain, 'etcd' | 'kubeApiserver' | 'kubeControllerManager' | 'kubeScheduler' | 'kwok' | 'kubectl'>;

/** What kwokctl is told. */
export interface KwokctlOptions {
  readonly toolchain: Programs;
  readonly ports: Readonly<Record<(typeof LISTENERS)[number], number>>;
  /** Addresses of pods, as a CIDR. */
  readonly podCidr: string;
  /** Flags of the API server besides kwokctl's own. @default - none */
  readonly apiServerFlags?: Readonly<Record<string, string>>;
  /** Kinds of kwok that the API server serves, such as `Logs`. @default - none */
  readonly kwokKinds?: readonly string[];
  /** Further objects of kwok's configuration, such as where logs of pods are. @default - none */
  readonly documents?: readonly JsonObject[];
}

/**
 * Configuration of kwokctl as YAML: the programs that it starts, and their ports on loopback.
 *
 * @see https://kwok.sigs.k8s.io/docs/generated/apis/
 */
export function kwokctlConfiguration({ toolchain, ports, podCidr, apiServerFlags = {}, kwokKinds = [], documents = [] }: KwokctlOptions): string {
  const flags = Object.entries(apiServerFlags).map(([key, value]) => ({ key, value }));
  const cluster = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    options: {
      runtime: 'binary',
      bindAddress: LOOPBACK,
      // A class makes many requests at once, and the API server serves nobody else.
      disableQPSLimits: true,
      etcdBinary: toolchain.etcd,
      kubeApiserverBinary: toolchain.kubeApiserver,
      kubeControllerManagerBinary: toolchain.kubeControllerManager,
      kubeSchedulerBinary: toolchain.kubeScheduler,
      kwokControllerBinary: toolchain.kwok,
      kubectlBinary: toolchain.kubectl,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.kubeApiserver,
      kubeControllerManagerPort: ports.kubeControllerManager,
      kubeSchedulerPort: ports.kubeScheduler,
      kwokControllerPort: ports.kwok,
      ...(kwokKinds.length === 0 ? {} : { enableCRDs: kwokKinds }),
    },
    componentsPatches: [
      {
        name: 'kwok-controller',
        extraArgs: [
          // Without it a node has no address, and kubectl logs cannot reach it.
          { key: 'node-ip', value: LOOPBACK },
          { key: 'cidr', value: podCidr },
        ],
      },
      ...(flags.length === 0 ? [] : [{ name: 'kube-apiserver', extraArgs: flags }]),
    ],
  };
  return [cluster, ...documents].map((document) => stringify(document)).join('---\n');
}

/** How kwokctl is run. */
export interface KwokClusterOptions {
  /** Name of the cluster to kwokctl. */
  readonly name: string;
  /** Absolute path of the program. */
  readonly kwokctl: string;
  /** What {@link kwokctlConfiguration} makes. */
  readonly configuration: string;
  /** Absolute path of the file that receives it. */
  readonly configurationFile: string;
  /** kwokctl's own folder. */
  readonly kwokDirectory: string;
  /** Absolute path of the kubeconfig to write: it may do everything. */
  readonly kubeconfig: string;
  /** Absolute path of the log of kwokctl itself. */
  readonly logFile: string;
  /** Working directory of the processes. */
  readonly directory: string;
  readonly environment: ProcessEnvironment;
}

/** Seconds that the API server has to answer. */
const READY_SECONDS = 120;

/**
 * Starts etcd, the API server, the controller manager, the scheduler and kwok through kwokctl, and
 * waits until they are ready.
 *
 * @returns its processes
 * @throws LabError `ControlPlaneNotStarted` with what kwokctl says
 */
async function startKwokCluster(options: KwokClusterOptions, run: RunContext): Promise<readonly ProcessRecord[]> {
  const { name, kwokDirectory } = options;
  writeFileSync(options.configurationFile, options.configuration);
  const result = await runCommand({
    command: options.kwokctl,
    args: ['create', 'cluster', '--name', name, '--config', options.configurationFile, '--kubeconfig', options.kubeconfig, '--wait', `${READY_SECONDS}s`],
    env: { ...options.environment, KWOK_WORKDIR: kwokDirectory },
    workingDirectory: options.directory,
  }, run);
  writeFileSync(options.logFile, result.stderr);
  // When the cluster does not get ready, kwokctl writes an error line and still ends with exit code 0.
  if (result.exitCode !== 0 || /Failed to wait for cluster/.test(result.stderr)) {
    throw new LabError({
      code: 'ControlPlaneNotStarted',
      message: `The control plane did not get ready: ${result.stderr.split('\n').filter((line) => line !== '').slice(-3).join(' | ')}`,
      received: kwokDirectory,
      remedy: 'Read the logs of etcd and kube-apiserver below that folder. Free memory (2 GiB) and disk, then start again.',
    });
  }
  return kwokProcesses(clusterDirectory(options));
}

function clusterDirectory({ kwokDirectory, name }: Pick<KwokClusterOptions, 'kwokDirectory' | 'name'>): string {
  return join(kwokDirectory, 'clusters', name);
}

/** The processes that kwokctl has started and that still run, from the files in which it keeps their ids. */
function kwokProcesses(directory: string): readonly ProcessRecord[] {
  const pids = join(directory, 'pids');
  if (!existsSync(pids)) return [];
  return readdirSync(pids).flatMap((file) => {
    const component = basename(file, '.pid');
    const pid = Number(readFileSync(join(pids, file), 'utf8'));
    const startTicks = processStartTicks(pid);
    return startTicks === undefined ? [] : [{ name: component, pid, startTicks, logFile: join(directory, 'logs', `${component}.log`) }];
  });
}

/** What a control plane is made of, and where its files go. */
export interface KwokControlPlaneOptions extends Pick<KwokctlOptions, 'documents' | 'kwokKinds'> {
  /** Name of the rehearsal. */
  readonly name: string;
  readonly toolchain: Programs & Pick<Toolchain, 'kwokctl'>;
  /** Environment of every process: it carries the rehearsal's marker, by which strays are found. */
  readonly environment: ProcessEnvironment;
  /** Absolute path of the folder for its files. It is emptied with each start, and stays after a stop. */
  readonly directory: string;
  /** Called whenever its processes have changed, such as to keep a record of them. @default - nobody listens */
  readonly onProcesses?: (processes: readonly ProcessRecord[]) => void;
}

/**
 * A control plane of real programs: etcd, the API server, the controller manager and the scheduler, with kwok in the place
 * of every kubelet.
 */
export class KwokControlPlane implements ControlPlane {
  private records: readonly ProcessRecord[] = [];

  constructor(private readonly options: KwokControlPlaneOptions, private readonly run: RunContext) {}

  async start({ tokenReviewUrl, serviceCidr, podCidr }: ControlPlaneStart): Promise<ControlPlaneAddress> {
    const { name, directory, toolchain, documents, kwokKinds } = this.options;
    await this.stop();
    // What an earlier one held is forgotten only now: whoever looks for the cause of a failure finds its logs.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const webhook = join(directory, 'token-review.yaml');
    writeFileSync(webhook, stringify(webhookConfiguration(tokenReviewUrl)));
    const ports = await freePorts(LISTENERS);
    const files = { kwokDirectory: join(directory, 'kwok'), kubeconfig: join(directory, 'admin.kubeconfig') };
    try {
      await startKwokCluster({
        ...files,
        name,
        kwokctl: toolchain.kwokctl,
        configurationFile: join(directory, 'kwokctl.yaml'),
        configuration: kwokctlConfiguration({ toolchain, ports, podCidr, documents, kwokKinds, apiServerFlags: apiServerFlags(webhook, serviceCidr) }),
        logFile: join(directory, 'kwokctl.log'),
        directory,
        environment: this.options.environment,
      }, this.run);
    } finally {
      // Also after a failure: what was started has to be stopped.
      this.changeProcesses(kwokProcesses(clusterDirectory({ ...files, name })));
    }
    const authority = readFileSync(join(clusterDirectory({ ...files, name }), 'pki', 'ca.crt'));
    return { endpoint: `https://${LOOPBACK}:${ports.kubeApiserver}`, certificateAuthority: authority.toString('base64'), kubeconfig: files.kubeconfig };
  }

  async stop(): Promise<void> {
    await Promise.all(this.records.map((record) => stopProcess(record)));
    this.changeProcesses([]);
  }

  processes(): readonly ProcessRecord[] {
    return this.records;
  }

  private changeProcesses(records: readonly ProcessRecord[]): void {
    this.records = records;
    this.options.onProcesses?.(records);
  }
}

/** Flags of the API server that make it behave as EKS's. */
function apiServerFlags(webhook: string, serviceCidr: string): Readonly<Record<string, string>> {
  return {
    'authentication-token-webhook-config-file': webhook,
    'authentication-token-webhook-version': 'v1',
    // An access entry that was just made or removed counts within seconds.
    'authentication-token-webhook-cache-ttl': '5s',
    // A node may change nothing but itself and its own pods.
    'enable-admission-plugins': 'NodeRestriction',
    'service-cluster-ip-range': serviceCidr,
  };
}

/** The file by which an API server finds the webhook that reviews tokens. @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication */
function webhookConfiguration(server: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'account', cluster: { server } }],
    users: [{ name: 'api-server' }],
    contexts: [{ name: 'token-review', context: { cluster: 'account', user: 'api-server' } }],
    'current-context': 'token-review',
  };
}
