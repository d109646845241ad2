import { EVENTS } from '../../kubernetes/cluster-event';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Pod } from '../../kubernetes/pod';
import { eventLines } from '../exercise/event-lines';
import type { ExerciseExpectations } from '../exercise/expectations';
import { nodePoolLines } from '../exercise/node-pool-lines';
import { counted } from '../plan/phrases';

/** Why pods of a class do not run, by what the cluster says of it. */
export async function classProblems(api: KubernetesApi, waiting: readonly Pod[], exercise: ExerciseExpectations): Promise<readonly string[]> {
  const { items } = await api.list(EVENTS, { fieldSelector: 'involvedObject.kind=Pod,type=Warning' });
  return [
    `${counted(waiting.length, 'pod')} of ${counted(new Set(waiting.map(({ metadata }) => metadata.namespace)).size, 'student')} do not run.`,
    ...eventLines(items, waiting.map(({ metadata }) => metadata), 'pod'),
    ...await nodePoolLines(api, exercise),
  ];
}
