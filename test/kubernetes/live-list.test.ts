import { DeadlinePassed, waitFor } from '../../lib/wait-for';
import type { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { LiveList } from '../../lib/kubernetes/live-list';
import { PODS } from '../../lib/kubernetes/core-kinds';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

describe('a live list', () => {
  let fake: FakeKubernetes;
  let api: KubernetesApi;

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    api = fake.api();
  });
  afterEach(() => fake.stop());

  const put = (name: string): unknown => fake.put(PODS, { metadata: { name, namespace: 'a' } });
  const names = (list: LiveList<ReturnType<typeof PODS.read>>): readonly string[] => list.items.map(({ metadata }) => metadata.name);
  const wait = (list: LiveList<ReturnType<typeof PODS.read>>, count: number, deadlineSeconds = 5): Promise<void> =>
    waitFor(() => list.items.length === count, { what: `there are ${count} pods`, deadlineSeconds, on: [list], describeMissing: () => names(list) });

  test('a list keeps up with what is made, changed and deleted', async () => {
    put('p');
    const list = await LiveList.start(api, PODS, { namespace: 'a' });
    const changes: string[] = [];
    list.onEach((change) => changes.push(`${change?.type ?? 'failed'} ${change?.item.metadata.name ?? ''}`));
    put('q');
    put('p');
    fake.remove(PODS, { namespace: 'a', name: 'q' });
    await waitFor(() => changes.length === 3, { what: 'three changes', deadlineSeconds: 5, on: [list], describeMissing: () => changes });
    expect(changes).toEqual(['added q', 'modified p', 'deleted q']);
    list.stop();
  });

  test('a list goes on where its watch was ended, and asks for nothing twice', async () => {
    const list = await LiveList.start(api, PODS);
    put('p');
    await wait(list, 1);
    fake.endWatches();
    put('q');
    await wait(list, 2);
    expect(fake.requests.filter((request) => request === 'GET /api/v1/pods')).toHaveLength(3);
    list.stop();
  });

  test('a list begins anew where its moment is too long ago, and notices what went meanwhile', async () => {
    put('p');
    put('q');
    const list = await LiveList.start(api, PODS);
    fake.refuse({ method: 'GET', path: /pods$/, status: 500, message: 'etcd is away', times: 1 });
    fake.endWatches();
    fake.remove(PODS, { namespace: 'a', name: 'p' });
    fake.forgetHistory();
    await wait(list, 1);
    expect(names(list)).toEqual(['q']);
    list.stop();
  });

  test('a list that is cut off says so, and says when it is not any more, with what it missed', async () => {
    const list = await LiveList.start(api, PODS);
    const seen: boolean[] = [];
    list.onEach((change) => {
      if (change === undefined) seen.push(list.interruption !== undefined);
    });
    fake.refuse({ method: 'GET', path: /pods$/, status: 503, message: 'out of reach', times: 2 });
    fake.endWatches();
    put('p');
    await wait(list, 1);
    expect(seen).toEqual([true, false]);
    expect(list.interruption).toBeUndefined();
    list.stop();
  });

  test('fails when the watch is refused for good', async () => {
    const list = await LiveList.start(api, PODS);
    fake.refuse({ method: 'GET', path: /pods$/, status: 403, message: 'pods is forbidden' });
    fake.endWatches();
    await expect(wait(list, 1)).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });

  test('fails when the deadline passes, and says what is missing', async () => {
    put('p');
    const list = await LiveList.start(api, PODS);
    const failure = await wait(list, 2, 0.05).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeadlinePassed);
    expect(failure).toMatchObject({ code: 'DeadlinePassed', missing: ['p'], message: 'Not within 0.05 s: there are 2 pods. p.' });
    list.stop();
  });

  test('fails when it is interrupted, with the reason of the signal', async () => {
    const interrupted = new AbortController();
    const list = await LiveList.start(api.boundTo(interrupted.signal), PODS);
    setTimeout(() => interrupted.abort(new Error('Ctrl-C')), 20);
    await expect(wait(list, 1)).rejects.toThrow('Ctrl-C');
    await expect(wait(list, 1)).rejects.toThrow('Ctrl-C');
  });

  test('fails when the API server is away', async () => {
    await fake.stop();
    await expect(api.list(PODS)).rejects.toMatchObject({ code: 'KubernetesUnreachable', remedy: expect.stringMatching(/apiAccess in lab\.yaml\.$/) });
    fake = await FakeKubernetes.start();
  });
});
