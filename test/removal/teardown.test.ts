import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { DeleteNetworkInterfaceCommand, DeleteVolumeCommand, DescribeInstancesCommand, DescribeNetworkInterfacesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { teardownIn, type TeardownOptions } from '../../lib/removal/teardown';
import type { TeardownResult } from '../../lib/removal/teardown-result';
import { AWS_BACKED_KINDS } from '../../lib/removal/drain-workloads';
import { DEPLOYMENTS, NAMESPACES } from '../../lib/kubernetes/core-kinds';
import { NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { LabError } from '../../lib/lab-error';
import type { ProgressEvent } from '../../lib/progress';
import { machineClock, type RunContext, runContext } from '../../lib/run-context';
import { awsError } from '../preflight/account';
import { PlayedLab } from './played-lab';

// The official client, which reads a kubeconfig, is an ES module that Jest cannot load.
jest.mock('../../lib/kubernetes/connection', () => ({
  connectionOf: (kubeconfig: string) => existsSync(kubeconfig)
    ? Promise.resolve({ server: readFileSync(kubeconfig, 'utf8'), authenticate: () => Promise.resolve({ agent: new Agent(), headers: {} }), close: () => undefined })
    : Promise.reject(new LabError({ code: 'KubeconfigUnreadable', message: 'The kubeconfig cannot be read.', remedy: 'Give another.' })),
}));

const [SERVICES = DEPLOYMENTS] = AWS_BACKED_KINDS.filter(({ kind }) => kind === 'Service');

describe('a teardown', () => {
  let lab: PlayedLab;
  const teardown = (more: Partial<TeardownOptions> = {}, run: Partial<RunContext> = {}): Promise<TeardownResult> =>
    teardownIn(lab.aws, { ...lab.options, ...more }, runContext(run));
  const removers = ({ accounted }: TeardownResult) => Object.fromEntries(accounted.map(({ id, removedBy }) => [id, removedBy]));

  beforeEach(async () => { lab = await PlayedLab.start(); });
  afterEach(() => lab.stop());

  it('leaves nothing, students\' NodePools included, and says who removed what', async () => {
    const result = await teardown();
    expect(lab.remains).toEqual([]);
    expect(result).toMatchObject({ outcome: 'clean', isBillableLeft: false, terminatedInstances: [], remaining: [] });
    expect(removers(result)).toEqual({ 'i-default': 'Karpenter', 'i-student': 'Karpenter', 'eni-1': 'sweep', 'vol-1': 'sweep' });
    expect(result.deletedObjects).toEqual(expect.arrayContaining(['Namespace karpenter-test', 'Namespace student-7', 'NodePool default', 'NodePool student', 'EC2NodeClass default']));
    expect(result.stages.map(({ stage, outcome }) => [stage, outcome])).toEqual([['drain', 'done'], ['stack', 'done'], ['sweep', 'done']]);
    expect(lab.commands).not.toContain('TerminateInstancesCommand');
  });

  it('says what students had made in their seats', async () => {
    lab.fake.put(NAMESPACES, { metadata: { name: 'student-007', labels: { 'karpenter-lab/seat': 'student-007' } } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'student-007' } });
    const result = await teardown();
    expect(result.inventory.studentWork).toEqual([{ seat: 'student-007', counts: { Deployment: 1 } }]);
    expect(result.deletedObjects).toContain('Namespace student-007');
  });

  it('changes nothing in a dry run, and lists it all', async () => {
    const result = await teardown({ isDryRun: true });
    expect(result).toMatchObject({ outcome: 'listed', inventory: { stackStatus: 'CREATE_COMPLETE', clusterStatus: 'ACTIVE' } });
    expect(result.inventory.objects).toEqual(expect.arrayContaining(['Namespace student-7', 'NodePool student', 'NodeClaim student-abcde']));
    expect(result.inventory.leftovers.map(({ id }) => id).sort()).toEqual(['eni-1', 'i-default', 'i-student', 'vol-1']);
    expect(lab.commands.filter((name) => /^(Delete|Terminate)/.test(name))).toEqual([]);
    expect(lab.fake.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('changes nothing when it is declined', async () => {
    await expect(teardown({ confirm: () => Promise.resolve(false) })).resolves.toMatchObject({ outcome: 'declined' });
    expect(lab.fake.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('terminates exactly the tagged instances when Karpenter does not end them in time, and says so', async () => {
    lab.endsNodes = false;
    const result = await teardown({ timeoutSeconds: 0.05 });
    expect(lab.remains).toEqual([]);
    expect([...result.terminatedInstances].sort()).toEqual(['i-default', 'i-student']);
    expect(removers(result)).toMatchObject({ 'i-default': 'teardown', 'i-student': 'teardown' });
    expect(lab.ec2.commandCalls(TerminateInstancesCommand).flatMap(({ args: [{ input }] }) => input.InstanceIds).sort()).toEqual(['i-default', 'i-student']);
  });

  it('removes on the way what keeps the network, before CloudFormation fails by it', async () => {
    lab.needsInterfacesGone = true;
    const result = await teardown();
    expect(lab.remains).toEqual([]);
    expect(removers(result)['eni-1']).toBe('sweep');
  });

  it('waits as a step for interfaces of functions that hold the network, and then deletes once more', async () => {
    lab.functionInterfaces.set('eni-free', 0).set('eni-held', 30);
    const steps: string[] = [];
    const result = await teardown({}, { onProgress: ({ step, state, detail }) => { if (step.startsWith('Wait for the network')) steps.push(`${state}: ${detail ?? ''}`); } });
    expect(result).toMatchObject({ outcome: 'clean' });
    expect(lab.cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(2);
    expect([steps[0], steps.at(-1)]).toEqual(['started: ', 'finished: ']);
    expect(steps).toContain('running: eni-held is in-use. Lambda lets go of them 20 to 45 minutes after their functions');
    expect(removers(result)).toMatchObject({ 'eni-free': 'sweep', 'eni-held': 'sweep' });
    expect(lab.ec2.commandCalls(DeleteNetworkInterfaceCommand).map(({ args: [{ input }] }) => input.NetworkInterfaceId)).not.toContain('eni-of-another');
  });

  it('gives up the wait for interfaces of functions after 50 minutes, with the reason of CloudFormation', async () => {
    lab.functionInterfaces.set('eni-held', Infinity);
    let millis = 0;
    const clock = { ...machineClock, nowMillis: () => millis };
    await expect(teardown({}, { clock, onProgress: ({ step }) => { if (step.startsWith('Wait for the network')) millis += 10 * 60_000; } }))
      .rejects.toMatchObject({ code: 'StackDeletionFailed', message: expect.stringContaining('The vpc has dependencies') });
    expect(lab.cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(2);
  });

  it('does not touch interfaces of functions that the stack still needs', async () => {
    lab.functionInterfaces.set('eni-free', 0);
    lab.killKarpenter();
    lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
    await expect(teardown()).rejects.toMatchObject({ code: 'StackDeletionFailed' });
    expect([...lab.functionInterfaces.keys()]).toEqual(['eni-free']);
  });

  it('removes the rest where a webhook keeps a namespace, and says so', async () => {
    lab.fake.refuse({ method: 'DELETE', path: /namespaces\/student-7$/, status: 403, message: 'admission webhook "keep.example.org" denied the request' });
    const result = await teardown();
    expect(result).toMatchObject({ outcome: 'clean', stages: [{ detail: expect.stringContaining('The deletion of Namespace student-7 was refused') }, {}, {}] });
    expect(lab.remains).toEqual([]);
  });

  it('joins a deletion that is under way', async () => {
    lab.beginDeletion();
    await expect(teardown()).resolves.toMatchObject({ outcome: 'clean', stages: [{ stage: 'drain', outcome: 'skipped' }, { stage: 'stack', outcome: 'done' }, { stage: 'sweep' }] });
    expect(lab.commands).not.toContain('DeleteStackCommand');
  });

  it('terminates instances at once where Karpenter is not installed any more', async () => {
    lab.fake.remove(DEPLOYMENTS, { namespace: 'kube-system', name: 'karpenter' });
    const result = await teardown({ timeoutSeconds: 900 });
    expect(lab.instances.size).toBe(0);
    expect(result.stages[0]).toEqual({ stage: 'drain', outcome: 'skipped', detail: 'Karpenter is not installed any more' });
  });

  it('goes straight to the sweep when the stack and the cluster are gone', async () => {
    lab.withoutStack();
    await expect(teardown({ kubeconfig: '/does/not/exist' })).resolves.toMatchObject({ outcome: 'clean' });
    expect([lab.instances.size, lab.volumes.size, lab.networkInterfaces.size]).toEqual([0, 0, 0]);
  });

  it('goes on after AWS has throttled it for a while', async () => {
    let asked = 0;
    lab.ec2.on(DescribeInstancesCommand).callsFake(() => {
      asked += 1;
      if (asked === 2) throw awsError('RequestLimitExceeded', 'Request limit exceeded.');
      return { Reservations: [...lab.instances].map((InstanceId) => ({ Instances: [{ InstanceId, State: { Name: 'running' }, Tags: [{ Key: 'kubernetes.io/cluster/lab', Value: 'owned' }, { Key: 'karpenter.sh/nodepool', Value: 'default' }] }] })) };
    });
    await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
    expect(asked).toBeGreaterThan(2);
  });

  it.each([
    ['List what there is'], ['Drain '], ['Delete Karpenter'], ['Delete Cluster'], ['Delete Network'], ['Sweep leftovers'],
  ])('that is interrupted at a step "%s..." is finished by a second one', async (step) => {
    // With a Karpenter that is quick, nothing is left of the drain to be shown.
    lab.isKarpenterHeld = step === 'Drain ';
    const user = new AbortController();
    const onProgress = (event: ProgressEvent): void => {
      if (event.step.startsWith(step)) user.abort(new Error('interrupted'));
    };
    await expect(teardown({}, { signal: user.signal, onProgress })).rejects.toThrow('interrupted');
    expect(lab.remains).not.toEqual([]);
    lab.releaseKarpenter();
    await expect(teardown()).resolves.toMatchObject({ outcome: 'clean', isBillableLeft: false });
    expect(lab.remains).toEqual([]);
  });

  it('that is interrupted while it terminates instances is finished by a second one', async () => {
    lab.endsNodes = false;
    const user = new AbortController();
    const onProgress = ({ step }: ProgressEvent): void => { if (step === 'Terminate tagged instances') user.abort(new Error('interrupted')); };
    await expect(teardown({ timeoutSeconds: 0.02 }, { signal: user.signal, onProgress })).rejects.toThrow('interrupted');
    expect(lab.commands).not.toContain('DeleteStackCommand');
    await expect(teardown({ timeoutSeconds: 0.02 })).resolves.toMatchObject({ outcome: 'clean' });
    expect(lab.remains).toEqual([]);
  });

  describe('in a cluster that does not let the user in', () => {
    it.each([
      ['refuses the token', 401, 'Unauthorized'],
      ['gives no rights', 403, 'namespaces is forbidden'],
    ])('because it %s, leaves the drain to the guard in the stack', async (_, status, message) => {
      lab.fake.refuse({ method: 'GET', path: /./, status, message });
      const result = await teardown();
      expect(lab.remains).toEqual([]);
      expect(result).toMatchObject({ outcome: 'clean', inventory: { drainedBy: 'guard', whyNotHere: expect.stringContaining(message), objects: [] } });
      expect(result.stages[0]).toEqual({ stage: 'drain', outcome: 'skipped', detail: expect.stringMatching(/^left to the guard in the stack: /) });
    });

    it('because there is no kubeconfig, leaves the drain to the guard in the stack', async () => {
      await expect(teardown({ kubeconfig: '/does/not/exist' })).resolves.toMatchObject({ outcome: 'clean', inventory: { drainedBy: 'guard' } });
      expect(lab.remains).toEqual([]);
    });

    it('because its endpoint is private, leaves the drain to the guard in the stack', async () => {
      lab.endpoint = 'http://127.0.0.1:1';
      writeFileSync(lab.kubeconfig, lab.endpoint);
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean', inventory: { drainedBy: 'guard', whyNotHere: expect.stringContaining('does not answer') } });
    });

    it('fails with the reason of the guard when that cannot drain it, and removes nothing else', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.killKarpenter();
      await expect(teardown()).rejects.toMatchObject({ code: 'StackDeletionFailed', message: expect.stringContaining('ClusterNotDrained: NodeClaim default-abcde') });
      expect([...lab.instances]).toEqual(['i-default', 'i-student']);
      expect(lab.volumes.size).toBe(1);
    });

    it('goes on behind a guard that has drained it, after a deletion that failed later', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.withoutResources('DrainGuard');
      lab.failedDeletion();
      lab.instances.clear();
      const result = await teardown();
      expect(result).toMatchObject({ outcome: 'clean', inventory: { drainedBy: 'nobody', whyNotHere: 'the guard in the stack has drained it already' } });
    });

    it('goes on without a guard where Karpenter was never installed', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.withoutResources('DrainGuard', 'Karpenter', 'NodePool', 'NodeClass', 'Exercise');
      lab.stackStatus = 'ROLLBACK_FAILED';
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean', inventory: { drainedBy: 'nobody' } });
    });

    it.each([['is missing', undefined], ['failed', 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED']])('goes on after a deployment without rollback that stopped at Karpenter\'s chart, where the guard %s', async (_, guardId) => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.withoutResources('NodePool', 'NodeClass', 'Exercise');
      if (guardId === undefined) lab.withoutResources('DrainGuard');
      else lab.physicalIds.set('DrainGuard', guardId);
      lab.stackStatus = 'CREATE_FAILED';
      lab.instances.clear();
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean', inventory: { stackStatus: 'CREATE_FAILED', drainedBy: 'nobody', whyNotHere: expect.stringContaining('before its NodePool was made') } });
    });

    it('fails after a deployment without rollback that made the NodePool and no guard, before anything is changed', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.withoutResources('DrainGuard');
      lab.stackStatus = 'CREATE_FAILED';
      await expect(teardown()).rejects.toMatchObject({ code: 'KubernetesRequestRefused' });
      expect(lab.commands.filter((name) => /^(Delete|Terminate)/.test(name))).toEqual([]);
    });

    it('fails where Karpenter runs and nobody can drain it, before anything is changed', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.withoutResources('DrainGuard');
      lab.stackStatus = 'ROLLBACK_FAILED';
      await expect(teardown()).rejects.toMatchObject({ code: 'KubernetesRequestRefused' });
      expect(lab.commands.filter((name) => /^(Delete|Terminate)/.test(name))).toEqual([]);
    });

    it('joins a deletion that is under way without asking the cluster', async () => {
      lab.fake.refuse({ method: 'GET', path: /./, status: 401, message: 'Unauthorized' });
      lab.beginDeletion();
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
      expect(lab.fake.requests).toEqual([]);
    });
  });

  describe('of a lab whose Karpenter does not run', () => {
    it('terminates the instances, then lets go of what only Karpenter could, and says so', async () => {
      lab.killKarpenter();
      const result = await teardown({ timeoutSeconds: 0.02 });
      expect(lab.remains).toEqual([]);
      expect([...result.terminatedInstances].sort()).toEqual(['i-default', 'i-student']);
      expect(result.releasedObjects).toEqual(expect.arrayContaining(['NodeClaim default-abcde', 'NodeClaim student-abcde', 'EC2NodeClass default']));
      expect(result.outcome).toBe('clean');
    });

    it('lets go of nothing while an instance is left', async () => {
      lab.killKarpenter();
      lab.ec2.on(TerminateInstancesCommand).resolves({});
      await expect(teardown({ timeoutSeconds: 0.02, graceSeconds: 0.05 })).rejects.toMatchObject({ code: 'NodePoolsRemained' });
      expect(lab.fake.requests.filter((request) => request.startsWith('PATCH'))).toEqual([]);
    });

    it('lets go of nothing while a pod of Karpenter is ready', async () => {
      lab.isKarpenterHeld = true;
      await expect(teardown({ timeoutSeconds: 0.02, graceSeconds: 0.05 })).rejects.toMatchObject({ code: 'NodePoolsRemained' });
      expect(lab.instances.size).toBe(0);
      expect(lab.fake.requests.filter((request) => request.startsWith('PATCH'))).toEqual([]);
    });
  });

  describe('that meets a deletion of somebody else', () => {
    const afterDrain = (happens: () => void): void => { lab.onLook = (time) => { if (time === 2) happens(); }; };

    it('which began while it drained, joins it', async () => {
      lab.failedDeletion();
      afterDrain(() => lab.beginDeletion());
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
      expect(lab.commands).not.toContain('DeleteStackCommand');
    });

    it('which began while it drained and failed, says why', async () => {
      lab.needsInterfacesGone = true;
      lab.ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
      afterDrain(() => lab.beginDeletion());
      await expect(teardown()).rejects.toMatchObject({ code: 'StackDeletionFailed' });
    });

    it('which ended while it drained, goes on to the sweep', async () => {
      afterDrain(() => lab.withoutStack());
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
      expect(lab.remains).toEqual([]);
    });

    it('which failed earlier, does not take that failure for its own', async () => {
      lab.failedDeletion();
      lab.looksUntilDeletionShows = 3;
      await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
    });
  });

  it('removes the security group of EKS only after the cluster', async () => {
    lab.securityGroups.add('sg-eks');
    const result = await teardown();
    expect(lab.triedTooEarly).toEqual([]);
    expect(removers(result)['sg-eks']).toBe('sweep');
    expect(lab.remains).toEqual([]);
  });

  it('does not ask where there is nothing to remove', async () => {
    lab.withoutStack();
    lab.instances.clear();
    lab.volumes.clear();
    lab.networkInterfaces.clear();
    const confirm = jest.fn(() => Promise.resolve(false));
    await expect(teardown({ confirm })).resolves.toMatchObject({ outcome: 'clean' });
    expect(confirm).not.toHaveBeenCalled();
  });

  it.each([
    [503, 'etcdserver: leader changed'],
    [429, 'Too many requests'],
  ])('goes on after the API server has answered %s for a while', async (status, message) => {
    let isRefused = false;
    const onProgress = ({ step }: ProgressEvent): void => {
      if (!step.startsWith('Drain ') || isRefused) return;
      isRefused = true;
      lab.fake.refuse({ method: 'GET', path: /nodepools/, status, message, times: 2 });
      setTimeout(() => lab.releaseKarpenter(), 50);
    };
    // Until then there is something to drain.
    lab.isKarpenterHeld = true;
    await expect(teardown({}, { onProgress })).resolves.toMatchObject({ outcome: 'clean' });
    expect(isRefused).toBe(true);
  });

  it('goes on with the deletion of the stack after CloudFormation was out of order for a while', async () => {
    const outOfOrder = Object.assign(new Error('We encountered an internal error.'), { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    let refusals = 0;
    lab.onLook = (time) => {
      if (time < 4 || refusals === 12) return;
      refusals += 1;
      throw outOfOrder;
    };
    await expect(teardown()).resolves.toMatchObject({ outcome: 'clean' });
    expect(refusals).toBe(12);
  });

  it('fails while a load balancer of Kubernetes is left, and terminates nothing', async () => {
    lab.fake.put(SERVICES, { metadata: { name: 'shop', namespace: 'default', finalizers: ['service.kubernetes.io/load-balancer-cleanup'] }, spec: { type: 'LoadBalancer' } });
    await expect(teardown({ timeoutSeconds: 0.02 })).rejects.toMatchObject({ code: 'WorkloadsRemained', message: expect.stringContaining('Service default/shop') });
    expect(lab.commands.filter((name) => /^(DeleteStack|Terminate)/.test(name))).toEqual([]);
  });

  it('fails while a finalizer of somebody else holds a NodePool, names it, and keeps the EC2NodeClasses and the stack', async () => {
    lab.fake.put(NODE_POOLS, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    await expect(teardown({ timeoutSeconds: 0.05, graceSeconds: 0.05 })).rejects.toMatchObject({
      code: 'NodePoolsRemained', message: expect.stringContaining('NodePool held is held by example.com/hold'),
    });
    expect(lab.remains).toEqual(expect.arrayContaining(['NodePool held', 'EC2NodeClass default', 'stack', 'cluster']));
    expect(lab.commands).not.toContain('DeleteStackCommand');
  });

  it('fails when an instance turns up after the drain, and keeps the stack', async () => {
    lab.onLook = (time) => { if (time === 2) lab.instances.add('i-late'); };
    await expect(teardown()).rejects.toMatchObject({ code: 'InstancesRemained', message: expect.stringContaining('i-late') });
    expect(lab.commands).not.toContain('DeleteStackCommand');
  });

  it('fails when the cluster is there without its stack, and sweeps nothing that it uses', async () => {
    lab.keepsCluster = true;
    await expect(teardown()).rejects.toMatchObject({ code: 'ClusterNotDeleted' });
    expect([...lab.volumes]).toEqual(['vol-1']);
  });

  it('fails when something billable refuses to go, and names it', async () => {
    lab.ec2.on(DeleteVolumeCommand).rejects(awsError('VolumeInUse', 'Volume vol-1 is currently attached to i-9'));
    const result = await teardown({ graceSeconds: 0.01 });
    expect(result).toMatchObject({ outcome: 'remained', isBillableLeft: true, remaining: [{ id: 'vol-1' }] });
    expect(result.kept).toEqual([{ leftover: expect.objectContaining({ id: 'vol-1' }), reason: 'Volume vol-1 is currently attached to i-9' }]);
  });

  it('fails when the permission to remove something is missing, and removes the rest', async () => {
    lab.ec2.on(DeleteVolumeCommand).rejects(awsError('UnauthorizedOperation', 'You are not authorized'));
    await expect(teardown()).resolves.toMatchObject({ outcome: 'remained', isBillableLeft: true, kept: [{ leftover: { id: 'vol-1' }, reason: expect.stringContaining('AWS does not allow this') }] });
    expect(lab.remains).toEqual(['vol-1']);
  });

  it('fails when instances still run after their termination, and keeps the stack', async () => {
    lab.endsNodes = false;
    lab.ec2.on(TerminateInstancesCommand).resolves({});
    await expect(teardown({ timeoutSeconds: 0.02, graceSeconds: 0.02 })).rejects.toMatchObject({ code: 'NodePoolsRemained', message: expect.stringContaining('Karpenter with it, stays') });
    expect(lab.commands).not.toContain('DeleteStackCommand');
  });

  it('fails when CloudFormation cannot delete a resource, with the first cause', async () => {
    lab.needsInterfacesGone = true;
    // One that is not the lab's, so that it is not found.
    lab.ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
    await expect(teardown()).rejects.toMatchObject({ code: 'StackDeletionFailed', message: expect.stringMatching(/VPC .*The vpc has dependencies and cannot be deleted\.$/) });
    expect(lab.cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(1);
  });

  it('fails when the kubeconfig leads to another cluster, before anything is changed', async () => {
    lab.endpoint = 'https://ABCDEF.gr7.ap-northeast-2.eks.amazonaws.com';
    await expect(teardown()).rejects.toMatchObject({ code: 'ClusterNotConfigured' });
    expect(lab.fake.requests).toEqual([]);
  });

  it('fails when AWS does not answer any more', async () => {
    lab.ec2.on(DescribeInstancesCommand).rejects(Object.assign(new Error('connect ETIMEDOUT'), { name: 'TimeoutError' }));
    await expect(teardown({ timeoutSeconds: 0.02 })).rejects.toMatchObject({ code: 'AwsUnreachable' });
  });
});
