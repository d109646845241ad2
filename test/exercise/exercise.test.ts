import type { ExerciseResult } from '../../lib/exercise/exercise-result';
import { expectationsOf } from '../../lib/exercise/expectations';
import { exerciseOn, withDrills } from '../../lib/exercise/run-exercise';
import { DEPLOYMENTS } from '../../lib/kubernetes/core-kinds';
import { NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import type { ProgressEvent } from '../../lib/progress';
import { smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../support/fake-kubernetes/lab-in-a-fake';

const expectations = expectationsOf(smallLabView());

/** Deadlines that a failure is not waited for. */
const SHORT = { readySeconds: 0.3, claimedSeconds: 0.3, launchedSeconds: 0.3, nodeReadySeconds: 0.3, runningSeconds: 0.3, logSeconds: 0.3 };

describe('the exercise', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  const run = async (options: LabInAFakeOptions = {}, change: (lab: LabInAFake) => void = () => undefined): Promise<ExerciseResult> => {
    lab = await labInAFake(options);
    change(lab);
    return exerciseOn(lab.api, { expectations, deadlines: SHORT });
  };
  const evidenceOf = (result: ExerciseResult): readonly string[] => result.steps.find(({ outcome }) => outcome === 'failed')?.evidence ?? [];

  test('ends with five pods on one new node, and shows how it came to that', async () => {
    const result = await run();
    expect(result.steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(result).toMatchObject({ verdict: 'passed', cluster: 'lab', isSimulated: true, replicas: 5, drills: [] });
    expect(result.timeline.map(({ event }) => event)).toEqual([
      'scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched', 'node registered', 'node ready', 'pods running',
    ]);
    expect(result.nodes).toEqual([expect.objectContaining({ instanceType: 'c5a.2xlarge', exercisePods: 5, capacityType: 'on-demand', pricePerHour: 0.344 })]);
  });

  test('makes the namespace and the Deployment where they are missing, and leaves them where they are', async () => {
    const first = await run();
    expect(first.steps[0]?.evidence).toEqual(['namespace/karpenter-test created', 'deployment.apps/inflate created']);
    const second = await exerciseOn(lab.api, { expectations, deadlines: SHORT });
    expect(second.verdict).toBe('passed');
    expect(second.steps[0]?.evidence).toEqual(['deployment.apps/inflate is there, with 5 replicas']);
    expect(second.steps[2]?.evidence[0]).toBe('inflate was scaled from 5 to 0 replicas to begin with');
  });

  test('shows the commands of the exercise, with the names of the lab', async () => {
    const { steps } = await run();
    expect(steps.map(({ command }) => command)).toEqual(expect.arrayContaining([
      'kubectl scale deployment -n karpenter-test inflate --replicas 5',
      'kubectl -n $KARPENTER_NAMESPACE logs -l app.kubernetes.io/name=karpenter --all-containers=true --tail=-1 | grep "launched nodeclaim" | sort -u | jq -s',
      'kubectl get nodes -l eks-team=my-team',
      'kubectl get pods -n karpenter-test -o wide',
    ]));
  });

  test('says what is not simulated by what the node says of itself, and nothing of a node of EC2', async () => {
    const simulated = await run();
    expect(simulated.notSimulated).toContainEqual(expect.stringMatching(/^Node labels .* absent: .*topology\.ebs\.csi\.aws\.com\/zone/));
    await lab.stop();
    const real = await run({ isSimulated: false });
    expect(real).toMatchObject({ verdict: 'passed', isSimulated: false, notSimulated: [] });
  });

  test('reports each step as it goes', async () => {
    const events: ProgressEvent[] = [];
    lab = await labInAFake();
    await exerciseOn(lab.api, { expectations, deadlines: SHORT, onProgress: (event) => events.push(event) });
    const launch = events.filter(({ step }) => step === 'Karpenter launches a node for the pending pods');
    expect(launch[0]?.state).toBe('started');
    expect(launch.at(-1)).toMatchObject({ state: 'finished' });
  });

  test('fails when no NodePool gives the label that the pods select, and names both', async () => {
    const result = await run({ nodePool: { template: { metadata: { labels: { 'eks-team': 'other-team' } } } } });
    expect(result.verdict).toBe('failed');
    expect(evidenceOf(result)).toEqual(expect.arrayContaining([
      'Of 5 pods of inflate there are: 5 Pending without a node.',
      'No NodePool gives its nodes the label eks-team=my-team that the pods select: default gives eks-team=other-team.',
      expect.stringMatching(/^karpenter, FailedScheduling, 5 pods: Failed to schedule pod, incompatible requirements, key eks-team/),
    ]));
    expect(result.steps.filter(({ outcome }) => outcome === 'skipped').length).toBeGreaterThan(3);
  });

  test('fails when the EC2NodeClass finds no subnet, before anything is scaled', async () => {
    const result = await run({ nodeClassConditions: [
      { type: 'SubnetsReady', status: 'False', reason: 'SubnetsNotFound', message: 'SubnetSelector did not match any Subnets' },
      { type: 'Ready', status: 'False', reason: 'UnhealthyDependents', message: 'SubnetsReady=False' },
    ] });
    expect(evidenceOf(result)).toContain('EC2NodeClass default: SubnetsReady is False: SubnetsNotFound, SubnetSelector did not match any Subnets');
    expect(lab.fake.requests.filter((request) => request.endsWith('/scale'))).toEqual([]);
  });

  test('fails when the role does not exist, by what Karpenter logs of it', async () => {
    const result = await run({ nodeClassConditions: [{ type: 'InstanceProfileReady', status: 'Unknown', reason: 'AwaitingReconciliation', message: 'object is awaiting reconciliation' }] }, ({ fake }) => {
      fake.log({ namespace: 'kube-system', name: 'karpenter-1' }, 'controller', JSON.stringify({ level: 'ERROR', message: 'Reconciler error', error: 'NoSuchEntity: Role NoSuchRole not found' }));
    });
    expect(evidenceOf(result)).toEqual(expect.arrayContaining([
      'EC2NodeClass default: InstanceProfileReady is Unknown: AwaitingReconciliation, object is awaiting reconciliation',
      'Karpenter logs: Reconciler error: NoSuchEntity: Role NoSuchRole not found',
    ]));
  });

  test('fails when the NodePool may launch nothing more, with its limit', async () => {
    const result = await run({ nodePool: { limits: { cpu: 1 } } });
    expect(evidenceOf(result)).toEqual(expect.arrayContaining([
      'NodePool default has launched cpu 0 of 1.',
      'karpenter, FailedScheduling, 5 pods: Failed to schedule pod, all available instance types exceed limits for nodepool (NodePool=default)',
    ]));
  });

  test('fails when the limit lets the pods go to several nodes only', async () => {
    const result = await run({ nodePool: { limits: { cpu: 7 } } });
    expect(result.verdict).toBe('failed');
  });

  test('fails when the instance never becomes a node', async () => {
    const result = await run({ boots: false });
    expect(evidenceOf(result)[0]).toMatch(/^Not within 0.3 s: the node of NodeClaim default-\d+ is Ready, with the labels eks-team=my-team\.$/);
    expect(result.timeline.map(({ event }) => event)).toEqual(['scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched']);
  });

  test('fails when the node lacks a label that the exercise depends on', async () => {
    const result = await run({ withoutLabels: ['karpenter.sh/initialized'] });
    expect(evidenceOf(result).at(-1)).toMatch(/lacks karpenter.sh\/initialized$/);
  });

  test('fails when another Deployment has the name of the exercise\'s', async () => {
    const result = await run({}, ({ fake }) => {
      fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas: 0, template: { spec: { nodeSelector: { 'eks-team': 'mine' } } } } });
    });
    expect(evidenceOf(result)).toContain('Deployment inflate selects eks-team=mine; the exercise selects eks-team=my-team.');
  });

  test('fails when there is no NodePool', async () => {
    const result = await run({}, ({ fake }) => fake.remove(NODE_POOLS, { name: 'default' }));
    expect(evidenceOf(result)).toContainEqual(expect.stringMatching(/^There is no NodePool default\. Bring it back: npm run charts/));
  });

  test('fails when it is interrupted, and counts that as no failure of a step', async () => {
    lab = await labInAFake({ boots: false });
    const interrupted = new AbortController();
    setTimeout(() => interrupted.abort(new Error('Ctrl-C')), 150);
    await expect(exerciseOn(lab.api, { expectations, signal: interrupted.signal })).rejects.toThrow('Ctrl-C');
  });

  test('a drill that failed fails the whole', async () => {
    const result = await run();
    expect(withDrills(result, [{ name: 'limit', verdict: 'passed', steps: [] }]).verdict).toBe('passed');
    expect(withDrills(result, [{ name: 'limit', verdict: 'failed', steps: [] }])).toMatchObject({ verdict: 'failed', drills: [{ name: 'limit' }] });
  });
});
