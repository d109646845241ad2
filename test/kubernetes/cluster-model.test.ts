import { ClusterModel, clusterSnapshot, isNodeReady, livePods, nodeNamesOf, runningPods } from '../../lib/kubernetes/cluster-model';
import { NODES, PODS } from '../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../lib/kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { machineClock } from '../../lib/run-context';
import { waitFor } from '../../lib/wait-for';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const READY = [{ type: 'Ready', status: 'True' }];

describe('the model of the cluster', () => {
  let fake: FakeKubernetes;
  let api: KubernetesApi;
  let cluster: ClusterModel | undefined;

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    api = fake.api();
  });
  afterEach(() => {
    cluster?.stop();
    return fake.stop();
  });

  const start = async (clock = machineClock): Promise<ClusterModel> => (cluster = await ClusterModel.start(api, { pods: { namespace: 'a' }, nodes: {}, nodeClaims: {} }, { clock }));
  const putPod = (name: string, nodeName?: string, namespace = 'a'): unknown => fake.put(PODS, {
    metadata: { name, namespace },
    spec: nodeName === undefined ? {} : { nodeName },
    status: nodeName === undefined ? { phase: 'Pending' } : { phase: 'Running', conditions: READY },
  });
  const putClaim = (name: string, nodeName?: string, types: readonly string[] = ['Launched']): unknown => fake.put(NODE_CLAIMS, {
    metadata: { name },
    status: { ...(nodeName === undefined ? {} : { nodeName }), conditions: types.map((type) => ({ type, status: 'True' })) },
  });
  const until = (condition: () => boolean): Promise<void> =>
    waitFor(condition, { what: 'the news has come', deadlineSeconds: 5, on: cluster === undefined ? [] : [cluster], describeMissing: () => [] });

  test('asks for the kinds of its scope only, and is told of their changes', async () => {
    const model = await start();
    putPod('p', 'n');
    putPod('of-others', 'n', 'b');
    putPod('q');
    await until(() => model.pods.length === 2);
    expect([runningPods(model).map(({ metadata }) => metadata.name), nodeNamesOf(model.pods)]).toEqual([['p'], ['n']]);
    expect(model.deployments).toEqual([]);
    expect(fake.requests.filter((request) => /deployments|nodepools|events/.test(request))).toEqual([]);
  });

  test('is, for a moment, what one look at the same scope gives', async () => {
    putPod('p', 'n');
    putPod('going', 'n');
    fake.put(PODS, { metadata: { name: 'going', namespace: 'a', deletionTimestamp: '2026-11-24T04:00:00Z' } });
    const model = await start();
    const { pods, nodes, nodeClaims } = await clusterSnapshot(api, { pods: { namespace: 'a' }, nodes: {}, nodeClaims: {} });
    expect({ pods: model.pods, nodes: model.nodes, nodeClaims: model.nodeClaims }).toEqual({ pods, nodes, nodeClaims });
    expect(livePods(model).map(({ metadata }) => metadata.name)).toEqual(['p']);
  });

  test('counts as new what was created since its mark, and as used what runs a pod', async () => {
    putClaim('earlier', 'n-earlier');
    const model = await start();
    putClaim('first', 'n-1');
    await until(() => model.newClaims.length === 1);
    model.mark();
    expect(model.newClaims).toEqual([]);
    putClaim('second', 'n-2');
    putPod('p', 'n-2');
    await until(() => model.usedClaims.length === 1);
    expect(model.usedClaims.map(({ metadata }) => metadata.name)).toEqual(['second']);
  });

  test('does not know the nodes while a new NodeClaim lacks the name of its node, or the node is not Ready and Initialized', async () => {
    const model = await start();
    putClaim('c');
    putPod('p', 'n');
    await until(() => model.newClaims.length === 1 && model.pods.length === 1);
    expect(model.areNodesKnown).toBe(false);
    putClaim('c', 'n', ['Launched', 'Registered', 'Initialized']);
    await until(() => model.usedClaims.length === 1);
    expect([model.areNodesKnown, model.usedClaims.map((claim) => isNodeReady(model, claim))]).toEqual([false, [false]]);
    fake.put(NODES, { metadata: { name: 'n' }, status: { conditions: READY } });
    await until(() => model.nodes.length === 1);
    expect(model.areNodesKnown).toBe(true);
  });

  test('notes when what came since its mark was seen, and nothing of what was there before', async () => {
    let seconds = 0;
    putPod('earlier', 'n');
    const model = await start({ ...machineClock, nowMillis: () => seconds * 1000 });
    seconds = 3;
    model.mark();
    seconds = 10;
    putPod('p', 'n');
    await until(() => model.pods.length === 2);
    const [earlier, pod] = model.pods.map(({ metadata }) => metadata.uid);
    expect([model.moments.seenAt(pod ?? '', 'created'), model.moments.seenAt(pod ?? '', 'Ready'), model.moments.seenAt(earlier ?? '', 'Ready')]).toEqual([7, 7, undefined]);
    expect(model.moments.elapsedSeconds()).toBe(7);
  });

  test('fails when one of its watches is refused for good, and tells those who wait', async () => {
    const model = await start();
    fake.refuse({ method: 'GET', path: /\/nodes$/, status: 403, message: 'nodes is forbidden' });
    fake.endWatches();
    await expect(until(() => model.pods.length === 1)).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });

  test('fails when its API is interrupted, at once for those who wait and for those who come later', async () => {
    const interrupted = new AbortController();
    cluster = await ClusterModel.start(api.boundTo(interrupted.signal), { pods: {} });
    const waiting = until(() => cluster?.pods.length === 1);
    interrupted.abort(new Error('Ctrl-C'));
    await expect(waiting).rejects.toThrow('Ctrl-C');
    await expect(until(() => false)).rejects.toThrow('Ctrl-C');
  });
});
