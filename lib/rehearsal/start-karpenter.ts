import { get } from 'node:http';
import { join } from 'node:path';
import type { HelmChart } from '../assembly/kubernetes-objects';
import { type JsonObject, type JsonValue, objectAt, textAt, valueAt } from '../json';
import { cpuMillis, quantity } from '../kubernetes/allocatable';
import { LabError } from '../lab-error';
import { LOOPBACK } from './process/loopback';
import { awsEnvironment, type ProcessEnvironment } from './process/process-environment';
import { isProcessRunning, type ProcessRecord } from './process/running-processes';
import { logTail, processExited, startProcess } from './process/start-process';
import { waitUntil } from './process/wait-until';
import type { RehearsalPaths } from './rehearsal-paths';
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
