import { EVENTS } from '../../kubernetes/cluster-event';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { NODE_POOLS } from '../../kubernetes/node-pool';
import type { Pod } from '../../kubernetes/pod';
import type { BoundMet, ClassResult } from '../exercise-result';
import { eventLines } from '../exercise/event-lines';
import type { ExerciseExpectations } from '../exercise/expectations';
import { LIMIT_MESSAGE, limitLines, nodePoolLines } from '../exercise/node-pool-lines';
import { counted, listed } from '../plan/phrases';

/** How many students a line names. */
const NAMED_STUDENTS = 5;

/** Why pods of a class do not run, by what the cluster says of it. */
export async function classProblems(
  api: KubernetesApi, waiting: readonly Pod[], exercise: ExerciseExpectations,
): Promise<Pick<ClassResult, 'problems' | 'boundMet'>> {
  const { items } = await api.list(EVENTS, { fieldSelector: 'involvedObject.kind=Pod,type=Warning' });
  const pods = waiting.map(({ metadata }) => metadata);
  const students = [...new Set(pods.map(({ namespace = '' }) => namespace))].toSorted();
  const named = `${listed(students.slice(0, NAMED_STUDENTS))}${students.length > NAMED_STUDENTS ? ' …' : ''}`;
  const reported = eventLines(items, pods, 'pod');
  return {
    problems: [
      `${counted(waiting.length, 'pod')} of ${counted(students.length, 'student')} do not run: ${named}.`,
      ...reported,
      ...await nodePoolLines(api, exercise),
    ],
    boundMet: reported.some((line) => LIMIT_MESSAGE.test(line)) ? await limitsMet(api, exercise) : undefined,
  };
}

async function limitsMet(api: KubernetesApi, { nodePoolName }: ExerciseExpectations): Promise<BoundMet> {
  const nodePool = await api.get(NODE_POOLS, { name: nodePoolName });
  return { what: 'limits of the NodePool', detail: nodePool === undefined ? '' : limitLines(nodePool).join(' ') };
}
