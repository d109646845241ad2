import type { KarpenterInstance } from '../../../lib/aws/karpenter-instances';
import { begin, DRAIN_DEADLINE_SECONDS, type GuardedLab, guardedPass, type GuardEvent, type GuardFact } from '../../../lib/removal/guard/drain-guard';
import { DEPLOYMENTS, NAMESPACES } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { labInAFake, type LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';

const STARTED = new Date('2026-11-23T09:00:00Z');
const PROPERTIES = { ClusterName: 'karpenter-lab', ControllerNamespace: 'kube-system', ControllerName: 'karpenter' };
const DELETION: GuardEvent = { RequestType: 'Delete', PhysicalResourceId: 'drain-guard', DrainStartedAt: STARTED.toISOString(), ResourceProperties: PROPERTIES };
const INSTANCE: KarpenterInstance = { id: 'i-1', state: 'running', instanceType: 'c5a.2xlarge', nodePool: 'default' };

describe('what the guard answers first', () => {
  it('is a name that no update changes, so that an update never drains', () => {
    const created = begin({ RequestType: 'Create', ResourceProperties: PROPERTIES }, STARTED);
    expect(created).toEqual({ PhysicalResourceId: 'drain-guard' });
    expect(begin({ RequestType: 'Update', ...created, ResourceProperties: { ...PROPERTIES, ControllerNamespace: 'karpenter' } }, STARTED)).toEqual(created);
  });

  it('is the moment when a deletion began, which every later call gets to know', () => {
    expect(begin({ RequestType: 'Delete', PhysicalResourceId: 'drain-guard', ResourceProperties: PROPERTIES }, STARTED))
      .toEqual({ PhysicalResourceId: 'drain-guard', DrainStartedAt: '2026-11-23T09:00:00.000Z' });
  });
});

describe('a call of the guard', () => {
  let lab: LabInAFake;
  let instances: readonly KarpenterInstance[];
  let facts: GuardFact[];
  let elapsedSeconds: number;
  let guarded: GuardedLab;

  beforeEach(async () => {
    lab = await labInAFake();
    instances = [];
    facts = [];
    elapsedSeconds = 60;
    guarded = {
      connect: () => Promise.resolve(lab.api),
      instances: () => Promise.resolve(instances),
      now: () => new Date(STARTED.getTime() + elapsedSeconds * 1000),
      tell: (fact) => facts.push(fact),
    };
  });
  afterEach(() => lab.stop());

  it.each(['Create', 'Update'] as const)('does nothing on %s', async (RequestType) => {
    const refusing: GuardedLab = { ...guarded, connect: () => Promise.reject(new Error('asked')), instances: () => Promise.reject(new Error('asked')) };
    expect(await guardedPass({ ...DELETION, RequestType }, refusing)).toEqual({ IsComplete: true });
    expect(facts).toEqual([]);
  });

  it('is repeated until nothing is left, and then lets the stack go on', async () => {
    lab.fake.put(NODE_POOLS, { metadata: { name: 'made-by-a-student' } });
    instances = [INSTANCE];
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    expect(lab.fake.all(NODE_POOLS)).toEqual([]);
    expect(facts).toEqual([expect.objectContaining({ phase: 'instances', deleted: expect.arrayContaining(['NodePool default', 'NodePool made-by-a-student']) })]);

    instances = [];
    let calls = 1;
    while (!(await guardedPass(DELETION, guarded)).IsComplete) calls += 1;
    expect(calls).toBeLessThan(50);
    expect(facts.at(-1)).toMatchObject({ phase: 'drained', isDrained: true });
  });

  it('tells what students had made, before it goes', async () => {
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-007', labels: { 'karpenter-lab/seat': 'student-007' } } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'student-007' }, spec: { replicas: 0 } });
    await guardedPass(DELETION, guarded);
    expect(facts).toEqual([{ studentWork: ['student-007 made 1 Deployment'] }, expect.objectContaining({ deleted: expect.arrayContaining(['Namespace student-007']) })]);
    await guardedPass(DELETION, guarded);
    expect(facts.filter((fact) => 'studentWork' in fact)).toHaveLength(1);
  });

  it('looks at instances alone when the cluster is gone', async () => {
    instances = [INSTANCE];
    const withoutCluster: GuardedLab = { ...guarded, connect: () => Promise.resolve(undefined) };
    expect(await guardedPass(DELETION, withoutCluster)).toEqual({ IsComplete: false });
    instances = [];
    expect(await guardedPass(DELETION, withoutCluster)).toEqual({ IsComplete: true });
  });

  it('does not let go because it could not look, and tells why in its log', async () => {
    lab.fake.refuse({ method: 'GET', path: /nodeclaims$/, status: 503, message: 'etcd has no leader', times: 1 });
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    expect(facts).toEqual([{ failure: expect.stringContaining('etcd has no leader') }]);
    elapsedSeconds = DRAIN_DEADLINE_SECONDS - 1;
    expect(await guardedPass(DELETION, { ...guarded, instances: () => Promise.reject(new Error('timeout')) })).toEqual({ IsComplete: false });
  });

  it('fails when the time is over, naming what is left, what holds it and what to do', async () => {
    lab.controllers.stop();
    elapsedSeconds = DRAIN_DEADLINE_SECONDS;
    lab.fake.put(NODE_CLAIMS, { metadata: { name: 'default-1', finalizers: ['karpenter.sh/termination'] }, status: { nodeName: 'ip-1' } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'karpenter', namespace: 'kube-system' }, spec: { replicas: 2 } });
    await expect(guardedPass(DELETION, guarded)).rejects.toThrow(
      'ClusterNotDrained: NodeClaim default-1 is held by karpenter.sh/termination: node ip-1. '
      + 'No pod of Karpenter\'s Deployment kube-system/karpenter is ready (it should have 2), so nobody ends nodes. '
      + 'Karpenter still runs and nothing that it needs was removed. Clear what holds these, then delete the stack again: it goes on where it stopped.',
    );
  });

  it('fails when the time is over and the cluster did not answer', async () => {
    elapsedSeconds = DRAIN_DEADLINE_SECONDS;
    await expect(guardedPass(DELETION, { ...guarded, instances: () => Promise.reject(new Error('no answer from EC2')) })).rejects.toThrow(/^ClusterNotDrained: .*no answer from EC2/);
  });

  it('is complete when the last pass, at the deadline, finds nothing', async () => {
    lab.controllers.stop();
    elapsedSeconds = DRAIN_DEADLINE_SECONDS;
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: true });
  });

  it.each([403, 401])('fails when the cluster refuses it with %d, but not at the first time', async (status) => {
    lab.fake.refuse({ method: 'GET', path: /nodepools$/, status, message: 'the guard may not do this' });
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    elapsedSeconds = 121;
    await expect(guardedPass(DELETION, guarded)).rejects.toThrow(/^ClusterNotDrained: .*the guard may not do this/);
  });

  it('drains the rest where a webhook refuses one deletion, and says in the end which', async () => {
    lab.fake.put(NODE_POOLS, { metadata: { name: 'kept' } });
    lab.fake.refuse({ method: 'DELETE', path: /nodepools\/kept$/, status: 403, message: 'admission webhook "keep.example.org" denied the request' });
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    expect(lab.fake.all(NODE_POOLS)).toEqual([expect.objectContaining({ metadata: expect.objectContaining({ name: 'kept' }) })]);
    elapsedSeconds = DRAIN_DEADLINE_SECONDS;
    await expect(guardedPass(DELETION, guarded)).rejects.toThrow(/^ClusterNotDrained: The deletion of NodePool kept was refused, and not for a missing right: admission webhook "keep.example.org" denied the request\./);
  });

  it('waits on when what the cluster refuses may pass, however late it is', async () => {
    elapsedSeconds = 600;
    lab.fake.refuse({ method: 'GET', path: /nodepools$/, status: 429, message: 'too many requests', times: 1 });
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    lab.fake.refuse({ method: 'DELETE', path: /nodepools/, status: 409, reason: 'Conflict', message: 'the object has been modified', times: 1 });
    expect(await guardedPass(DELETION, guarded)).toEqual({ IsComplete: false });
    expect(facts).toEqual([{ failure: expect.stringContaining('too many requests') }, { failure: expect.stringContaining('has been modified') }]);
  });

  it('has a reason that CloudFormation has room for, on one line and without lines of code', async () => {
    elapsedSeconds = DRAIN_DEADLINE_SECONDS;
    instances = Array.from({ length: 200 }, (_, index) => ({ ...INSTANCE, id: `i-${index}` }));
    const error = await guardedPass(DELETION, guarded).catch((thrown: unknown) => thrown as Error);
    if (!(error instanceof Error)) throw new Error('the guard let go');
    expect(error.message.length).toBeLessThan(1700);
    expect(error.message).toMatch(/Instance i-0 .* And 1\d\d more\. Karpenter still runs/);
    expect(error.stack).toBe(error.message);
    expect(error.message).not.toContain('\n');
  });
});
