import { numberAt, textAt } from '../../lib/json';
import { RESTORE_NODE_POOL } from '../../lib/exercise/exercise-commands';
import { expectationsOf } from '../../lib/exercise/expectations';
import { type LabStatus, statusOn } from '../../lib/exercise/lab-status';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { machineClock, runContext } from '../../lib/run-context';
import { waitFor } from '../../lib/wait-for';
import { nodeGroup, smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../support/fake-kubernetes/lab-in-a-fake';

const view = smallLabView();
const [inflate = {}] = expectationsOf(view).objects.filter((object) => textAt(object, 'kind') === 'Deployment');
const NOW = new Date('2026-11-24T04:00:00Z');
const run = runContext({ clock: { ...machineClock, now: () => NOW } });

describe('status', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  const start = async (replicas: number, options: LabInAFakeOptions = {}): Promise<void> => {
    lab = await labInAFake(options);
    lab.fake.put(NAMESPACES, { metadata: { name: 'kube-system', creationTimestamp: '2026-11-24T02:00:00Z' } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, status: { readyReplicas: 2 } });
    lab.fake.put(DEPLOYMENTS, { ...inflate, metadata: { name: 'inflate', namespace: 'karpenter-test' } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas, selector: { matchLabels: { app: 'inflate' } }, template: { metadata: { labels: { app: 'inflate' } } } } });
    await waitFor(() => lab.fake.all(PODS).filter((pod) => textAt(pod, 'metadata', 'namespace') === 'karpenter-test' && textAt(pod, 'status', 'phase') === 'Running').length >= replicas
      && lab.fake.all(NODE_POOLS).every((pool) => (numberAt(pool, 'status', 'resources', 'cpu') ?? -1) === (replicas > 0 ? 8 : 0)), {
      what: 'the played controllers are done', deadlineSeconds: 2, on: [lab.fake], describeMissing: () => [],
    });
  };
  const status = (namespace?: string): Promise<LabStatus> => statusOn(lab.api, view, { namespace }, run);

  test('tells of a lab that is scaled out: what is ready, how full, and what it costs', async () => {
    await start(5);
    for (const claim of lab.fake.all(NODE_CLAIMS)) lab.fake.put(NODE_CLAIMS, { metadata: { name: textAt(claim, 'metadata', 'name') ?? '', creationTimestamp: '2026-11-24T03:00:00Z' } });
    const result = await status();
    expect(result).toMatchObject({
      cluster: 'lab', isReady: true, problems: [], karpenter: { readyReplicas: 2 },
      nodePools: [{ name: 'default', isReady: true, limits: [{ resource: 'cpu', used: '8', limit: '100' }] }],
      nodeClasses: [{ name: 'default', isReady: true }],
      deployments: [{ namespace: 'karpenter-test', name: 'inflate', replicas: 5 }],
      nodeClaims: [{ stage: 'initialized', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2a', capacityType: 'on-demand' }],
      nodes: [{ nodePoolName: 'default', isReady: true, pods: 5, cpuMillis: { requested: 5000, allocatable: 8000 }, pricePerHour: 0.344 }],
      cost: { since: '2026-11-24T02:00:00Z' },
    });
    expect(result.pods.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'running', 'running']);
    const { idlePerHour, karpenterPerHour, totalPerHour, sinceDeploy = 0 } = result.cost;
    expect(karpenterPerHour).toBeCloseTo(0.3465, 4);
    expect(totalPerHour).toBeCloseTo(idlePerHour + karpenterPerHour, 9);
    expect(sinceDeploy).toBeCloseTo(2 * idlePerHour + karpenterPerHour, 9);
  });

  test('has no cost of nodes and no NodeClaims before anything is scaled', async () => {
    await start(0);
    expect(await status()).toMatchObject({ isReady: true, pods: [], nodeClaims: [], nodes: [], cost: { karpenterPerHour: 0 } });
  });

  test('changes nothing', async () => {
    await start(0);
    await status();
    expect(lab.fake.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('tells the exercises of students apart, and shows that of one where it is asked for', async () => {
    await start(0);
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'student-001' }, spec: { replicas: 0, selector: { matchLabels: { app: 'inflate' } } } });
    expect((await status()).deployments.map(({ namespace }) => namespace).toSorted()).toEqual(['karpenter-test', 'student-001']);
    expect((await status('student-001')).deployments.map(({ namespace }) => namespace)).toEqual(['student-001']);
  });

  test('counts pods by what becomes of them, and leaves those of others out', async () => {
    await start(0);
    const pod = (name: string, body: object): unknown => lab.fake.put(PODS, { metadata: { name, namespace: 'karpenter-test', labels: { app: 'inflate' } }, ...body });
    lab.controllers.stop();
    pod('a', { status: { phase: 'Pending' } });
    pod('b', { spec: { nodeName: 'n' }, status: { phase: 'Pending' } });
    pod('c', { spec: { nodeName: 'n' }, status: { phase: 'Failed' } });
    lab.fake.put(PODS, { metadata: { name: 'd', namespace: 'karpenter-test', labels: { app: 'other' } }, status: { phase: 'Pending' } });
    expect((await status()).pods.map(({ name, state }) => [name, state])).toEqual([['a', 'pending'], ['b', 'starting'], ['c', 'ended']]);
  });

  test('does not count what has ended into a node\'s fill, and knows system nodes', async () => {
    await start(0);
    lab.fake.put(NODES, { metadata: { name: 'system', labels: { 'node.kubernetes.io/instance-type': 't3.medium', 'eks.amazonaws.com/capacityType': 'ON_DEMAND' } }, status: { allocatable: { cpu: '1930m', memory: '3Gi' } } });
    lab.fake.put(PODS, { metadata: { name: 'job', namespace: 'a' }, spec: { nodeName: 'system', containers: [{ resources: { requests: { cpu: '900m' } } }] }, status: { phase: 'Succeeded' } });
    lab.fake.put(PODS, { metadata: { name: 'dns', namespace: 'a' }, spec: { nodeName: 'system', containers: [{ resources: { requests: { cpu: '100m', memory: '70Mi' } } }] }, status: { phase: 'Running' } });
    const [node] = (await status()).nodes;
    expect(node).toMatchObject({ name: 'system', nodePoolName: undefined, capacityType: 'on-demand', pricePerHour: 0.052, cpuMillis: { requested: 100, allocatable: 1930 }, memoryMiB: { requested: 70, allocatable: 3072 } });
  });

  test('is not ready where Karpenter has no pod, or its NodePool or EC2NodeClass is not, and says why', async () => {
    await start(0);
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, status: { readyReplicas: 0 } });
    lab.fake.put(EC2_NODE_CLASSES, { metadata: { name: 'default' }, status: { conditions: [{ type: 'SubnetsReady', status: 'False', reason: 'SubnetsNotFound' }, { type: 'Ready', status: 'False' }] } });
    lab.controllers.stop();
    lab.fake.put(NODE_POOLS, { metadata: { name: 'default', finalizers: [] } });
    lab.fake.remove(NODE_POOLS, { name: 'default' });
    expect(await status()).toMatchObject({ isReady: false, problems: [
      'No pod of Karpenter is ready: 0 of 0.', 'EC2NodeClass default: SubnetsReady is False: SubnetsNotFound', `There is no NodePool default. Bring it back: ${RESTORE_NODE_POOL}.`,
    ] });
  });

  test('says what brings back what somebody deleted: a deployment would not', async () => {
    await start(0);
    lab.controllers.stop();
    lab.fake.remove(DEPLOYMENTS, { namespace: 'kube-system', name: 'karpenter' });
    lab.fake.put(EC2_NODE_CLASSES, { metadata: { name: 'default', finalizers: [] } });
    lab.fake.remove(EC2_NODE_CLASSES, { name: 'default' });
    expect((await status()).problems).toEqual([
      'There is no Deployment karpenter in namespace kube-system. Bring it back: helm get manifest karpenter --namespace kube-system | kubectl apply -f -.',
      'There is no EC2NodeClass default. Bring it back: npm run charts && kubectl apply -f cdk8s.out/nodepool.yaml.',
    ]);
  });

  test('is not ready where the NodePool is there and not Ready', async () => {
    await start(0);
    lab.controllers.stop();
    lab.fake.put(NODE_POOLS, { metadata: { name: 'default' }, status: { conditions: [{ type: 'ValidationSucceeded', status: 'False', reason: 'NodePoolValidationFailed' }, { type: 'Ready', status: 'False' }] } });
    expect(await status()).toMatchObject({ isReady: false, nodePools: [{ isReady: false }], problems: [expect.stringContaining('ValidationSucceeded is False')] });
  });

  test('tells of nodes and NodeClaims that are being removed, although they are still ready', async () => {
    await start(5);
    lab.controllers.stop();
    const going = { deletionTimestamp: '2026-11-24T03:59:00Z', finalizers: ['karpenter.sh/termination'] };
    for (const kind of [NODES, NODE_CLAIMS]) {
      for (const object of lab.fake.all(kind)) lab.fake.put(kind, { metadata: { name: textAt(object, 'metadata', 'name') ?? '', ...going } });
    }
    expect(await status()).toMatchObject({ nodes: [{ isReady: false }], nodeClaims: [{ stage: 'ending' }] });
  });

  test('has cost nothing yet where this computer\'s clock is behind the cluster\'s', async () => {
    await start(0);
    lab.fake.put(NAMESPACES, { metadata: { name: 'kube-system', creationTimestamp: '2026-11-24T04:00:05Z' } });
    expect((await status()).cost.sinceDeploy).toBe(0);
  });

  test('gives no figure in a region without prices, and says so', async () => {
    await start(0);
    const { cost } = await statusOn(lab.api, smallLabView({}, 'eu-north-1'), {}, run);
    expect(cost).toMatchObject({ totalPerHour: 0, unavailable: 'There is no price table for eu-north-1, so no price is given.' });
  });

  test('says so where the price table lacks the type of the system nodes', async () => {
    await start(0);
    const { cost } = await statusOn(lab.api, smallLabView({ Nodes: nodeGroup('z9.nano', 2) }), {}, run);
    expect(cost.unpriced).toEqual(['System nodes, z9.nano']);
    expect(cost.basis.join(' ')).toContain('Incomplete: without System nodes, z9.nano');
  });

  test('fails when the user may not see the nodes', async () => {
    await start(0);
    lab.fake.refuse({ method: 'GET', path: /\/nodes$/, status: 403, message: 'nodes is forbidden' });
    await expect(status()).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });
});
