import { isJsonObject, parseJson, textAt, type JsonObject, type JsonValue } from '../json';
import { LabError } from '../lab-error';
import { DEPLOYMENTS, isRunning, type Pod, PODS, selectorText } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LAUNCH_MESSAGE, restoreRelease } from './exercise-commands';
import type { KarpenterPlace } from './expectations';

/** A line of Karpenter's log. */
export interface KarpenterLogLine {
  /** `DEBUG`, `INFO` or `ERROR`. */
  readonly level: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly message: string;
  /** @default - the line reports no error */
  readonly error?: string;
  /** All fields of the line. */
  readonly fields: JsonObject;
}

/** Karpenter's log line about a node that it launched. */
export interface LaunchLine {
  readonly nodeClaim: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly providerId: string;
}

/** What a container runtime writes before each line of a log file: `2026-11-23T18:52:32.1Z stdout F `. */
const RUNTIME_PREFIX = /^\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] /;

/**
 * Reads a line of the log.
 *
 * @returns undefined where it is no JSON object with a message, such as a line of a stack trace
 */
function parseLogLine(line: string): KarpenterLogLine | undefined {
  const text = line.replace(RUNTIME_PREFIX, '').trim();
  if (!text.startsWith('{')) return undefined;
  const fields = parsedObject(text);
  const message = textAt(fields, 'message');
  if (fields === undefined || message === undefined) return undefined;
  return { level: textAt(fields, 'level') ?? '', time: textAt(fields, 'time') ?? '', message, error: textAt(fields, 'error'), fields };
}

/** Reads a launch from a line; undefined for other lines. */
export function launchOf({ message, fields }: KarpenterLogLine): LaunchLine | undefined {
  if (message !== LAUNCH_MESSAGE) return undefined;
  return {
    nodeClaim: textAt(fields, 'NodeClaim', 'name') ?? textAt(fields, 'name') ?? '',
    instanceType: textAt(fields, 'instance-type') ?? '',
    zone: textAt(fields, 'zone') ?? '',
    capacityType: textAt(fields, 'capacity-type') ?? '',
    providerId: textAt(fields, 'provider-id') ?? '',
  };
}

/**
 * Follows the log of all pods of Karpenter. Only the leader logs launches, and `kubectl logs deployment/karpenter` reads one pod,
 * leader or not.
 *
 * @param onLine gets each line once, even where pods have the same log; it ends the reading by returning true
 * @returns whether `onLine` ended the reading; false when the deadline passed
 */
export async function followKarpenterLog(
  api: KubernetesApi,
  { karpenterNamespace, karpenterDeployment }: KarpenterPlace,
  options: { readonly sinceSeconds: number; readonly deadlineSeconds: number },
  onLine: (line: KarpenterLogLine, pod: string) => boolean,
): Promise<boolean> {
  const pods = await karpenterPods(api, karpenterNamespace, karpenterDeployment);
  const ended = new AbortController();
  const late = AbortSignal.timeout(options.deadlineSeconds * 1000);
  const following = api.boundTo(AbortSignal.any([ended.signal, late, api.signal]));
  const seen = new Set<string>();

  await Promise.all(pods.flatMap(({ metadata, containerNames }) => containerNames.map(async (container) => {
    try {
      const lines = await following.logs({ namespace: karpenterNamespace, pod: metadata.name, container, sinceSeconds: options.sinceSeconds, follow: true });
      for await (const text of lines) {
        const line = parseLogLine(text);
        if (line === undefined || seen.has(text)) continue;
        seen.add(text);
        if (onLine(line, metadata.name)) ended.abort();
      }
    } catch (error) {
      api.signal.throwIfAborted();
      if (!ended.signal.aborted && !late.aborted) throw error;
    }
  })));
  return ended.signal.aborted;
}

/**
 * Reads the log of all pods of Karpenter: each line once, by time.
 *
 * @param sinceSeconds seconds to read back; by default all that is kept
 */
export async function readKarpenterLog(
  api: KubernetesApi,
  { karpenterNamespace, karpenterDeployment }: KarpenterPlace,
  sinceSeconds?: number
): Promise<readonly KarpenterLogLine[]> {
  const lines = new Map<string, KarpenterLogLine>();
  for (const { metadata, containerNames } of await karpenterPods(api, karpenterNamespace, karpenterDeployment)) {
    for (const container of containerNames) {
      for await (const text of await api.logs({ namespace: karpenterNamespace, pod: metadata.name, container, sinceSeconds })) {
        const line = parseLogLine(text);
        if (line !== undefined) lines.set(text, line);
      }
    }
  }
  return [...lines.values()].toSorted((a, b) => a.time.localeCompare(b.time));
}

async function karpenterPods(api: KubernetesApi, namespace: string, name: string): Promise<readonly Pod[]> {
  const deployment = await api.get(DEPLOYMENTS, { namespace, name });
  const { items } = deployment === undefined
    ? { items: [] }
    : await api.list(PODS, { namespace, labelSelector: selectorText(deployment.matchLabels) });
  const running = items.filter(isRunning);
  if (running.length > 0) return running;
  throw new LabError({
    code: 'KarpenterNotRunning',
    message: deployment === undefined ? `There is no Deployment ${name} in namespace ${namespace}.` : `No pod of Deployment ${name} in namespace ${namespace} is ready.`,
    remedy: deployment === undefined
      ? `Bring it back: ${restoreRelease({ release: name, namespace })}.`
      : `Look at kubectl -n ${namespace} get pods and their events: without its controller nothing launches nodes.`,
  });
}

function parsedObject(text: string): JsonObject | undefined {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch {
    // A line that the log rotation cut, or that another program wrote.
    return undefined;
  }
  return isJsonObject(value) ? value : undefined;
}
