import { objectAt, textAt, valueAt, type JsonObject, type JsonValue } from '../../assembly/json';
import type { HelmChart } from '../../assembly/helm-charts';
import { cpuMillis, quantity } from '../../estimates/quantity';

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
