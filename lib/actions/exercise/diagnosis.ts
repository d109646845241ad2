import { unmetConditions } from '../../kubernetes/condition';
import { DEPLOYMENTS } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_CLAIMS, type NodeClaim } from '../../kubernetes/node-claim';
import { isRunning, PODS, type Pod } from '../../kubernetes/pod';
import { LabError } from '../../lab-error';
import { eventLines, warningsAbout } from './event-lines';
import type { ExerciseExpectations } from './expectations';
import { readKarpenterLog, type KarpenterLogLine } from './karpenter-log';
import { nodePoolLines } from './node-pool-lines';

/** Which pods do not run, and how far back to look for the reason. */
export interface DiagnosisQuestion {
  readonly namespace: string;
  readonly deploymentName: string;
  readonly replicas: number;
  /** Labels of the pods, as a selector. */
  readonly labelSelector: string;
  /** Seconds since what was asked for should have begun. */
  readonly sinceSeconds: number;
}

/** Where the reasons stand. */
export type DiagnosisPlaces = Pick<ExerciseExpectations, 'nodePoolName' | 'nodeSelector' | 'karpenterNamespace' | 'karpenterDeployment'>;

/** Ids and numbers: errors that differ in nothing else are the same. */
const VARYING_PART = /[A-Za-z0-9]{20,}|\d+/g;

/** How many different errors of Karpenter's log are shown. */
const SHOWN_ERRORS = 3;

/**
 * Why pods do not run, by what the cluster says of it: the pods and their events, the NodePool with its limits and its
 * EC2NodeClass, the NodeClaims, and Karpenter's log. The nearest cause comes first.
 */
export async function diagnose(api: KubernetesApi, question: DiagnosisQuestion, places: DiagnosisPlaces): Promise<readonly string[]> {
  const { namespace, labelSelector } = question;
  const [{ items: pods }, { items: nodeClaims }, pools, podWarnings, claimWarnings] = await Promise.all([
    api.list(PODS, { namespace, labelSelector }),
    api.list(NODE_CLAIMS),
    nodePoolLines(api, places),
    warningsAbout(api, 'Pod', namespace),
    warningsAbout(api, 'NodeClaim', 'default'),
  ]);
  const waiting = pods.filter((pod) => !isRunning(pod));
  return [
    podCountLine(pods, question),
    ...await replicaFailureLines(api, question),
    ...pools,
    ...eventLines(podWarnings, waiting.map(({ metadata }) => metadata), 'pod'),
    ...nodeClaims.flatMap(nodeClaimLines),
    ...eventLines(claimWarnings, nodeClaims.map(({ metadata }) => metadata), 'NodeClaim'),
    ...await karpenterErrorLines(api, places, question.sinceSeconds),
  ];
}

/** Seconds of the log in which an object that never becomes ready shows why: its controller tries again and again. */
const READINESS_LOG_SECONDS = 90;

/** Why a NodePool or an EC2NodeClass is not ready. Some causes, such as a role that does not exist, stand in Karpenter's log only. */
export async function diagnoseReadiness(api: KubernetesApi, places: DiagnosisPlaces): Promise<readonly string[]> {
  return [...await nodePoolLines(api, places), ...await karpenterErrorLines(api, places, READINESS_LOG_SECONDS)];
}

function podCountLine(pods: readonly Pod[], { deploymentName, replicas }: DiagnosisQuestion): string {
  const phases = new Map<string, number>();
  for (const pod of pods) {
    const word = isRunning(pod) ? 'Running' : pod.nodeName === undefined ? 'Pending without a node' : `${pod.phase} on ${pod.nodeName}`;
    phases.set(word, (phases.get(word) ?? 0) + 1);
  }
  const counts = [...phases].map(([word, count]) => `${count} ${word}`).join(', ');
  return `Of ${replicas} pods of ${deploymentName} there are: ${counts === '' ? 'none' : counts}.`;
}

/** Why the Deployment cannot make its pods: a quota, or an admission that refuses them. */
async function replicaFailureLines(api: KubernetesApi, { namespace, deploymentName }: DiagnosisQuestion): Promise<readonly string[]> {
  const deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
  if (deployment === undefined) return [`There is no Deployment ${deploymentName} in namespace ${namespace}.`];
  return deployment.conditions
    .filter(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
    .map(({ message }) => `Deployment ${deploymentName} cannot make its pods: ${message}`);
}

function nodeClaimLines(claim: NodeClaim): readonly string[] {
  // Ready only sums up the others; Drifted and the like are no stages of a launch.
  const stages = claim.conditions.filter(({ type }) => ['Launched', 'Registered', 'Initialized'].includes(type));
  return unmetConditions({ conditions: stages }).map((line) => `NodeClaim ${claim.metadata.name}: ${line}`);
}

/** Errors that Karpenter has logged lately; where its log cannot be read, why. */
async function karpenterErrorLines(api: KubernetesApi, places: Pick<DiagnosisPlaces, 'karpenterNamespace' | 'karpenterDeployment'>, sinceSeconds: number): Promise<readonly string[]> {
  try {
    return errorLines(await readKarpenterLog(api, places, sinceSeconds));
  } catch (error) {
    // That Karpenter's log cannot be read is itself what its reader needs to know.
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
