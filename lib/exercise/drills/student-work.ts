import { type JsonObject, objectAt } from '../../json';
import { nodeNamesOf, runningPods } from '../../kubernetes/cluster-model';
import { DEPLOYMENTS, NAMESPACES } from '../../kubernetes/core-kinds';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { counted, listed } from '../../words';
import { watching, whyNotRunning } from '../exercise-context';
import { deploymentBodyOf, type ExerciseExpectations } from '../expectations';
import { type DrillContext, labNodePool } from './drill-stage';

/** Name of a student, and of what the student makes. */
export const STUDENT = 'student-7';

/** Pods of the student: enough for a node. */
const STUDENT_PODS = 2;

/**
 * A student's own work: a NodePool like the lab's with another team label, a namespace, and a Deployment whose pods run on a node of
 * that NodePool. No template has any of it, and nothing of it bears a label of the lab's.
 *
 * @param nodePool body of the lab's NodePool
 */
export function studentObjects(nodePool: JsonObject | undefined, expectations: ExerciseExpectations): readonly JsonObject[] {
  const team = teamOf(expectations);
  const pool = objectAt(nodePool, 'spec');
  const nodes = objectAt(pool, 'template');
  const deployment = objectAt(deploymentBodyOf(expectations), 'spec');
  const pods = objectAt(deployment, 'template');
  return [
    {
      apiVersion: NODE_POOLS.apiVersion, kind: NODE_POOLS.kind, metadata: { name: STUDENT },
      spec: { ...pool, template: { ...nodes, metadata: { labels: { ...objectAt(nodes, 'metadata', 'labels'), ...team } } } },
    },
    { apiVersion: NAMESPACES.apiVersion, kind: NAMESPACES.kind, metadata: { name: STUDENT } },
    {
      apiVersion: DEPLOYMENTS.apiVersion, kind: DEPLOYMENTS.kind, metadata: { name: expectations.deploymentName, namespace: STUDENT },
      spec: { ...deployment, replicas: STUDENT_PODS, template: { ...pods, spec: { ...objectAt(pods, 'spec'), nodeSelector: team } } },
    },
  ];
}

/** The labels by which the student's pods select the student's nodes. */
function teamOf({ nodeSelector }: ExerciseExpectations): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(nodeSelector).map((key) => [key, STUDENT]));
}

/** Makes {@link studentObjects}, and waits until the student's pods run. */
export async function studentStep(context: DrillContext): Promise<void> {
  const { api, recorder, deadlines, expectations: ofLab } = context;
  const expectations = { ...ofLab, namespace: STUDENT, nodePoolName: STUDENT, nodeSelector: teamOf(ofLab), replicas: STUDENT_PODS };
  await recorder.step({ title: 'A student adds a NodePool, a namespace and pods' }, async (step) => {
    const [nodePool = {}, namespace = {}, pods = {}] = studentObjects(await labNodePool(context), ofLab);
    await api.apply(NODE_POOLS, nodePool);
    await api.apply(NAMESPACES, namespace);
    await api.apply(DEPLOYMENTS, pods);
    const deployment = await api.get(DEPLOYMENTS, { namespace: STUDENT, name: expectations.deploymentName });
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
