import { NOT_SIMULATED } from '../../lib/exercise/shown-labels';
import type { ExerciseResult } from '../../lib/exercise/exercise-result';
import { expectationsOf } from '../../lib/exercise/expectations';
import type { ExerciseDeadlines } from '../../lib/exercise/deadlines';
import { runExercise, withDrills } from '../../lib/exercise/run-exercise';
import { DEPLOYMENTS } from '../../lib/kubernetes/core-kinds';
import { NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import type { ProgressEvent } from '../../lib/progress';
import { machineClock, runContext } from '../../lib/run-context';
import { smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../support/fake-kubernetes/lab-in-a-fake';

const expectations = expectationsOf(smallLabView());

describe('the exercise', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  /** @param deadlines of the stage that a test sees fail, so that it is not waited for: the others have the time that they have in class */
  const run = async (options: LabInAFakeOptions = {}, deadlines: Partial<ExerciseDeadlines> = {}, change: (lab: LabInAFake) => void = () => undefined): Promise<ExerciseResult> => {
    lab = await labInAFake(options);
    change(lab);
    return runExercise(lab.api, { expectations, deadlines }, runContext());
  };
  /** The step that failed, and what it shows. The steps after it are skipped, and none before it. */
  const failureOf = ({ verdict, steps }: ExerciseResult): { readonly title: string | undefined; readonly evidence: readonly string[] } => {
    const failed = steps.findIndex(({ outcome }) => outcome === 'failed');
    expect(verdict).toBe('failed');
    expect(steps.map(({ outcome }) => outcome)).toEqual(steps.map((_, index) => index < failed ? 'passed' : index === failed ? 'failed' : 'skipped'));
    return { title: steps[failed]?.title, evidence: steps[failed]?.evidence ?? [] };
  };

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
    const second = await runExercise(lab.api, { expectations }, runContext());
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
    expect(simulated.notSimulated).toEqual(NOT_SIMULATED);
    await lab.stop();
    const real = await run({ isSimulated: false });
    expect(real).toMatchObject({ verdict: 'passed', isSimulated: false, notSimulated: [] });
  });

  test('reports each step as it goes', async () => {
    const events: ProgressEvent[] = [];
    lab = await labInAFake();
    await runExercise(lab.api, { expectations }, runContext({ onProgress: (event) => events.push(event) }));
    const launch = events.filter(({ step }) => step === 'Karpenter launches a node for the pending pods');
    expect(launch[0]?.state).toBe('started');
    expect(launch.at(-1)).toMatchObject({ state: 'finished' });
  });

  test('fails when no NodePool gives the label that the pods select, and names both', async () => {
    const { title, evidence } = failureOf(await run({ nodePool: { template: { metadata: { labels: { 'eks-team': 'other-team' } } } } }, { claimedSeconds: 0.3 }));
    expect(title).toBe('Karpenter launches a node for the pending pods');
    expect(evidence).toEqual(expect.arrayContaining([
      'Of 5 pods of inflate there are: 5 Pending without a node.',
      'No NodePool gives its nodes the label eks-team=my-team that the pods select: default gives eks-team=other-team.',
      expect.stringMatching(/^karpenter, FailedScheduling, 5 pods: Failed to schedule pod, incompatible requirements, key eks-team/),
    ]));
  });

  test('fails when the EC2NodeClass finds no subnet, before anything is scaled', async () => {
    const { title, evidence } = failureOf(await run({ nodeClassConditions: [
      { type: 'SubnetsReady', status: 'False', reason: 'SubnetsNotFound', message: 'SubnetSelector did not match any Subnets' },
      { type: 'Ready', status: 'False', reason: 'UnhealthyDependents', message: 'SubnetsReady=False' },
    ] }, { readySeconds: 0.3 }));
    expect(title).toBe('Karpenter is ready to launch nodes');
    expect(evidence).toContain('EC2NodeClass default: SubnetsReady is False: SubnetsNotFound, SubnetSelector did not match any Subnets');
    expect(lab.fake.requests.filter((request) => request.endsWith('/scale'))).toEqual([]);
  });

  test('fails when the role does not exist, by what Karpenter logs of it', async () => {
    const conditions = [{ type: 'InstanceProfileReady', status: 'Unknown', reason: 'AwaitingReconciliation', message: 'object is awaiting reconciliation' }];
    const { title, evidence } = failureOf(await run({ nodeClassConditions: conditions }, { readySeconds: 0.3 }, ({ fake }) => {
      fake.log({ namespace: 'kube-system', name: 'karpenter-1' }, 'controller', JSON.stringify({ level: 'ERROR', message: 'Reconciler error', error: 'NoSuchEntity: Role NoSuchRole not found' }));
    }));
    expect(title).toBe('Karpenter is ready to launch nodes');
    expect(evidence).toEqual(expect.arrayContaining([
      'EC2NodeClass default: InstanceProfileReady is Unknown: AwaitingReconciliation, object is awaiting reconciliation',
      'Karpenter logs: Reconciler error: NoSuchEntity: Role NoSuchRole not found',
    ]));
  });

  test('fails when the NodePool may launch nothing more, with its limit', async () => {
    const { title, evidence } = failureOf(await run({ nodePool: { limits: { cpu: 1 } } }, { claimedSeconds: 0.3 }));
    expect(title).toBe('Karpenter launches a node for the pending pods');
    expect(evidence).toEqual(expect.arrayContaining([
      'NodePool default has launched cpu 0 of 1.',
      'karpenter, FailedScheduling, 5 pods: Failed to schedule pod, all available instance types exceed limits for nodepool (NodePool=default)',
    ]));
  });

  test('fails when the limit lets only some of the pods run, with how much of it is taken', async () => {
    const { title, evidence } = failureOf(await run({ nodePool: { limits: { cpu: 7 } } }, { runningSeconds: 0.3 }));
    expect(title).toBe('All 5 pods run');
    expect(evidence).toEqual(expect.arrayContaining(['Not within 0.3 s: 5 pods of inflate run.', 'NodePool default has launched cpu 6 of 7.']));
  });

  test('fails when the limit lets the pods go to several nodes only', async () => {
    lab = await labInAFake({ nodePool: { limits: { cpu: 7 } } });
    const { title, evidence } = failureOf(await runExercise(lab.api, { expectations: { ...expectations, replicas: 4 } }, runContext()));
    expect(title).toBe('All 4 pods are on one node');
    expect(evidence).toContain('The pods are on 2 nodes; the exercise ends with one.');
  });

  test('fails when the instance never becomes a node', async () => {
    const result = await run({ boots: false }, { nodeReadySeconds: 0.3 });
    const { title, evidence } = failureOf(result);
    expect(title).toBe('The new node registers and becomes Ready');
    expect(evidence[0]).toMatch(/^Not within 0.3 s: the node of NodeClaim default-\d+ is Ready, with the labels eks-team=my-team\.$/);
    expect(result.timeline.map(({ event }) => event)).toEqual(['scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched']);
  });

  test('fails when the node lacks a label that the exercise depends on', async () => {
    // The log, which must show the launch by then, has as long.
    const { title, evidence } = failureOf(await run({ withoutLabels: ['karpenter.sh/initialized'] }, { logSeconds: 2 }));
    expect(title).toBe('The node carries the labels that the exercise shows');
    expect(evidence.at(-1)).toMatch(/lacks karpenter.sh\/initialized$/);
  });

  test('fails when another Deployment has the name of the exercise\'s', async () => {
    const { title, evidence } = failureOf(await run({}, {}, ({ fake }) => {
      fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { replicas: 0, template: { spec: { nodeSelector: { 'eks-team': 'mine' } } } } });
    }));
    expect(title).toBe('Deploy the application with 0 replicas');
    expect(evidence).toContain('Deployment inflate selects eks-team=mine; the exercise selects eks-team=my-team.');
  });

  test('fails when there is no NodePool, with what brings it back', async () => {
    const { title, evidence } = failureOf(await run({}, { readySeconds: 0.3 }, ({ fake }) => fake.remove(NODE_POOLS, { name: 'default' })));
    expect(title).toBe('Karpenter is ready to launch nodes');
    expect(evidence).toContainEqual(expect.stringMatching(/^There is no NodePool default\. Bring it back: npm run charts/));
  });

  test('fails when the account has found why no instance becomes a node, and waits for no deadline', async () => {
    lab = await labInAFake({ boots: false });
    const finding = { kind: 'node-not-joined', resource: 'instance i-1', expected: 'role lab-node has an access entry', found: 'the API server refuses its token', at: '' } as const;
    const quickClock = { ...machineClock, nowMillis: () => performance.now() * 100 };
    const { title, evidence } = failureOf(await runExercise(lab.api, { expectations, findings: () => [finding] }, runContext({ clock: quickClock })));
    expect(title).toBe('The new node registers and becomes Ready');
    expect(evidence[0]).toMatch(/^instance i-1: the API server refuses its token; expected: role lab-node has an access entry\. So it does not come about that the node of NodeClaim/);
  });

  test('passes whatever the account has found, where the nodes come all the same', async () => {
    lab = await labInAFake();
    const finding = { kind: 'access-denied', resource: 'KarpenterRole', expected: 'sqs:ReceiveMessage is allowed', found: 'no statement allows it', at: '' } as const;
    expect((await runExercise(lab.api, { expectations, findings: () => [finding] }, runContext())).verdict).toBe('passed');
  });

  test('fails when it is interrupted, and counts that as no failure of a step', async () => {
    lab = await labInAFake({ boots: false });
    const interrupted = new AbortController();
    const run = runContext({
      signal: interrupted.signal,
      onProgress: ({ step, state }) => {
        if (step === 'The new node registers and becomes Ready' && state === 'started') setTimeout(() => interrupted.abort(new Error('Ctrl-C')), 20);
      },
    });
    await expect(runExercise(lab.api.boundTo(interrupted.signal), { expectations }, run)).rejects.toThrow('Ctrl-C');
  });

  test('a drill that failed fails the whole', async () => {
    const result = await run();
    expect(withDrills(result, [{ name: 'limit', verdict: 'passed', steps: [], isLabLeft: true }]).verdict).toBe('passed');
    expect(withDrills(result, [{ name: 'limit', verdict: 'failed', steps: [], isLabLeft: true }])).toMatchObject({ verdict: 'failed', drills: [{ name: 'limit' }] });
  });
});
