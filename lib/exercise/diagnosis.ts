import { cpuMillis, mebibytes } from '../kubernetes/allocatable';
import { type ClusterScope, type ClusterSnapshot, clusterSnapshot } from '../kubernetes/cluster-model';
import { type ClusterEvent, type Deployment, isRunning, type Pod, selectorText } from '../kubernetes/core-kinds';
import { labelOf, type NodeClaim, type NodePool } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi, Selection } from '../kubernetes/kubernetes-api';
import { nodeClassLines, readinessLines } from '../kubernetes/node-provisioning';
import { type ObjectMetadata, unmetConditions } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import { NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed } from '../words';
import { RESTORE_NODE_POOL } from './exercise-commands';
import type { ExerciseExpectations, KarpenterPlace } from './expectations';
import { type KarpenterLogLine, readKarpenterLog } from './karpenter-log';

/** Ids and numbers: errors that differ only in these count as one. */
const VARYING_PART = /[A-Za-z0-9]{20,}|\d+/g;

/** How many different errors of Karpenter's log are shown. */
const SHOWN_ERRORS = 3;

/**
 * Why pods of a Deployment do not run: by the pods and their events, the NodePool with its limits and its EC2NodeClass, the
 * NodeClaims, and Karpenter's log. The most likely cause comes first.
 *
 * @param sinceSeconds how many seconds back Karpenter's log is read
 */
export async function diagnose(
  api: KubernetesApi, expectations: ExerciseExpectations, { matchLabels }: Pick<Deployment, 'matchLabels'>, sinceSeconds: number,
): Promise<readonly string[]> {
  const { namespace } = expectations;
  const [cluster, claimWarnings] = await Promise.all([
    clusterSnapshot(api, {
      deployments: { namespace, fieldSelector: `metadata.name=${expectations.deploymentName}` },
      pods: { namespace, labelSelector: selectorText(matchLabels) },
      events: warningsAbout('Pod', namespace),
      nodeClaims: {},
      ...NODE_PROVISIONING,
    }),
    clusterSnapshot(api, { events: warningsAbout('NodeClaim', 'default') }),
  ]);
  const { pods, events } = cluster;
  // A NodeClaim may have its labels a moment later than its conditions.
  const nodeClaims = cluster.nodeClaims.filter((claim) => Object.entries(expectations.nodeSelector).every(([key, value]) => (labelOf(claim, key) ?? value) === value));
  const waiting = pods.filter((pod) => !isRunning(pod));
  return [
    podCountLine(pods, expectations),
    ...replicaFailureLines(cluster, expectations),
    ...nodePoolLines(cluster, expectations),
    ...eventLines(events, waiting.map(({ metadata }) => metadata), 'pod'),
    ...nodeClaims.flatMap(nodeClaimLines),
    ...eventLines(claimWarnings.events, nodeClaims.map(({ metadata }) => metadata), 'NodeClaim'),
    ...await karpenterErrorLines(api, expectations, sinceSeconds),
  ];
}

/** Seconds of Karpenter's log to read for an object that never becomes Ready: its controller tries again and logs why it fails. */
const READINESS_LOG_SECONDS = 90;

/** Why a NodePool or an EC2NodeClass is not ready. Only Karpenter's log shows some causes, such as an IAM role that does not exist. */
export async function diagnoseReadiness(api: KubernetesApi, expectations: ExerciseExpectations): Promise<readonly string[]> {
  const cluster = await clusterSnapshot(api, NODE_PROVISIONING);
  return [...nodePoolLines(cluster, expectations), ...await karpenterErrorLines(api, expectations, READINESS_LOG_SECONDS)];
}

function podCountLine(pods: readonly Pod[], { deploymentName, replicas }: ExerciseExpectations): string {
  const phases = new Map<string, number>();
  for (const pod of pods) {
    const word = isRunning(pod) ? 'Running' : pod.nodeName === undefined ? 'Pending without a node' : `${pod.phase} on ${pod.nodeName}`;
    phases.set(word, (phases.get(word) ?? 0) + 1);
  }
  const counts = [...phases].map(([word, count]) => `${count} ${word}`).join(', ');
  return `Of ${replicas} pods of ${deploymentName} there are: ${counts === '' ? 'none' : counts}.`;
}

/** Why the Deployment cannot create its pods: a quota, or an admission webhook that refuses them. */
function replicaFailureLines({ deployments: [deployment] }: ClusterSnapshot, { namespace, deploymentName }: ExerciseExpectations): readonly string[] {
  if (deployment === undefined) return [`There is no Deployment ${deploymentName} in namespace ${namespace}.`];
  return deployment.conditions
    .filter(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
    .map(({ message }) => `Deployment ${deploymentName} cannot make its pods: ${message}`);
}

function nodeClaimLines(claim: NodeClaim): readonly string[] {
  // Ready only sums up the others, and conditions such as Drifted are no stages of a launch.
  const stages = claim.conditions.filter(({ type }) => ['Launched', 'Registered', 'Initialized'].includes(type));
  return unmetConditions({ conditions: stages }).map((line) => `NodeClaim ${claim.metadata.name}: ${line}`);
}

/** Errors that Karpenter has logged lately; where its log cannot be read, the reason. */
async function karpenterErrorLines(api: KubernetesApi, place: KarpenterPlace, sinceSeconds: number): Promise<readonly string[]> {
  try {
    return errorLines(await readKarpenterLog(api, place, sinceSeconds));
  } catch (error) {
    // A log that cannot be read is a finding too: Karpenter may not run.
    if (error instanceof LabError) return [error.message];
    throw error;
  }
}

/** Different errors of a log, the latest first: `Karpenter logs: could not schedule pod: all available instance types exceed limits…`. */
export function errorLines(lines: readonly KarpenterLogLine[]): readonly string[] {
  const errors = lines.filter(({ level }) => level === 'ERROR').toReversed();
  const texts = new Map<string, string>();
  for (const { message, error } of errors) {
    const text = `Karpenter logs: ${message}${error === undefined ? '' : `: ${error}`}`;
    const withoutIds = text.replace(VARYING_PART, '');
    if (!texts.has(withoutIds)) texts.set(withoutIds, text);
  }
  return [...texts.values()].slice(0, SHOWN_ERRORS);
}

/** How many different messages are shown. */
const SHOWN_MESSAGES = 4;

/**
 * Events about some objects, newest first, one line for each different message. Where there are events of Karpenter, only those
 * are shown:
 * `karpenter, FailedScheduling, 5 pods: Failed to schedule pod, incompatible with nodepool "default", …`.
 *
 * @param noun what the objects are called, such as `pod`
 */
export function eventLines(events: readonly ClusterEvent[], objects: readonly ObjectMetadata[], noun: string): readonly string[] {
  const names = new Set(objects.map(({ name, namespace }) => `${namespace ?? ''}/${name}`));
  const groups = new Map<string, { readonly event: ClusterEvent; readonly subjects: Set<string> }>();
  const about = events
    .filter(({ subject }) => names.has(`${subject.namespace ?? ''}/${subject.name}`))
    .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt));
  for (const event of about) {
    const key = `${event.reporter} ${event.reason} ${event.message}`;
    const group = groups.get(key) ?? { event, subjects: new Set<string>() };
    group.subjects.add(event.subject.name);
    groups.set(key, group);
  }
  // Karpenter names the cause; the scheduler only says that no present node fits.
  const isKarpenters = ({ event }: { readonly event: ClusterEvent }): boolean => event.reporter.includes('karpenter');
  const all = [...groups.values()];
  return (all.some(isKarpenters) ? all.filter(isKarpenters) : all)
    .slice(0, SHOWN_MESSAGES)
    .map(({ event, subjects }) => `${event.reporter}, ${event.reason}, ${counted(subjects.size, noun)}: ${event.message}`);
}

/** Selects warnings about objects of a kind. Events of cluster-wide objects are kept in the namespace `default`. */
function warningsAbout(kind: string, namespace: string): Selection {
  return { namespace, fieldSelector: `involvedObject.kind=${kind},type=Warning` };
}

/** What Karpenter says in its event when a limit of a NodePool keeps it from launching. */
export const LIMIT_MESSAGE = /exceed limits for nodepool/i;

/** What {@link nodePoolLines} looks at. */
export const NODE_PROVISIONING: ClusterScope = { nodePools: {}, nodeClasses: {} };

/** Why Karpenter launches no node, by its NodePools and their EC2NodeClasses. Empty where they show no reason. */
export function nodePoolLines(
  { nodePools, nodeClasses }: ClusterSnapshot, { nodePoolName, nodeSelector }: Pick<ExerciseExpectations, 'nodePoolName' | 'nodeSelector'>,
): readonly string[] {
  const used = nodePools.find(({ metadata }) => metadata.name === nodePoolName);
  const isNodeClassMissing = used !== undefined && !nodeClasses.some(({ metadata }) => metadata.name === used.nodeClassName);
  return [
    ...(used === undefined ? [`There is no NodePool ${nodePoolName}. Bring it back: ${RESTORE_NODE_POOL}.`] : []),
    ...labelLines(nodePools, nodeSelector),
    ...nodeClasses.flatMap(nodeClassLines),
    ...(isNodeClassMissing ? [`There is no EC2NodeClass ${used.nodeClassName}, which NodePool ${nodePoolName} names. Bring the lab's back: ${RESTORE_NODE_POOL}.`] : []),
    ...nodePools.flatMap((nodePool) => [...readinessLines(nodePool), ...limitLines(nodePool)]),
  ];
}

/** Labels that pods select and no NodePool gives its nodes. NodePools for other pods are not named, where there are some for these. */
export function labelLines(nodePools: readonly NodePool[], nodeSelector: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(nodeSelector).flatMap(([key, value]) => {
    if (nodePools.some((nodePool) => mayGive(nodePool, key, value))) return [];
    const others = Object.fromEntries(Object.entries(nodeSelector).filter(([other]) => other !== key));
    const forThese = nodePools.filter((nodePool) => serves(nodePool, others));
    const given = (forThese.length === 0 ? nodePools : forThese).map((nodePool) => `${nodePool.metadata.name} gives ${givenText(nodePool, key)}`);
    return [`No NodePool gives its nodes the label ${key}=${value} that the pods select${given.length === 0 ? '' : `: ${listed(given)}`}.`];
  });
}

/** What a NodePool gives its nodes for a label, by its template and its requirements. */
function givenText({ nodeLabels, requirements }: NodePool, key: string): string {
  const values = nodeLabels[key] === undefined ? requirements.filter((requirement) => requirement.key === key && requirement.operator === 'In').flatMap((requirement) => requirement.values) : [nodeLabels[key]];
  if (values.length === 0) return `no ${key}`;
  return `${key}=${values.slice(0, NAMED_VALUES).join(' or ')}${values.length > NAMED_VALUES ? ` or another of ${values.length}` : ''}`;
}

/** Values of a label that are named. */
const NAMED_VALUES = 4;

/** Labels that Karpenter, Kubernetes or AWS gives every node, whatever its NodePool says. */
const WELL_KNOWN_LABEL = /^(?:[a-z0-9.-]+\.)?(?:kubernetes\.io|k8s\.io|k8s\.aws|karpenter\.sh)\//;

/** Whether nodes of a NodePool can have a label, by its template and its requirements. */
function mayGive({ metadata, nodeLabels, requirements }: NodePool, key: string, value: string): boolean {
  if (key === NODE_POOL_LABEL) return metadata.name === value;
  if (nodeLabels[key] !== undefined) return nodeLabels[key] === value;
  const asked = requirements.filter((requirement) => requirement.key === key);
  if (asked.length === 0) return WELL_KNOWN_LABEL.test(key);
  return asked.every(({ operator, values }) =>
    operator === 'In' ? values.includes(value) : operator === 'NotIn' ? !values.includes(value) : operator !== 'DoesNotExist');
}

/** Whether pods of a selector could run on nodes of a NodePool. */
export function serves(nodePool: NodePool, nodeSelector: Readonly<Record<string, string>>): boolean {
  return Object.entries(nodeSelector).every(([key, value]) => mayGive(nodePool, key, value));
}

/** Limits of a NodePool, and how much of each its nodes use. */
export function limitLines({ metadata, limits, resources }: NodePool): readonly string[] {
  const used = Object.entries(limits).map(([resource, limit]) => `${resource} ${resources[resource] ?? '0'} of ${limit}${isReached(resource, limit, resources[resource]) ? ' (reached)' : ''}`);
  return used.length === 0 ? [] : [`NodePool ${metadata.name} has launched ${listed(used)}.`];
}

function isReached(resource: string, limit: string, used: string | undefined): boolean {
  const read = resource === 'cpu' ? cpuMillis : mebibytes;
  return used !== undefined && read(used) >= read(limit);
}
