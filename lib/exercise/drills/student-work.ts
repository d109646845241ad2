import { type JsonObject, objectAt } from '../../json';
import { nodeNamesOf, runningPods } from '../../kubernetes/cluster-model';
import { DEPLOYMENTS, NAMESPACES } from '../../kubernetes/core-kinds';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { counted, listed } from '../../words';
import { watching, whyNotRunning } from '../exercise-context';
import { type DrillContext, nodePoolBody, stageExpectations } from './drill-stage';

/** Name of a student, and of what the student makes. */
export const STUDENT = 'student-7';

/** Pods of the student: enough for a node. */
const STUDENT_PODS = 2;

/**
 * A student's own work: a NodePool like the lab's with another team label, a namespace, and pods that run on a node of that NodePool.
 * No template has any of it, and nothing of it bears a label of the lab's.
 */
export async function studentStep(context: DrillContext): Promise<void> {
  const { api, recorder, deadlines } = context;
  const options = { drill: STUDENT, name: STUDENT };
  const expectations = stageExpectations({ ...context.expectations, replicas: STUDENT_PODS }, options);
  await recorder.step({ title: 'A student adds a NodePool, a namespace and pods' }, async (step) => {
    await api.apply(NODE_POOLS, unlabelled(await nodePoolBody(context, expectations, options)));
    for (const body of expectations.objects) await api.apply(body['kind'] === 'Namespace' ? NAMESPACES : DEPLOYMENTS, unlabelled(body));
    const reference = { namespace: STUDENT, name: expectations.deploymentName };
    await api.scale(DEPLOYMENTS, reference, STUDENT_PODS);
    const deployment = await api.get(DEPLOYMENTS, reference);
    if (deployment === undefined) return;
    await watching({ ...context, expectations }, deployment, async (exercise) => {
      const { cluster } = exercise;
      await waitFor(() => runningPods(cluster).length >= STUDENT_PODS, {
        what: `${counted(STUDENT_PODS, 'pod')} of the student run`,
        deadlineSeconds: deadlines.claimedSeconds + deadlines.nodeReadySeconds,
        on: [cluster],
        describeMissing: () => whyNotRunning(exercise),
      });
      step.note(`${counted(STUDENT_PODS, 'pod')} run on ${listed(nodeNamesOf(runningPods(cluster)))}, of NodePool ${STUDENT}`);
    });
  });
}

function unlabelled(body: JsonObject): JsonObject {
  const { labels, ...metadata } = objectAt(body, 'metadata');
  return { ...body, metadata };
}
