import { arrayAt, type JsonObject, type JsonValue, textAt, valueAt } from '../../json';
import { quantity } from '../../kubernetes/allocatable';
import { LabError } from '../../lab-error';
import type { KarpenterPod } from './karpenter-pod';

/** What a container is started with. */
export interface ContainerCommand {
  /** Variables that the pod itself names. */
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * The environment and arguments of Karpenter's container, as a kubelet makes them of the pod.
 *
 * @param allocatable what the pod's node offers: the limit of a container that has none
 * @throws LabError `ContainerNotPlayed` for variables from ConfigMaps and Secrets, and fields that a kubelet does not know
 */
export function containerCommand(pod: KarpenterPod, allocatable: Readonly<Record<string, string>>): ContainerCommand {
  const environment: Record<string, string> = {};
  if (arrayAt(pod.container, 'envFrom').length > 0) throw notPlayed('envFrom', 'Karpenter\'s container takes its environment from a ConfigMap or a Secret.');
  for (const variable of arrayAt(pod.container, 'env')) {
    const name = textAt(variable, 'name') ?? '';
    environment[name] = valueAt(variable, 'valueFrom') === undefined
      ? expanded(textAt(variable, 'value') ?? '', environment)
      : referenced(name, variable, pod, allocatable);
  }
  const args = arrayAt(pod.container, 'args').map((arg) => expanded(textAt(arg) ?? '', environment));
  return { environment, args };
}

/** Replaces `$(NAME)` by the variable, where there is one; `$$` stands for one `$`. */
function expanded(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^()]+)\)/g, (whole, name: string | undefined) => (name === undefined ? '$' : environment[name] ?? whole));
}

function referenced(name: string, variable: JsonValue, pod: KarpenterPod, allocatable: Readonly<Record<string, string>>): string {
  const fieldPath = textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath');
  if (fieldPath !== undefined) return fieldOf(pod.body, fieldPath);
  const resource = textAt(variable, 'valueFrom', 'resourceFieldRef', 'resource');
  if (resource !== undefined) {
    return resourceOf(pod.container ?? {}, resource, textAt(variable, 'valueFrom', 'resourceFieldRef', 'divisor') ?? '0', allocatable);
  }
  throw notPlayed(name, `The variable ${name} of Karpenter's container comes from a ConfigMap or a Secret.`);
}

/** Label or annotation of a field path, such as `metadata.labels['app']`. */
const KEYED_PATH = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** Other fields that a variable can be taken from. */
const FIELDS: ReadonlySet<string> = new Set([
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.podIP',
]);

function fieldOf(body: JsonObject, fieldPath: string): string {
  const [, map, key] = KEYED_PATH.exec(fieldPath) ?? [];
  if (map !== undefined && key !== undefined) return textAt(body, 'metadata', map, key) ?? '';
  if (FIELDS.has(fieldPath)) return textAt(body, ...fieldPath.split('.')) ?? '';
  throw notPlayed(fieldPath, 'A variable of Karpenter\'s container is taken from a field that a rehearsal does not read.');
}

/** A request or limit, such as `limits.memory`, in units of the divisor, rounded up. */
function resourceOf(container: JsonObject, resource: string, divisor: string, allocatable: Readonly<Record<string, string>>): string {
  const [kind = '', name = ''] = resource.split('.');
  const amount = textAt(container, 'resources', kind, name) ?? (kind === 'limits' ? allocatable[name] : undefined) ?? '0';
  const unit = quantity(divisor) === 0 ? 1 : quantity(divisor);
  // Floating-point noise must not round up.
  return String(Math.ceil(Number((quantity(amount) / unit).toFixed(6))));
}

function notPlayed(received: string, message: string): LabError {
  return new LabError({
    code: 'ContainerNotPlayed',
    message,
    received,
    remedy: 'Give the value itself in the values of Karpenter\'s chart, or try this on a real account.',
  });
}
