import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import type { HelmChart } from '../assembly/kubernetes-objects';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, parseJson, textAt, valueAt } from '../json';
import { cpuMillis, quantity } from '../kubernetes/allocatable';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ResourceKind } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import { LOOPBACK } from './process/loopback';
import { isProcessRunning } from './process/running-processes';
import { awsEnvironment, logTail, type ProcessEnvironment, processExited, startProcess } from './process/start-process';
import { waitUntil } from './process/wait-until';
import type { RehearsalPaths } from './rehearsal-paths';
import type { ProcessRecord } from './rehearsal-state';
import type { Toolchain } from './toolchain/toolchain';

/** A Karpenter to start. */
export interface StartKarpenterOptions {
  readonly chart: HelmChart;
  readonly region: string;
  readonly paths: RehearsalPaths;
  readonly toolchain: Toolchain;
  readonly environment: ProcessEnvironment;
  /** Absolute path of the program that keeps its log. */
  readonly logProgram: string;
  /** URL of the API server. */
  readonly clusterEndpoint: string;
  /** Loopback URL at which its AWS calls are answered. */
  readonly awsEndpoint: string;
  readonly metricsPort: number;
  readonly healthPort: number;
  /** Called with each process as it is started. */
  readonly onProcess: (process: ProcessRecord) => void;
}

/** A Karpenter that was started. */
export interface StartedKarpenter {
  readonly process: ProcessRecord;
  readonly healthPort: number;
}

/**
 * Starts Karpenter with the settings of its chart, and the process that keeps its log.
 */
export async function startKarpenter(options: StartKarpenterOptions): Promise<StartedKarpenter> {
  const { paths, environment, onProcess } = options;
  const logKeeper = await startProcess({
    name: 'karpenter-log',
    command: process.execPath,
    args: [options.logProgram, paths.karpenterLog, paths.karpenterContainerLog],
    env: environment,
    workingDirectory: paths.directory,
    logFile: join(paths.logsDirectory, 'karpenter-log.log'),
    isFed: true,
  });
  onProcess(logKeeper.record);
  const karpenter = await startProcess({
    name: 'karpenter',
    command: options.toolchain.karpenter,
    args: [],
    env: {
      ...environment,
      ...awsEnvironment(options.region),
      ...karpenterSettings(options.chart),
      AWS_ENDPOINT_URL: options.awsEndpoint,
      CLUSTER_ENDPOINT: options.clusterEndpoint,
      // One process stands for the chart's replicas.
      DISABLE_LEADER_ELECTION: 'true',
      HEALTH_PROBE_PORT: String(options.healthPort),
      KUBECONFIG: paths.kubeconfig,
      METRICS_PORT: String(options.metricsPort),
      SYSTEM_NAMESPACE: options.chart.namespace,
    },
    workingDirectory: paths.directory,
    logFile: paths.karpenterLog,
    output: logKeeper.input,
  });
  onProcess(karpenter.record);
  // Karpenter holds the pipe now: when it ends, the log's keeper ends too.
  logKeeper.input?.destroy();
  return { process: karpenter.record, healthPort: options.healthPort };
}

/** Seconds that Karpenter has to read prices and instance types, and to fill its caches. */
const READY_SECONDS = 60;

/**
 * Waits until Karpenter says that it is ready.
 *
 * @throws LabError `ProcessExited` or `KarpenterNotReady` with the end of its log
 */
export async function waitForKarpenter(karpenter: StartedKarpenter, signal?: AbortSignal): Promise<void> {
  await waitUntil(async () => {
    if (!isProcessRunning(karpenter.process)) throw processExited(karpenter.process);
    return await answers(karpenter.healthPort) ? true : undefined;
  }, {
    deadlineSeconds: READY_SECONDS,
    signal,
    onDeadline: () => new LabError({
      code: 'KarpenterNotReady',
      message: `Karpenter was not ready within ${READY_SECONDS} seconds. Its last words: ${logTail(karpenter.process.logFile, 3).join(' | ')}`,
      received: karpenter.process.logFile,
      remedy: 'Read its log. On a busy machine, start again.',
    }),
  });
}

/** The port is open seconds before it is served: hence the short time for an answer. */
async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: LOOPBACK, port, path: '/readyz', timeout: 1000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/**
 * Environment variables that Karpenter's chart makes of its `settings`, and of `logLevel`.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/charts/karpenter/templates/deployment.yaml
 */
const SETTING_VARIABLES: Readonly<Record<string, string>> = {
  batchIdleDuration: 'BATCH_IDLE_DURATION',
  batchMaxDuration: 'BATCH_MAX_DURATION',
  clusterCABundle: 'CLUSTER_CA_BUNDLE',
  clusterName: 'CLUSTER_NAME',
  interruptionQueue: 'INTERRUPTION_QUEUE',
  minValuesPolicy: 'MIN_VALUES_POLICY',
  preferencePolicy: 'PREFERENCE_POLICY',
  reservedENIs: 'RESERVED_ENIS',
  vmMemoryOverheadPercent: 'VM_MEMORY_OVERHEAD_PERCENT',
};

/** The environment that Karpenter's chart gives to its container, as far as its values decide it. */
export function karpenterSettings(chart: HelmChart): Readonly<Record<string, string>> {
  const settings = objectAt(chart.values, 'settings');
  const fromSettings = Object.entries(SETTING_VARIABLES).flatMap(([setting, variable]) => {
    const value = textAt(settings, setting);
    return value === undefined ? [] : [[variable, value] as const];
  });
  const gates = featureGates(objectAt(settings, 'featureGates'));
  const logLevel = textAt(chart.values, 'logLevel');
  const cpu = textAt(chart.values, 'controller', 'resources', 'requests', 'cpu');
  const memory = textAt(chart.values, 'controller', 'resources', 'limits', 'memory');
  return {
    ...Object.fromEntries(fromSettings),
    ...(gates === '' ? {} : { FEATURE_GATES: gates }),
    ...(logLevel === undefined ? {} : { LOG_LEVEL: logLevel }),
    ...(cpu === undefined ? {} : { CPU_REQUESTS: String(cpuMillis(cpu)) }),
    ...(memory === undefined ? {} : { MEMORY_LIMIT: String(quantity(memory)) }),
  };
}

/** `spotToSpotConsolidation: true` becomes `SpotToSpotConsolidation=true`. */
function featureGates(gates: JsonObject): string {
  return Object.keys(gates)
    .map((gate) => `${gate.charAt(0).toUpperCase()}${gate.slice(1)}=${asText(valueAt(gates, gate))}`)
    .join(',');
}

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What Karpenter says, and goes on, when its queue is not there. */
const NO_QUEUE = 'failed to create valid sqs provider';

/**
 * Checks that Karpenter has found the queue from which it hears of interruptions: no object of the API
 * server would tell.
 *
 * @param karpenterLog absolute path of Karpenter's log
 * @throws LabError `InterruptionQueueNotFound`
 */
export function requireInterruptionQueue(karpenterLog: string, chart: HelmChart): void {
  const failure = logErrors(karpenterLog).find(({ message }) => message === NO_QUEUE);
  if (failure === undefined) return;
  throw new LabError({
    code: 'InterruptionQueueNotFound',
    message: `Karpenter finds no interruption queue, so it would not hear of spot interruptions: ${failure.error}`,
    received: textAt(chart.values, 'settings', 'interruptionQueue'),
    remedy: 'Make settings.interruptionQueue of the chart name the queue that the stack makes, run npm run synth, then start the rehearsal again.',
  });
}

/** An error in Karpenter's log. */
export interface LogError {
  readonly message: string;
  /** What went wrong below, such as AWS's answer. */
  readonly error: string;
  /** Kind of the object that Karpenter was at work on; empty for none. */
  readonly kind: string;
  /** Name of that object; empty for none. */
  readonly name: string;
}

/** Errors in Karpenter's log, in their order. A line that is still being written is left out. */
export function logErrors(file: string): readonly LogError[] {
  return readFileSync(file, 'utf8').split('\n')
    .filter((line) => line.includes('"level":"ERROR"') && line.endsWith('}'))
    .map((line) => {
      const entry = parseJson(line);
      const message = textAt(entry, 'message') ?? '';
      return {
        message,
        error: textAt(entry, 'error') ?? message,
        kind: textAt(entry, 'controllerKind') ?? '',
        name: textAt(entry, 'name') ?? '',
      };
    });
}

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
