import type { HelmChart } from '../assembly/kubernetes-objects';
import { type JsonObject, type JsonValue, objectAt, textAt, valueAt } from '../json';
import { cpuMillis, quantity } from '../kubernetes/allocatable';
import type { RunContext } from '../run-context';
import { answersWell } from './karpenter-pods/readiness-probe';
import { awsEnvironment } from './process/process-environment';
import { untilReady } from './process/start-process';
import { type Rehearsal, startPart } from './rehearsal';

/** Name of Karpenter among the processes of a rehearsal. */
export const KARPENTER_PROCESS = 'karpenter';

/**
 * Starts Karpenter with the settings of its chart, and the process that keeps its log. Waits until Karpenter says that it is
 * ready.
 *
 * @throws LabError `ProcessExited` or `KarpenterNotReady` with the end of its log
 */
export async function startKarpenter(rehearsal: Rehearsal, run: RunContext): Promise<void> {
  const { lab, paths, ports } = rehearsal;
  const logKeeper = await startPart(rehearsal, {
    name: 'karpenter-log',
    command: process.execPath,
    args: [rehearsal.programs.karpenterLog, paths.karpenterLog, paths.karpenterContainerLog],
    isFed: true,
  });
  const karpenter = await startPart(rehearsal, {
    name: KARPENTER_PROCESS,
    command: rehearsal.toolchain.karpenter,
    args: [],
    env: {
      ...awsEnvironment(lab.stack.region),
      ...karpenterSettings(lab.karpenter),
      AWS_ENDPOINT_URL: rehearsal.awsEndpoint,
      CLUSTER_ENDPOINT: rehearsal.clusterEndpoint,
      // One process stands for the chart's replicas.
      DISABLE_LEADER_ELECTION: 'true',
      HEALTH_PROBE_PORT: String(ports.karpenterHealth),
      KUBECONFIG: paths.kubeconfig,
      METRICS_PORT: String(ports.karpenterMetrics),
      SYSTEM_NAMESPACE: lab.karpenter.namespace,
    },
    logFile: paths.karpenterLog,
    output: logKeeper.input,
  });
  // Only Karpenter holds the pipe now, so the process that keeps its log ends with it.
  logKeeper.input?.destroy();
  await untilReady(karpenter.record, () => answersWell(ports.karpenterHealth, '/readyz', 1), 'KarpenterNotReady', run);
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

/** The environment variables of Karpenter's container that the values of its chart decide. */
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
