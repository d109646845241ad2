import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { livePods, clusterSnapshot, runningPods } from '../kubernetes/cluster-model';
import { DEPLOYMENTS, isSimulatedNode, NAMESPACES, selectorText } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { RunContext } from '../run-context';
import { type LabConnection, onLab } from './connected-lab';
import { diagnose } from './diagnosis';
import type { LaunchedNode } from './exercise-result';
import { launchedNodes } from './exercise-timeline';
import { type ExerciseExpectations, expectationsOf } from './expectations';
import {
  deploymentObservation, type ExerciseState, launchLogObservation, nodeObservations, nodesOfPods, type Observation, podsRunningObservation, replicasObservation,
} from './observations';

/** Which exercise to verify, in which lab. */
export interface VerifyOptions extends LabConnection {
  /** A student's namespace. @default - that of the lab */
  readonly namespace?: string;
  /** Pods that should run. @default - as many as in the assembly, or the exercise's five */
  readonly replicas?: number;
}

/** Seconds of Karpenter's log that are read for errors. */
const DIAGNOSIS_SECONDS = 600;

/** Whether the exercise has reached its outcome. */
export interface VerifyResult {
  readonly verdict: 'passed' | 'failed';
  readonly cluster: string;
  /** The student's namespace, or the lab's own. */
  readonly namespace: string;
  readonly deploymentName: string;
  /** Pods that the exercise scales to. */
  readonly replicas: number;
  /** Whether any node is simulated. */
  readonly isSimulated: boolean;
  readonly observations: readonly Observation[];
  /** Karpenter's nodes that the pods run on. */
  readonly nodes: readonly LaunchedNode[];
}

/**
 * Checks whether the exercise has reached its outcome. It makes every observation, even after one that fails, and changes nothing.
 *
 * @throws what {@link onLab} throws, and `KubernetesRequestRefused` where the user may not look
 */
export async function verifyLab({ namespace, replicas, ...connection }: VerifyOptions, run: RunContext): Promise<VerifyResult> {
  return onLab(connection, run, ({ lab, api }) => {
    const expectations = expectationsOf(lab, replicas);
    return verifyOn(api, { ...expectations, namespace: namespace ?? expectations.namespace });
  });
}

/** {@link verifyLab} on a cluster that is already connected. */
export async function verifyOn(api: KubernetesApi, expectations: ExerciseExpectations): Promise<VerifyResult> {
  const state = await readExerciseState(api, expectations);
  const observations = [
    deploymentObservation(state, expectations),
    replicasObservation(state, expectations),
    podsRunningObservation(state, expectations, await causes(api, state, expectations)),
    ...nodeObservations(state, expectations),
    await launchLogObservation(api, state, expectations),
  ];
  const nodes = nodesOfPods(state);
  return {
    verdict: observations.some(({ outcome }) => outcome === 'fail') ? 'failed' : 'passed',
    cluster: expectations.clusterName,
    namespace: expectations.namespace,
    deploymentName: expectations.deploymentName,
    replicas: expectations.replicas,
    isSimulated: state.nodes.some(isSimulatedNode),
    observations,
    nodes: launchedNodes(nodes.flatMap(({ claim }) => claim ?? []), state.pods, expectations.region),
  };
}

async function readExerciseState(api: KubernetesApi, { namespace, deploymentName }: ExerciseExpectations): Promise<ExerciseState> {
  const deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
  const isNamespaceThere = deployment !== undefined || await api.get(NAMESPACES, { name: namespace }) !== undefined;
  const pods = deployment === undefined ? undefined : { namespace, labelSelector: selectorText(deployment.matchLabels) };
  const cluster = await clusterSnapshot(api, { pods, nodes: {}, nodeClaims: {} });
  return { ...cluster, pods: livePods(cluster), isNamespaceThere, deployment };
}

/** Why pods do not run. Empty where the Deployment asks for none, or all run. */
async function causes(api: KubernetesApi, state: ExerciseState, expectations: ExerciseExpectations): Promise<readonly string[]> {
  const { deployment } = state;
  if (deployment === undefined || deployment.replicas === 0 || runningPods(state).length >= deployment.replicas) return [];
  try {
    return await diagnose(api, { ...expectations, replicas: deployment.replicas }, deployment, DIAGNOSIS_SECONDS);
  } catch (error) {
    // A student may have rights to their own pods only. Then the refusal is the answer.
    if (error instanceof KubernetesRequestRefused) return [error.message];
    throw error;
  }
}
