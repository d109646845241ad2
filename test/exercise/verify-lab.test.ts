import { expectationsOf } from '../../lib/exercise/expectations';
import type { Observation, ObservationName } from '../../lib/exercise/observations';
import { verifyOn, type VerifyResult } from '../../lib/exercise/verify-lab';
import { type JsonObject, textAt } from '../../lib/json';
import { DEPLOYMENTS, NAMESPACES, NODES, PODS } from '../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../lib/kubernetes/karpenter-kinds';
import { waitFor } from '../../lib/wait-for';
import { LabError } from '../../lib/lab-error';
import { smallLabView } from '../assembly/small-lab';
import { labInAFake, type LabInAFake, type LabInAFakeOptions } from '../support/fake-kubernetes/lab-in-a-fake';

const expectations = expectationsOf(smallLabView());
const [inflate = {}] = expectations.objects.filter((object) => textAt(object, 'kind') === 'Deployment');

describe('verify', () => {
  let lab: LabInAFake;
  afterEach(() => lab.stop());

  /** A lab whose exercise is scaled, and has come to its end. */
  const scaled = async (replicas: number, options: LabInAFakeOptions = {}, namespace = 'karpenter-test'): Promise<void> => {
    lab = await labInAFake(options);
    lab.fake.put(DEPLOYMENTS, { ...inflate, metadata: { name: 'inflate', namespace } });
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace }, spec: { replicas } });
    await settled(() => lab.fake.all(PODS).filter((pod) => textAt(pod, 'metadata', 'namespace') === namespace && textAt(pod, 'status', 'phase') === 'Running').length >= replicas);
  };
  const settled = (condition: () => boolean): Promise<void> =>
    waitFor(condition, { what: 'the played controllers are done', deadlineSeconds: 2, on: [lab.fake], describeMissing: () => [] });
  const verify = (changes: Partial<typeof expectations> = {}): Promise<VerifyResult> => verifyOn(lab.api, { ...expectations, ...changes });
  const observed = ({ observations }: VerifyResult, name: ObservationName): Observation | undefined => observations.find((each) => each.name === name);
  const failures = ({ observations }: VerifyResult): readonly string[] => observations.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name);

  test('passes with evidence of each observation when five pods run as the exercise shows', async () => {
    await scaled(5);
    const result = await verify();
    expect(result).toMatchObject({ verdict: 'passed', cluster: 'lab', namespace: 'karpenter-test', replicas: 5, isSimulated: true });
    expect(result.observations.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['deployment', 'pass'], ['replicas', 'pass'], ['pods running', 'pass'], ['nodes', 'pass'],
      ['NodeClaims', 'pass'], ['capacity type', 'pass'], ['node labels', 'pass'], ['launch log', 'pass'],
    ]);
    expect(observed(result, 'deployment')?.evidence).toEqual(['image none', 'cpu request 1', 'nodeSelector eks-team=my-team']);
    expect(observed(result, 'nodes')?.evidence[1]).toMatch(/^ip-default-\d+ has eks-team=my-team$/);
    expect(observed(result, 'NodeClaims')?.evidence[0]).toMatch(/^default-\d+: c5a.2xlarge, ap-northeast-2a, aws:/);
    expect(observed(result, 'launch log')?.evidence[0]).toMatch(/^default-\d+: c5a.2xlarge, ap-northeast-2a, on-demand, aws:/);
    expect(result.nodes).toEqual([expect.objectContaining({ instanceType: 'c5a.2xlarge', exercisePods: 5, pricePerHour: 0.344 })]);
  });

  test('tells of labels that are decoration, and passes without them', async () => {
    await scaled(5);
    const labels = observed(await verify(), 'node labels');
    expect(labels?.outcome).toBe('pass');
    expect(labels?.evidence.at(-1)).toMatch(/^For information, without: .*topology\.ebs\.csi\.aws\.com\/zone/);
  });

  test('judges a student by their own namespace', async () => {
    await scaled(5, {}, 'student-007');
    expect(await verify({ namespace: 'student-007' })).toMatchObject({ verdict: 'passed', namespace: 'student-007' });
    expect(failures(await verify())).toContain('deployment');
  });

  test('takes the request 1000m for the request 1', async () => {
    await scaled(5);
    const containers: readonly JsonObject[] = [{ name: 'inflate', resources: { requests: { cpu: '1000m' } } }];
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { template: { spec: { containers } } } });
    expect(observed(await verify(), 'deployment')?.outcome).toBe('pass');
  });

  test('changes nothing', async () => {
    await scaled(5);
    const before = lab.fake.requests.length;
    await verify();
    expect(lab.fake.requests.slice(before).filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('fails before scaling, with the evidence and the command to type', async () => {
    await scaled(0);
    const result = await verify();
    expect(result.verdict).toBe('failed');
    expect(failures(result)).toEqual(['replicas', 'pods running', 'nodes', 'NodeClaims', 'capacity type', 'node labels']);
    expect(observed(result, 'replicas')).toMatchObject({
      evidence: ['0 of 5 replicas asked for: spec.replicas is 0'],
      command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5',
    });
    expect(observed(result, 'pods running')?.evidence).toEqual(['0 of 5 pods Running']);
    expect(observed(result, 'launch log')?.outcome).toBe('unknown');
  });

  test('fails when there is no Deployment, with the command that makes it, and the namespace only where that is missing', async () => {
    lab = await labInAFake();
    expect(observed(await verify(), 'deployment')).toMatchObject({
      outcome: 'fail',
      evidence: ['There is no namespace karpenter-test.'],
      command: 'kubectl create namespace karpenter-test && kubectl apply -n karpenter-test -f basic-deploy.yaml',
    });
    lab.fake.put(NAMESPACES, { metadata: { name: 'karpenter-test' } });
    expect(observed(await verify(), 'deployment')).toMatchObject({
      outcome: 'fail',
      evidence: ['There is no Deployment inflate in namespace karpenter-test.'],
      command: 'kubectl apply -n karpenter-test -f basic-deploy.yaml',
    });
  });

  test('fails when the Deployment is another one, and names each difference', async () => {
    await scaled(5);
    lab.fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { template: { spec: {
      nodeSelector: { 'eks-team': 'other' }, containers: [{ name: 'inflate', image: 'nginx', resources: { requests: { cpu: '100m' } } }],
    } } } });
    const found = observed(await verify(), 'deployment');
    expect(found?.evidence).toEqual([
      'image is nginx; the exercise\'s is none',
      'cpu request is 100m; the exercise\'s is 1',
      'nodeSelector is eks-team=other; the exercise\'s is eks-team=my-team',
    ]);
    // Deleted, and not made anew because its namespace is there, the student's work would be gone.
    expect(found?.command).toBe('kubectl apply -n karpenter-test -f basic-deploy.yaml');
  });

  test('fails when more pods run than the exercise scales to, and passes when so many were wanted', async () => {
    await scaled(6);
    expect(failures(await verify())).toEqual(['replicas', 'pods running']);
    expect((await verify({ replicas: 6 })).verdict).toBe('passed');
  });

  test('fails when pods stay pending, with what the cluster says of it', async () => {
    lab = await labInAFake({ nodePool: { limits: { cpu: 1 } } });
    lab.fake.put(DEPLOYMENTS, { ...inflate, metadata: { name: 'inflate', namespace: 'karpenter-test' }, spec: { ...inflate['spec'] as JsonObject, replicas: 5 } });
    await settled(() => lab.fake.all(PODS).length >= 6);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const result = await verify();
    expect(observed(result, 'pods running')?.evidence).toEqual(expect.arrayContaining([
      '0 of 5 pods Running',
      'Of 5 pods of inflate there are: 5 Pending without a node.',
      'NodePool default has launched cpu 0 of 1.',
    ]));
  });

  test('fails when a node is of another NodePool or lacks the team\'s label', async () => {
    await scaled(5);
    for (const node of lab.fake.all(NODES)) {
      lab.fake.put(NODES, { metadata: { name: textAt(node, 'metadata', 'name') ?? '', labels: { 'karpenter.sh/nodepool': 'mine', 'eks-team': 'theirs' } } });
    }
    const { evidence = [] } = observed(await verify(), 'nodes') ?? {};
    expect(evidence).toEqual([
      expect.stringMatching(/is of NodePool mine; the exercise's is default$/),
      expect.stringMatching(/has eks-team=theirs; the exercise's is eks-team=my-team$/),
    ]);
  });

  test('fails when the node has the NodePool, but not the team\'s label', async () => {
    await scaled(5);
    lab.controllers.stop();
    for (const node of lab.fake.all(NODES)) lab.fake.put(NODES, { metadata: { name: textAt(node, 'metadata', 'name') ?? '', labels: { 'eks-team': 'theirs' } } });
    expect(failures(await verify())).toContain('nodes');
  });

  test('fails when one of several nodes is another NodePool\'s, and judges each by its own NodeClaim', async () => {
    await scaled(5);
    lab.controllers.stop();
    const [pod = {}] = lab.fake.all(PODS).filter((body) => textAt(body, 'metadata', 'namespace') === 'karpenter-test');
    const labels = { 'karpenter.sh/nodepool': 'mine', 'eks-team': 'my-team', 'karpenter.sh/capacity-type': 'spot' };
    lab.fake.put(NODES, { metadata: { name: 'ip-mine', labels } });
    lab.fake.put(NODE_CLAIMS, { metadata: { name: 'mine-1', labels }, status: { nodeName: 'ip-mine', conditions: [{ type: 'Launched', status: 'True' }] } });
    lab.fake.put(PODS, { metadata: { namespace: 'karpenter-test', name: textAt(pod, 'metadata', 'name') ?? '' }, spec: { nodeName: 'ip-mine' } });
    const result = await verify();
    expect(failures(result)).toEqual(['nodes', 'NodeClaims', 'capacity type', 'node labels']);
    expect(observed(result, 'nodes')?.evidence).toContain('ip-mine is of NodePool mine; the exercise\'s is default');
    expect(observed(result, 'NodeClaims')?.evidence.filter((line) => line.includes('is not'))).toEqual(['mine-1 is not Registered and Initialized']);
  });

  test('leaves out a pod that was asked to go, and its node', async () => {
    await scaled(5);
    lab.controllers.stop();
    lab.fake.put(PODS, {
      metadata: { namespace: 'karpenter-test', name: 'inflate-old', deletionTimestamp: '2026-11-24T02:00:00Z', finalizers: ['test'] },
      spec: { nodeName: 'ip-gone' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const result = await verify();
    expect(result.verdict).toBe('passed');
    expect(JSON.stringify(result)).not.toContain('ip-gone');
  });

  test('fails when one pod of five does not run, and says why though the others do', async () => {
    await scaled(5);
    lab.controllers.stop();
    const [pod = {}] = lab.fake.all(PODS).filter((body) => textAt(body, 'metadata', 'namespace') === 'karpenter-test');
    lab.fake.put(PODS, { metadata: { namespace: 'karpenter-test', name: textAt(pod, 'metadata', 'name') ?? '' }, status: { phase: 'Pending' } });
    const result = await verify();
    expect(failures(result)).toEqual(['pods running']);
    expect(observed(result, 'pods running')?.evidence).toEqual(expect.arrayContaining(['4 of 5 pods Running', expect.stringMatching(/^Of 5 pods of inflate there are: /)]));
  });

  test('fails when a NodeClaim has not come to its end, with the condition that holds it', async () => {
    await scaled(5);
    for (const claim of lab.fake.all(NODE_CLAIMS)) {
      lab.fake.put(NODE_CLAIMS, { metadata: { name: textAt(claim, 'metadata', 'name') ?? '' }, status: { conditions: [
        { type: 'Launched', status: 'True' }, { type: 'Registered', status: 'True' }, { type: 'Initialized', status: 'Unknown', reason: 'ResourceNotRegistered' },
      ] } });
    }
    const result = await verify();
    expect(failures(result)).toEqual(['NodeClaims']);
    expect(observed(result, 'NodeClaims')?.evidence.at(-1)).toMatch(/is not Initialized: Initialized is Unknown: ResourceNotRegistered$/);
  });

  test('fails when the node is spot and the lab allows on-demand only', async () => {
    await scaled(5, { nodePool: { template: { spec: { requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }] } } } });
    const result = await verify();
    expect(failures(result)).toEqual(['capacity type']);
    expect(observed(result, 'capacity type')?.evidence).toEqual([expect.stringMatching(/is spot; the lab's NodePool allows on-demand$/)]);
  });

  test('fails when the node lacks a label that the exercise depends on', async () => {
    await scaled(5, { withoutLabels: ['karpenter.sh/initialized'] });
    const result = await verify();
    expect(failures(result)).toEqual(['node labels']);
    expect(observed(result, 'node labels')?.evidence).toContainEqual(expect.stringMatching(/lacks karpenter.sh\/initialized$/));
  });

  test('does not fail of a log that was rotated or may not be read: the NodeClaim is the proof', async () => {
    await scaled(5);
    lab.fake.refuse({ method: 'GET', path: /\/log$/, status: 403, message: 'pods/log is forbidden' });
    const result = await verify();
    expect(result.verdict).toBe('passed');
    expect(observed(result, 'launch log')).toMatchObject({ outcome: 'unknown', evidence: [expect.stringContaining('pods/log is forbidden')] });
  });

  test('shows of the log the launches of the exercise\'s nodes, and no others', async () => {
    await scaled(5);
    lab.fake.log({ namespace: 'kube-system', name: 'karpenter-1' }, 'controller', JSON.stringify({ level: 'INFO', message: 'launched nodeclaim', NodeClaim: { name: 'of-another-1' } }));
    expect(observed(await verify(), 'launch log')).toMatchObject({ outcome: 'pass', evidence: [expect.stringMatching(/^default-\d+: /)] });
  });

  test('fails when the API server is lost while the log is read', async () => {
    await scaled(5);
    const lost = new LabError({ code: 'KubernetesUnreachable', message: 'The Kubernetes API does not answer.', received: lab.fake.url, remedy: 'Start it.' });
    jest.spyOn(lab.api, 'logs').mockRejectedValue(lost);
    await expect(verify()).rejects.toBe(lost);
  });

  test('does not fail of a log that tells of other launches only', async () => {
    await scaled(5);
    for (const pod of lab.fake.all(PODS).filter((body) => textAt(body, 'metadata', 'name') === 'karpenter-1')) {
      lab.fake.put(PODS, { ...pod, metadata: { ...pod['metadata'] as JsonObject, name: 'karpenter-2' } });
    }
    lab.fake.remove(PODS, { namespace: 'kube-system', name: 'karpenter-1' });
    lab.fake.log({ namespace: 'kube-system', name: 'karpenter-2' }, 'controller', '{"level":"INFO","message":"Starting workers"}');
    expect(observed(await verify(), 'launch log')).toMatchObject({ outcome: 'unknown', evidence: [expect.stringMatching(/^No line for default-\d+: the log was rotated/)] });
  });

  test('fails when the API server refuses to show the nodes', async () => {
    await scaled(5);
    lab.fake.refuse({ method: 'GET', path: /\/nodes$/, status: 403, message: 'nodes is forbidden' });
    await expect(verify()).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
  });
});
