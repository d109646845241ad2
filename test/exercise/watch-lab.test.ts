import { textAt } from '../../lib/json';
import { expectationsOf } from '../../lib/exercise/expectations';
import { watchOn, type LabNews, type WatchOptions, type WatchResult } from '../../lib/exercise/watch-lab';
import { DEPLOYMENTS, PODS } from '../../lib/kubernetes/core-kinds';
import { LiveList } from '../../lib/kubernetes/live-list';
import { runContext } from '../../lib/run-context';
import { pollFor } from '../../lib/wait-for';
import { smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake } from '../support/fake-kubernetes/lab-in-a-fake';

const view = smallLabView();
const [inflate = {}] = expectationsOf(view).objects.filter((object) => textAt(object, 'kind') === 'Deployment');

describe('watch', () => {
  let lab: LabInAFake;
  let news: LabNews[];
  let ended: AbortController;

  beforeEach(async () => {
    // Slow enough that the stages are seen apart.
    lab = await labInAFake({ bootMs: 250 });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, status: { readyReplicas: 1 } });
    lab.fake.put(DEPLOYMENTS, { ...inflate, metadata: { name: 'inflate', namespace: 'karpenter-test' } });
    news = [];
    ended = new AbortController();
  });
  afterEach(async () => {
    ended.abort();
    await lab.stop();
  });

  const watch = (options: Partial<WatchOptions> = {}): Promise<WatchResult> =>
    watchOn(lab.api.boundTo(ended.signal), view, { intervalSeconds: 60, onNews: (each) => news.push(each), ...options }, runContext({ signal: ended.signal }));
  const scale = (replicas: number): unknown => lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas } });
  const changes = (): readonly string[] => news.flatMap((each) => each.changes).map(({ kind, name, state }) => `${kind} ${name.replace(/-\d+$/, '')} ${state}`);
  const until = async (condition: () => boolean): Promise<void> => {
    await pollFor(condition, { what: 'it is told', deadlineSeconds: 4, everySeconds: 0.01, describeMissing: changes });
  };

  test('tells the first state, then every change, until as many pods run as were waited for', async () => {
    const watching = watch({ untilRunning: 5 });
    await until(() => news.length > 0);
    scale(5);
    const result = await watching;
    expect(result.endedBy).toBe('running pods');
    expect(news[0]).toMatchObject({ changes: [], status: { cluster: 'lab' } });
    expect([...new Set(changes())]).toEqual(expect.arrayContaining([
      'Deployment karpenter-test/inflate scaled', 'Pod karpenter-test/inflate pending', 'NodeClaim default launched',
      'Pod karpenter-test/inflate running', 'NodeClaim default initialized', 'Node ip-default ready',
    ]));
    expect(news.flatMap((each) => each.changes).find(({ state }) => state === 'launched')?.detail).toBe('c5a.2xlarge, ap-northeast-2a, on-demand');
  });

  test('tells that nodes are removed, and ends well when the user ends it', async () => {
    const watching = watch();
    await until(() => news.length > 0);
    scale(5);
    await until(() => changes().includes('Node ip-default ready'));
    scale(0);
    await until(() => changes().includes('Node ip-default removed'));
    ended.abort();
    expect(await watching).toMatchObject({ endedBy: 'interruption' });
    expect(changes()).toEqual(expect.arrayContaining(['Pod karpenter-test/inflate gone', 'NodeClaim default removed', 'Node ip-default removed']));
  });

  test('asks for each kind once, and lets the API server tell the rest', async () => {
    const watching = watch();
    await until(() => news.length > 0);
    scale(5);
    await until(() => changes().includes('Node ip-default ready'));
    ended.abort();
    await watching;
    expect(lab.fake.requests.filter((request) => request === 'GET /api/v1/nodes').length).toBe(2);
  });

  test('says that the connection is lost, goes on, and tells what it missed', async () => {
    const watching = watch();
    await until(() => news.length > 0);
    lab.fake.refuse({ method: 'GET', path: /\/nodeclaims$/, status: 503, message: 'out of reach', times: 1 });
    lab.fake.endWatches();
    scale(5);
    await until(() => changes().includes('connection lab back') && changes().includes('NodeClaim default initialized'));
    ended.abort();
    await watching;
    const told = changes();
    expect(told.indexOf('connection lab lost')).toBeGreaterThanOrEqual(0);
    expect(told.indexOf('connection lab back')).toBeGreaterThan(told.indexOf('connection lab lost'));
    expect(told).toContain('NodeClaim default initialized');
  });

  test('tells the state again after each interval', async () => {
    const watching = watch({ intervalSeconds: 0.05 });
    await until(() => news.length >= 4);
    ended.abort();
    await watching;
    expect(news.slice(1).filter((each) => each.changes.length === 0).length).toBeGreaterThan(0);
  });

  test('ends at once where enough pods run already', async () => {
    expect(await watch({ untilRunning: 0 })).toMatchObject({ endedBy: 'running pods' });
  });

  test('ends at once where more pods run than were waited for', async () => {
    scale(5);
    await until(() => lab.fake.all(PODS).filter((pod) => textAt(pod, 'metadata', 'namespace') === 'karpenter-test' && textAt(pod, 'status', 'phase') === 'Running').length === 5);
    const result = await watch({ untilRunning: 3 });
    expect(result.endedBy).toBe('running pods');
    expect(news).toHaveLength(1);
  });

  test('never gives up on an API server that is out of reach', async () => {
    const started = jest.spyOn(LiveList, 'start');
    const watching = watch();
    await until(() => news.length > 0);
    ended.abort();
    await watching;
    expect(started.mock.calls.map(([, , , patienceSeconds]) => patienceSeconds)).toEqual(Array(6).fill(Infinity));
    started.mockRestore();
  });

  test('fails when it is interrupted before the pods run that it waits for', async () => {
    const watching = watch({ untilRunning: 5 });
    await until(() => news.length > 0);
    ended.abort(new Error('Ctrl-C'));
    await expect(watching).rejects.toThrow('Ctrl-C');
  });

  test('fails when the user may not see the nodes any more', async () => {
    const watching = watch();
    const failure = expect(watching).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
    await until(() => news.length > 0);
    lab.fake.refuse({ method: 'GET', path: /\/nodes$/, status: 403, message: 'nodes is forbidden' });
    lab.fake.endWatches();
    await failure;
  });
});
