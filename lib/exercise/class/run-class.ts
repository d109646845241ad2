import { ClusterModel } from '../../kubernetes/cluster-model';
import { DEPLOYMENTS, selectorText } from '../../kubernetes/core-kinds';
import { NODE_CLAIMS, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { type RemainderListener, reported } from '../../progress';
import { beyondInterruption, type RunContext } from '../../run-context';
import { DeadlinePassed } from '../../wait-for';
import { NODE_POOL_LABEL } from '../../well-known-keys';
import { counted, listed } from '../../words';
import { idleSecondsOf, untilConsolidated } from '../consolidation';
import { CLASS_DEADLINES } from '../deadlines';
import { exerciseCommands, RESTORE_NODE_POOL } from '../exercise-commands';
import type { ClassResult } from '../exercise-result';
import { restoreLimits } from './class-bounds';
import { type ClassContext, type ClassOptions } from './class-context';
import { type ClassOutcome, doClassExercise } from './class-exercise';
import { namespacesLeft, removeNamespaces, studentNamespaces } from './student-namespaces';

/**
 * Runs the exercise for a whole class at once, each student in a namespace of their own. The result says how long the students
 * took, what the nodes cost, and which bound comes first. The lab's own exercise is scaled to 0 before. Everything that the class
 * created is removed afterwards, even after an interruption; other namespaces are left alone.
 *
 * @throws LabError `ObjectNotOurs` or `NodePoolMissing` before anything is changed; `KubernetesUnreachable`; the reason of the signal
 */
export async function runClass(api: KubernetesApi, options: ClassOptions, run: RunContext): Promise<ClassResult> {
  const { expectations: { exercise }, students } = options;
  const names = studentNamespaces(students);
  const left = await namespacesLeft(api, names);
  const nodePool = await withOwnLimits(api, exercise.nodePoolName);
  const context: ClassContext = { api, run, exercise, nodePool, deadlines: { ...CLASS_DEADLINES, ...options.deadlines } };
  if (left.length > 0) await reported(run, 'Remove what an earlier class left', (news) => removeNamespaces(api, context.deadlines.deletedSeconds, news));
  const remarks = await makeRoom(context);
  const { items } = await api.list(NODE_CLAIMS);
  const claimsBefore = new Set(items.map(({ metadata }) => metadata.uid));

  let remained: readonly string[] = [];
  let outcome: ClassOutcome;
  try {
    outcome = await doClassExercise(context, names, options);
  } finally {
    const lasting = beyondInterruption(run);
    remained = await cleanUpClass({ ...context, run: lasting, api: api.boundTo(lasting.signal) }, claimsBefore);
  }
  const problems = [...outcome.problems, ...remained];
  return { ...outcome, remarks, problems, verdict: problems.length === 0 && outcome.finished === students ? 'passed' : 'failed' };
}

/** The NodePool with its own limits. Limits that an earlier class raised are put back first. */
async function withOwnLimits(api: KubernetesApi, name: string): Promise<NodePool> {
  const nodePool = await restoreLimits(api, name);
  if (nodePool !== undefined) return nodePool;
  throw new LabError({
    code: 'NodePoolMissing',
    message: 'The cluster lacks the NodePool that launches nodes for the class.',
    received: name,
    remedy: `Bring it back: ${RESTORE_NODE_POOL}.`,
  });
}

/**
 * Scales the lab's own exercise to 0 and waits until earlier nodes are gone, so that the class gets new nodes and the whole limit.
 * The exercise stays at 0.
 *
 * @returns remarks about what was changed or stayed, one line each; empty where nothing was there
 */
async function makeRoom(context: ClassContext): Promise<readonly string[]> {
  const { api, run, exercise } = context;
  const { namespace, deploymentName } = exercise;
  const remarks: string[] = [];
  const replicas = (await api.get(DEPLOYMENTS, { namespace, name: deploymentName }))?.replicas ?? 0;
  if (replicas > 0) {
    await reported(run, `Scale ${deploymentName} of ${namespace} to 0 to make room`, () => api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0));
    remarks.push(`Deployment ${deploymentName} of ${namespace} was scaled from ${replicas} to 0 to make room, and stays there. Scale it back: ${exerciseCommands(exercise).scale(replicas)}`);
  }
  return [...remarks, ...await nodesOfBeforeGone(context)];
}

async function nodesOfBeforeGone({ api, run, exercise, nodePool, deadlines }: ClassContext): Promise<readonly string[]> {
  // NodeClaims and not nodes: a NodeClaim whose instance still boots has no node yet, but will take pods.
  const cluster = await ClusterModel.start(api, { nodeClaims: { labelSelector: selectorText(exercise.nodeSelector) } });
  const left = (): readonly string[] => cluster.nodeClaims.map(({ metadata }) => metadata.name);
  const total = left().length;
  const idleSeconds = idleSecondsOf(nodePool);
  try {
    if (total === 0) return [];
    await reported(run, 'Karpenter removes the nodes of before', (news) => untilConsolidated({
      what: `the ${counted(total, 'node')} of before are consolidated away`,
      on: cluster,
      left,
      deadlineSeconds: idleSeconds === undefined ? 0 : deadlines.clearedSeconds + idleSeconds,
      onLeft: ({ length }) => news(length, Math.max(total, length)),
    }));
    return [];
  } catch (error) {
    // The class runs anyway: its pods may go to these nodes.
    if (!(error instanceof DeadlinePassed)) throw error;
    return [`${counted(left().length, 'node')} of before stayed, and the class may have used what room they had: ${listed(left())}.`];
  } finally {
    cluster.stop();
  }
}

/**
 * Puts back the limits, removes the namespaces, and waits until the class's nodes are gone.
 *
 * @param claimsBefore uids of the NodeClaims from before the class
 * @returns what could not be removed or put back, line by line
 */
async function cleanUpClass(context: ClassContext, claimsBefore: ReadonlySet<string>): Promise<readonly string[]> {
  const { api, run, nodePool: { metadata: { name } }, deadlines } = context;
  const problems: string[] = [];
  const attempt = async (step: string, work: (news: RemainderListener) => Promise<unknown>): Promise<void> => {
    try {
      await reported(run, step, work);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      problems.push(error.message);
    }
  };
  await attempt(`Put back the limits of NodePool ${name}`, () => restoreLimits(api, name));
  await attempt('Remove the namespaces of the class', (news) => removeNamespaces(api, deadlines.deletedSeconds, news));
  await attempt('Karpenter removes the nodes of the class', (news) => nodesOfClassGone(context, claimsBefore, news));
  return problems;
}

async function nodesOfClassGone({ api, nodePool, deadlines }: ClassContext, claimsBefore: ReadonlySet<string>, news: RemainderListener): Promise<void> {
  const cluster = await ClusterModel.start(api, { nodeClaims: { labelSelector: `${NODE_POOL_LABEL}=${nodePool.metadata.name}` } });
  const left = (): readonly string[] => cluster.nodeClaims.filter(({ metadata }) => !claimsBefore.has(metadata.uid)).map(({ metadata }) => metadata.name);
  const total = left().length;
  const idleSeconds = idleSecondsOf(nodePool);
  try {
    await untilConsolidated({
      what: `the ${counted(total, 'node')} of the class are consolidated away`,
      on: cluster,
      left,
      // A NodePool that never consolidates keeps them; there is nothing to wait for.
      deadlineSeconds: idleSeconds === undefined ? 0 : deadlines.consolidatedSeconds + idleSeconds,
      why: idleSeconds === undefined ? [`NodePool ${nodePool.metadata.name} never consolidates`] : [],
      onLeft: ({ length }) => news(length, Math.max(total, length)),
      remedy: `Delete them: kubectl delete nodeclaim ${left().join(' ')}.`,
    });
  } finally {
    cluster.stop();
  }
}
