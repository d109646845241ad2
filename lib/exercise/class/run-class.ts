import { NODE_CLAIMS, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { beyondInterruption, type RunContext } from '../../run-context';
import { CLASS_DEADLINES } from '../deadlines';
import { RESTORE_NODE_POOL } from '../exercise-commands';
import type { ClassResult } from '../exercise-result';
import { type ClassContext, type ClassOptions, reported } from './class-context';
import { type ClassOutcome, doClassExercise } from './class-exercise';
import { cleanUpClass, makeRoom } from './class-room';
import { restoreLimits } from './raised-limits';
import { namespacesLeft, removeNamespaces, studentNamespaces } from './student-namespaces';

/**
 * Lets a class do the exercise at once, each student in a namespace of their own, and says how long each took, what it
 * costs, and which bound comes first. The lab's own exercise is scaled to 0 before it. It removes all that it made, also when
 * it is interrupted, and touches no namespace that it did not make.
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

/** The NodePool with the limits that the lab gives it: those that an earlier class raised are put back first. */
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
