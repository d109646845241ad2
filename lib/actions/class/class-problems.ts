import { EVENTS } from '../../kubernetes/cluster-event';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Pod } from '../../kubernetes/pod';
import { eventLines } from '../exercise/event-lines';
import type { ExerciseExpectations } from '../exercise/expectations';
import { nodePoolLines } from '../exercise/node-pool-lines';
import { counted, listed } from '../plan/phrases';

/** How many students a line names. */
const NAMED_STUDENTS = 5;

/** Why pods of a class do not run, by what the cluster says of it. */
export async function classProblems(api: KubernetesApi, waiting: readonly Pod[], exercise: ExerciseExpectations): Promise<readonly string[]> {
  const { items } = await api.list(EVENTS, { fieldSelector: 'involvedObject.kind=Pod,type=Warning' });
  const students = [...new Set(waiting.map(({ metadata }) => metadata.namespace ?? ''))].toSorted();
  const named = `${listed(students.slice(0, NAMED_STUDENTS))}${students.length > NAMED_STUDENTS ? ' …' : ''}`;
  return [
    `${counted(waiting.length, 'pod')} of ${counted(students.length, 'student')} do not run: ${named}.`,
    ...eventLines(items, waiting.map(({ metadata }) => metadata), 'pod'),
    ...await nodePoolLines(api, exercise),
  ];
}
