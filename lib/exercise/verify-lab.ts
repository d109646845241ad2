import { isSimulatedNode, selectorText } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { type LabConnection, onLab } from './connected-lab';
import { diagnose } from './diagnosis';
import { expectationsOf, type ExerciseExpectations } from './expectations';
import { launchedNodes } from './exercise-timeline';
import { type ExerciseState, nodesOfPods, readExerciseState, runningPods, type VerifyResult } from './exercise-state';
import { deploymentObservation, launchLogObservation, nodeObservations, podsRunningObservation, replicasObservation } from './observations';

/** Whose exercise is verified. */
export interface VerifyOptions extends LabConnection {
  /** A student's namespace. @default - that of the lab */
  readonly namespace?: string;
  /** Pods that were to run. @default - those of the assembly, or the exercise's five */
  readonly replicas?: number;
}

/** How far back Karpenter's errors are read for a reason. */
const DIAGNOSIS_SECONDS = 600;

/**
 * Says whether the exercise has reached its outcome, observation by observation. One that fails hides none after it. It changes nothing.
 *
 * @throws what {@link onLab} throws, and `KubernetesRequestRefused` where the user may not look
 */
export async function verifyLab({ namespace, replicas, ...connection }: VerifyOptions): Promise<VerifyResult> {
  return onLab(connection, ({ lab, api }) => {
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

/** Why pods that were asked for do not run. Nothing where none was asked for, or all run. */
async function causes(api: KubernetesApi, state: ExerciseState, expectations: ExerciseExpectations): Promise<readonly string[]> {
  const { deployment } = state;
  if (deployment === undefined || deployment.replicas === 0 || runningPods(state).length >= deployment.replicas) return [];
  try {
    return await diagnose(api, {
      namespace: expectations.namespace,
      deploymentName: expectations.deploymentName,
      replicas: deployment.replicas,
      labelSelector: selectorText(deployment.matchLabels),
      sinceSeconds: DIAGNOSIS_SECONDS,
    }, expectations);
  } catch (error) {
    // A student may see their pods and not the rest. Then that is what is known of the causes.
    if (error instanceof KubernetesRequestRefused) return [error.message];
    throw error;
  }
}
