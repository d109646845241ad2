import { type JsonObject, numberAt, textAt } from '../../lib/json';
import { expectationsOf } from '../../lib/exercise/expectations';
import { type ScaleChange, scaleOn, type ScaleOptions, type ScaleResult } from '../../lib/exercise/scale-lab';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import type { ProgressEvent } from '../../lib/progress';
import { type RunContext, runContext } from '../../lib/run-context';
import { smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../support/fake-kubernetes/lab-in-a-fake';

const view = smallLabView();
const [inflate = {}] = expectationsOf(view).objects.filter((object) => textAt(object, 'kind') === 'Deployment');

describe('scale', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  const start = async (options: LabInAFakeOptions = {}): Promise<void> => {
    lab = await labInAFake(options);
    lab.fake.put(DEPLOYMENTS, { ...inflate, metadata: { name: 'inflate', namespace: 'karpenter-test' } });
  };
  const scale = (replicas: number, options: Partial<ScaleOptions> = {}, given: Partial<RunContext> = {}): Promise<ScaleResult> => {
    const run = runContext(given);
    return scaleOn(lab.api.boundTo(run.signal), view, { replicas, wait: true, timeoutSeconds: 2, confirm: () => Promise.resolve(true), ...options }, run);
  };
  const replicasNow = (): number | undefined => numberAt(lab.fake.find(DEPLOYMENTS, { namespace: 'karpenter-test', name: 'inflate' }), 'spec', 'replicas');
  /** Enough for a question of how many pods there is room for. */
  const withoutControllers = (): void => lab.controllers.stop();
  const answering = (answer: boolean): { readonly asked: ScaleChange[]; readonly confirm: ScaleOptions['confirm'] } => {
    const asked: ScaleChange[] = [];
    return { asked, confirm: (change) => (asked.push(change), Promise.resolve(answer)) };
  };
  const changes = (): readonly string[] => lab.fake.requests.filter((request) => !request.startsWith('GET '));
  const otherPod = (body: JsonObject): void => void lab.fake.put(PODS, body);

  test('scales and comes back at once', async () => {
    await start();
    const result = await scale(5, { wait: false });
    expect(result).toMatchObject({ verdict: 'passed', from: 0, to: 5, isWaited: false, timeline: [], nodes: [] });
    expect(replicasNow()).toBe(5);
  });

  test('asks before it scales, with what Karpenter would launch and its price', async () => {
    await start();
    withoutControllers();
    let replicasWhenAsked: number | undefined;
    const asked: ScaleChange[] = [];
    await scale(5, { wait: false, confirm: (change) => (asked.push(change), replicasWhenAsked = replicasNow(), Promise.resolve(true)) });
    expect(asked).toEqual([{
      cluster: 'lab', region: 'ap-northeast-2', namespace: 'karpenter-test', deploymentName: 'inflate', from: 0, to: 5,
      launch: { nodes: { 'c5a.2xlarge': 1 }, pricePerHour: expect.closeTo(0.346, 3) as number },
    }]);
    expect([replicasWhenAsked, replicasNow()]).toEqual([0, 5]);
  });

  test('changes nothing when it is declined', async () => {
    await start();
    const { asked, confirm } = answering(false);
    expect(await scale(5, { confirm })).toEqual({
      verdict: 'declined', cluster: 'lab', namespace: 'karpenter-test', deploymentName: 'inflate', from: 0, to: 5, isWaited: false, steps: [], timeline: [], nodes: [],
    });
    expect(asked).toHaveLength(1);
    expect(changes()).toEqual([]);
  });

  test('asks before it scales in, where nothing is launched', async () => {
    await start();
    withoutControllers();
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas: 5 } });
    const { asked, confirm } = answering(false);
    expect(await scale(0, { confirm })).toMatchObject({ verdict: 'declined' });
    expect(asked).toMatchObject([{ from: 5, to: 0, launch: undefined }]);
    expect(replicasNow()).toBe(5);
  });

  test('asks nothing when it has so many replicas already, and still follows them', async () => {
    await start();
    await scale(5);
    const { asked, confirm } = answering(false);
    expect(await scale(5, { confirm })).toMatchObject({ verdict: 'passed', from: 5, to: 5, isWaited: true });
    expect(asked).toEqual([]);
  });

  test('names no nodes in its question when the pods fit on those that are there', async () => {
    await start();
    await scale(5);
    const { asked, confirm } = answering(true);
    await scale(6, { confirm });
    expect(asked).toMatchObject([{ from: 5, to: 6, launch: undefined }]);
  });

  test('follows the pods until they run, and tells the time line', async () => {
    await start();
    const events: ProgressEvent[] = [];
    const result = await scale(5, {}, { onProgress: (event) => events.push(event) });
    expect(result).toMatchObject({ verdict: 'passed', cluster: 'lab', namespace: 'karpenter-test', from: 0, to: 5, isWaited: true });
    expect(result.timeline.map(({ event }) => event)).toEqual([
      'scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched', 'node registered', 'node ready', 'pods running',
    ]);
    expect(result.nodes).toEqual([expect.objectContaining({ instanceType: 'c5a.2xlarge', exercisePods: 5 })]);
    expect(result.steps.map(({ title }) => title)).toEqual(['Scale inflate from 0 to 5 replicas', '5 pods of inflate run']);
    expect(events.some(({ detail }) => /^\d of 5 pods running/.test(detail ?? ''))).toBe(true);
  });

  test('waits until the NodeClaim has the name of its node and is Initialized, which may come after the pods run', async () => {
    await start({ namingMs: 40 });
    const result = await scale(5);
    expect(result.timeline.map(({ event }) => event)).toEqual(expect.arrayContaining(['node registered', 'node ready', 'pods running']));
    expect(JSON.stringify(lab.fake.all(NODE_CLAIMS))).toContain('Initialized');
    expect(result.nodes).toEqual([expect.objectContaining({ exercisePods: 5 })]);
  });

  test('runs further pods on a node that has room, with no new one', async () => {
    await start();
    await scale(5);
    expect(await scale(6)).toMatchObject({ verdict: 'passed', from: 5, to: 6, nodes: [] });
    expect(lab.fake.all(NODES)).toHaveLength(1);
  });

  test('follows scaling in until the pods and their node are gone', async () => {
    await start();
    await scale(5);
    const result = await scale(0);
    expect(result).toMatchObject({ verdict: 'passed', from: 5, to: 0, timeline: [] });
    expect(result.steps.map(({ title }) => title)).toEqual(['Scale inflate from 5 to 0 replicas', 'The pods of inflate are gone', 'The nodes that are left empty are removed']);
    expect(result.steps.at(-1)?.evidence).toEqual([expect.stringMatching(/^ip-default-\d+ removed$/)]);
    expect(lab.fake.all(NODES)).toEqual([]);
  });

  test('does not wait for a node that other pods use', async () => {
    await start({ nodePool: { disruption: { consolidateAfter: '900s' } } });
    await scale(5);
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    otherPod({ metadata: { name: 'neighbour', namespace: 'student-001' }, spec: { nodeName }, status: { phase: 'Running' } });
    const result = await scale(0);
    expect(result.steps.at(-1)?.evidence).toEqual([`${nodeName} stays: other pods run there`]);
  });

  test.each([['a DaemonSet', 'DaemonSet'], ['the kubelet\'s own', 'Node']])('waits for a node where %s is all that runs, and says that it is still there', async (_what, kind) => {
    await start({ nodePool: { disruption: { consolidateAfter: '900s' } } });
    await scale(5);
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    otherPod({ metadata: { name: 'aws-node', namespace: 'kube-system', ownerReferences: [{ kind, name: 'aws-node' }] }, spec: { nodeName }, status: { phase: 'Running' } });
    const result = await scale(0, { timeoutSeconds: 0.2 });
    expect(result.verdict).toBe('failed');
    expect(result.steps.at(-1)?.evidence).toEqual(['Not within 0.2 s: the empty nodes are removed, 900 s after their last pod.', `Still there: ${nodeName}`]);
  });

  test('leaves the nodes out where the NodePool never removes an empty one', async () => {
    await start({ nodePool: { disruption: { consolidateAfter: 'Never' } } });
    await scale(5);
    const result = await scale(2);
    expect(result.verdict).toBe('passed');
    expect(result.steps.at(-1)).toMatchObject({ outcome: 'skipped', evidence: ['NodePool default never removes a node for being empty: its consolidateAfter is Never.'] });
  });

  test('fails when more pods are there than it scaled to, although as many run', async () => {
    await start();
    otherPod({ metadata: { name: 'inflate-stray', namespace: 'karpenter-test' }, spec: { nodeSelector: { 'eks-team': 'nobody' } }, status: { phase: 'Pending' } });
    expect(await scale(5, { timeoutSeconds: 0.5 })).toMatchObject({ verdict: 'failed' });
  });

  test('fails when a node is gone, but a NodeClaim of it is not', async () => {
    await start();
    await scale(5);
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    lab.fake.put(NODE_CLAIMS, { metadata: { name: 'default-held', labels: { 'karpenter.sh/nodepool': 'default' } }, status: { nodeName, providerID: 'aws:///ap-northeast-2a/i-held' } });
    const result = await scale(0);
    expect(lab.fake.all(NODES)).toEqual([]);
    expect(result.verdict).toBe('failed');
    expect(result.steps.at(-1)?.evidence.at(-1)).toBe(`Still there: ${nodeName}`);
  });

  test('fails when the pods do not run in time, with what the cluster says, and leaves them scaled', async () => {
    await start({ boots: false });
    const result = await scale(5, { timeoutSeconds: 0.2 });
    expect(result.verdict).toBe('failed');
    expect(result.steps.at(-1)?.evidence).toEqual(expect.arrayContaining(['Not within 0.2 s: 5 pods of inflate run.', 'Of 5 pods of inflate there are: 5 Pending without a node.']));
    expect(result.timeline.map(({ event }) => event)).toContain('NodeClaim launched');
    expect(replicasNow()).toBe(5);
  });

  test('fails before it changes anything when the limit cannot hold the pods, with the figure', async () => {
    await start();
    const { asked, confirm } = answering(true);
    await expect(scale(120, { confirm })).rejects.toMatchObject({
      code: 'ReplicasBeyondLimits',
      received: 120,
      message: expect.stringMatching(/^NodePool default may launch cpu 100 in all, which holds at most (9\d) pods of inflate \(1 CPU each\) on new nodes such as .+: \d+ pods would stay pending\. NodePool default has launched cpu 0 of 100\.$/),
      remedy: expect.stringMatching(/^Scale to 9\d or fewer, or raise the limit to cpu 121 at least: karpenter\.limits/),
    });
    expect(asked).toEqual([]);
    expect(replicasNow()).toBe(0);
    expect(changes()).toEqual([]);
  });

  test('scales to exactly as many pods as the refusal says that there is room for', async () => {
    await start();
    withoutControllers();
    const refusal = await scale(1000, { wait: false }).catch((error: unknown) => error) as Error;
    const most = Number(/at most (\d+) pods/.exec(refusal.message)?.[1]);
    await expect(scale(most + 1, { wait: false })).rejects.toMatchObject({ code: 'ReplicasBeyondLimits' });
    expect(await scale(most, { wait: false })).toMatchObject({ verdict: 'passed', to: most });
  });

  test('follows the limit of the cluster and not that of the assembly', async () => {
    await start({ nodePool: { limits: { cpu: 7 } } });
    withoutControllers();
    await expect(scale(8)).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('may launch cpu 7 in all') });
    lab.fake.put(NODE_POOLS, { metadata: { name: 'default' }, spec: { limits: { cpu: 1000 } } });
    expect(await scale(120, { wait: false })).toMatchObject({ to: 120 });
  });

  test('knows a limit of memory as well', async () => {
    await start({ nodePool: { limits: { cpu: 100, memory: '16Gi' } } });
    await expect(scale(20)).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('cpu 100 and memory 16Gi') });
  });

  test('counts what others use of the limit, and the room on nodes that are there', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    await scale(5);
    await expect(scale(8)).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('at most 7 pods of inflate (1 CPU each) on what is free on 1 node that is there') });
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    otherPod({ metadata: { name: 'neighbour', namespace: 'student-001' }, spec: { nodeName, containers: [{ resources: { requests: { cpu: '2500m' } } }] }, status: { phase: 'Running' } });
    await expect(scale(6)).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('at most 5 pods') });
  });

  test('does not count nodes of another NodePool as room, nor in its limit', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    withoutControllers();
    lab.fake.put(NODE_CLAIMS, { metadata: { name: 'mine-1', labels: { 'karpenter.sh/nodepool': 'mine' } }, status: { capacity: { cpu: '96', memory: '192Gi', pods: '110' } } });
    await expect(scale(8, { wait: false })).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('at most 7 pods') });
    expect(await scale(7, { wait: false })).toMatchObject({ to: 7 });
  });

  test('counts the room of pods that have ended as free', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    await scale(5);
    withoutControllers();
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    otherPod({ metadata: { name: 'job', namespace: 'student-001' }, spec: { nodeName, containers: [{ resources: { requests: { cpu: '3' } } }] }, status: { phase: 'Succeeded' } });
    expect(await scale(7, { wait: false })).toMatchObject({ to: 7 });
  });

  test('counts the part of a node that is being removed as free', async () => {
    await start({ nodePool: { limits: { cpu: 8 } } });
    await scale(5);
    withoutControllers();
    const claim = textAt(lab.fake.all(NODE_CLAIMS)[0], 'metadata', 'name') ?? '';
    const nodeName = textAt(lab.fake.all(NODES)[0], 'metadata', 'name') ?? '';
    otherPod({ metadata: { name: 'neighbour', namespace: 'student-001' }, spec: { nodeName, containers: [{ resources: { requests: { cpu: '3' } } }] }, status: { phase: 'Running' } });
    await expect(scale(6, { wait: false })).rejects.toMatchObject({ code: 'ReplicasBeyondLimits' });
    lab.fake.remove(NODE_CLAIMS, { name: claim });
    expect(await scale(6, { wait: false })).toMatchObject({ to: 6 });
  });

  test('scales in although even that is beyond the limit', async () => {
    await start();
    withoutControllers();
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas: 300 } });
    expect(await scale(200, { wait: false })).toMatchObject({ from: 300, to: 200 });
  });

  test('takes any number where the NodePool has no limit', async () => {
    await start();
    withoutControllers();
    lab.fake.put(NODE_POOLS, { metadata: { name: 'default' }, spec: { limits: null } });
    expect(await scale(50_000, { wait: false })).toMatchObject({ to: 50_000 });
  });

  test('refuses by the limit alone in a region without prices', async () => {
    await start();
    withoutControllers();
    const elsewhere = smallLabView({}, 'eu-north-1');
    const { asked, confirm } = answering(true);
    await expect(scaleOn(lab.api, elsewhere, { replicas: 100, wait: false, confirm }, runContext())).rejects.toMatchObject({ code: 'ReplicasBeyondLimits', message: expect.stringContaining('at most 99 pods') });
    expect(await scaleOn(lab.api, elsewhere, { replicas: 99, wait: false, confirm }, runContext())).toMatchObject({ to: 99 });
    expect(asked).toMatchObject([{ region: 'eu-north-1', to: 99, launch: undefined }]);
  });

  test('fails when the namespace has no Deployment of the exercise', async () => {
    await start();
    const missing = { code: 'DeploymentMissing', received: 'student-001/inflate' };
    await expect(scale(5, { namespace: 'student-001' })).rejects.toMatchObject({ ...missing, remedy: expect.stringContaining('kubectl create namespace student-001 && kubectl apply -n student-001 -f') });
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-001' } });
    await expect(scale(5, { namespace: 'student-001' })).rejects.toMatchObject({ ...missing, remedy: expect.stringContaining('or make it: kubectl apply -n student-001 -f') });
  });

  test('fails when there is no NodePool to launch nodes', async () => {
    await start();
    lab.fake.remove(NODE_POOLS, { name: 'default' });
    await expect(scale(5)).rejects.toMatchObject({ code: 'NodePoolMissing', remedy: 'Bring it back: npm run charts && kubectl apply -f cdk8s.out/nodepool.yaml.' });
    expect(replicasNow()).toBe(0);
  });

  test('fails before it asks when no NodePool gives the labels that the pods select', async () => {
    await start();
    withoutControllers();
    const { asked, confirm } = answering(true);
    const selecting = (nodeSelector: JsonObject): void => void lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { template: { spec: { nodeSelector } } } });
    selecting({ 'eks-team': 'my-taem' });
    await expect(scale(5, { confirm })).rejects.toMatchObject({
      code: 'NodeSelectorUnserved',
      received: 'eks-team=my-taem',
      message: 'No pod of inflate would ever run. No NodePool gives its nodes the label eks-team=my-taem that the pods select: default gives eks-team=my-team.',
      remedy: 'Correct the nodeSelector to eks-team=my-team, and apply it: kubectl apply -n karpenter-test -f basic-deploy.yaml.',
    });
    selecting({ 'eks-team': 'my-team', 'karpenter.sh/nodepool': 'other' });
    await expect(scale(5, { confirm })).rejects.toMatchObject({ code: 'NodeSelectorUnserved' });
    expect(asked).toEqual([]);
    selecting({ 'eks-team': 'my-team', 'karpenter.sh/nodepool': 'default', 'topology.kubernetes.io/zone': 'ap-northeast-2a' });
    expect(await scale(5, { wait: false })).toMatchObject({ to: 5 });
  });

  test('scales pods that a NodePool of another\'s, or a node that is there, takes', async () => {
    await start();
    withoutControllers();
    const selecting = (nodeSelector: JsonObject): void => void lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas: 0, template: { spec: { nodeSelector } } } });
    lab.fake.put(NODE_POOLS, { metadata: { name: 'class' }, spec: { template: { spec: { requirements: [{ key: 'eks-team', operator: 'In', values: ['student-001', 'student-007'] }] } } } });
    selecting({ 'eks-team': 'student-007' });
    expect(await scale(1, { wait: false })).toMatchObject({ to: 1 });
    selecting({ 'eks-team': 'student-008' });
    await expect(scale(1)).rejects.toMatchObject({ code: 'NodeSelectorUnserved' });
    lab.fake.put(NODES, { metadata: { name: 'own', labels: { 'eks-team': 'student-008' } } });
    expect(await scale(1, { wait: false })).toMatchObject({ to: 1 });
  });

  test('fails when the user may not scale', async () => {
    await start();
    lab.fake.refuse({ method: 'PATCH', path: /\/scale$/, status: 403, message: 'deployments/scale is forbidden' });
    await expect(scale(5)).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });

  test('ends when it is interrupted, and leaves the pods scaled', async () => {
    await start({ boots: false });
    const interrupted = new AbortController();
    await expect(scale(5, {}, {
      signal: interrupted.signal,
      onProgress: ({ step, state }) => {
        if (step === '5 pods of inflate run' && state === 'started') setTimeout(() => interrupted.abort(new Error('Ctrl-C')), 20);
      },
    })).rejects.toThrow('Ctrl-C');
    expect(replicasNow()).toBe(5);
  });
});
