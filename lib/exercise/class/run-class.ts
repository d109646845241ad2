import { runContext } from '../../run-context';
import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_CLAIMS, type NodePool } from '../../kubernetes/karpenter-kinds';
import { LabError } from '../../lab-error';
import { ignoreProgress } from '../../progress';
import type { ClassResult } from '../exercise-result';
import { cleanUpClass, type LabBeforeClass, makeRoom } from './class-room';
import { doClassExercise, type ClassOutcome } from './class-exercise';
import { CLASS_DEADLINES, type ClassOptions, reported } from './class-options';
import { RESTORE_NODE_POOL } from '../exercise-commands';
import { restoreLimits } from './raised-limits';
import { MOST_STUDENTS, namespacesLeft, removeNamespaces, studentNamespaces } from './student-namespaces';

/** {@link ClassOptions}, and where the cluster is. */
export interface RunClassOptions extends ClassOptions {
  /** Absolute path of the kubeconfig. */
  readonly kubeconfig: string;
}

/**
 * Lets a class do the exercise at once, each student in a namespace of their own, and says how long each took, what it
 * costs, and which bound comes first. The lab's own exercise is scaled to 0 before it. It removes all that it made, and
 * touches no namespace that it did not make.
 *
 * @throws LabError `StudentsOutOfRange`, `ObjectNotOurs` or `NodePoolMissing` before anything is changed;
 * `KubeconfigUnreadable` or `KubernetesUnreachable`; the reason of the signal
 */
export async function runClass({ kubeconfig, ...options }: RunClassOptions): Promise<ClassResult> {
  const api = await KubernetesApi.connect({ kubeconfig }, options);
  try {
    return await classOn(api, options);
  } finally {
    api.close();
  }
}

/** {@link runClass} on a cluster that is already connected. */
export async function classOn(api: KubernetesApi, options: ClassOptions): Promise<ClassResult> {
  const { expectations, students, signal } = options;
  const onProgress = options.onProgress ?? ignoreProgress;
  const deadlines = { ...CLASS_DEADLINES, ...options.deadlines };
  const names = studentNamespaces(checkedStudents(students));
  const left = await namespacesLeft(api, names);
  const nodePool = await withOwnLimits(api, expectations.exercise.nodePoolName);
  if (left.length > 0) await reported(onProgress, 'Remove what an earlier class left', (news) => removeNamespaces(api, deadlines.deletedSeconds, news, signal));
  const remarks = await makeRoom(api, expectations.exercise, nodePool, deadlines, onProgress, signal);
  const { items } = await api.list(NODE_CLAIMS, {});
  const before: LabBeforeClass = { nodePool, nodeClaims: new Set(items.map(({ metadata }) => metadata.uid)) };

  let remained: readonly string[] = [];
  let outcome: ClassOutcome;
  try {
    outcome = await doClassExercise(api, names, nodePool, deadlines, options);
  } finally {
    // Not aborted by the user's signal: what was made for the class must go.
    remained = await cleanUpClass(api.boundTo(runContext().signal), before, deadlines, onProgress);
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

function checkedStudents(students: number): number {
  if (Number.isInteger(students) && students >= 1 && students <= MOST_STUDENTS) return students;
  throw new LabError({
    code: 'StudentsOutOfRange',
    message: `A class has 1 to ${MOST_STUDENTS} students.`,
    received: students,
    remedy: 'Give a whole number, such as --students 30.',
  });
}

