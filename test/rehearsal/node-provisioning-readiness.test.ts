/** @jest-environment ./test/support/kubernetes-client-environment.js */
import type { JsonObject } from '../../lib/json';
import { EC2_NODE_CLASSES, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { ignoreProgress } from '../../lib/progress';
import { type Finding, Findings } from '../../lib/rehearsal/findings';
import { waitForNodeProvisioning } from '../../lib/rehearsal/node-provisioning-readiness';
import { runContext } from '../../lib/run-context';
import { kubeconfigFile } from '../kubernetes/kubeconfig-file';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';
import { fakeCluster } from './fake-cluster';

/** Milliseconds for a refusal to end the wait: well below the 45 s after which the wait ends anyway. */
const REFUSAL_LIMIT_MS = 20_000;

type ObjectKind = typeof NODE_POOLS | typeof EC2_NODE_CLASSES;

function object(kind: ObjectKind, ...conditions: readonly JsonObject[]): readonly [ObjectKind, JsonObject] {
  return [kind, { metadata: { name: 'default' }, status: { conditions: [...conditions] } }];
}

function condition(type: string, status: string, message = ''): JsonObject {
  return { type, status, reason: type, message };
}

describe('waiting for Karpenter to accept the NodePool', () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });

  afterEach(() => fake.stop());

  async function wait(objects: readonly (readonly [ObjectKind, JsonObject])[], onProgress = ignoreProgress, found?: Omit<Finding, 'at'>): Promise<void> {
    for (const [kind, body] of objects) fake.put(kind, body);
    const cluster = fakeCluster();
    if (found !== undefined) new Findings(cluster.paths.findingsFile).report(found);
    const paths = { ...cluster.paths, kubeconfig: kubeconfigFile({ server: fake.url }) };
    await waitForNodeProvisioning({ ...cluster, paths }, runContext({ onProgress }), 0.1);
  }

  it('ends when both objects are ready', async () => {
    await expect(wait([object(NODE_POOLS, condition('Ready', 'True')), object(EC2_NODE_CLASSES, condition('Ready', 'True'))])).resolves.toBeUndefined();
  });

  it('goes on when they become ready, and says what kept them', async () => {
    const details: string[] = [];
    fake.put(NODE_POOLS, object(NODE_POOLS, condition('Ready', 'True'))[1]);
    await wait([object(EC2_NODE_CLASSES, condition('AMIsReady', 'Unknown', 'looking'))], ({ detail }) => {
      if (detail === undefined || details.includes(detail)) return;
      details.push(detail);
      fake.put(...object(EC2_NODE_CLASSES, condition('Ready', 'True')));
    });
    expect(details).toEqual(['EC2NodeClass default: AMIsReady is Unknown: looking', 'EC2NodeClass default, NodePool default']);
  });

  it('fails when Karpenter keeps saying no, with the reason that it gives', async () => {
    await expect(wait([
      object(NODE_POOLS, condition('NodeClassReady', 'False', 'NodeClass is not ready'), condition('Ready', 'False')),
      object(EC2_NODE_CLASSES, condition('SubnetsReady', 'False', 'SubnetSelector did not match any Subnets'), condition('Ready', 'False')),
    ])).rejects.toMatchObject({
      code: 'NodeClassNotReady',
      received: 'EC2NodeClass default',
      message: expect.stringContaining('SubnetsReady is False: SubnetSelector did not match any Subnets'),
    });
  }, REFUSAL_LIMIT_MS);

  it('fails when IAM has refused what Karpenter needs, with the refusal first, though Karpenter has not decided', async () => {
    const denied = { kind: 'access-denied', resource: 'KarpenterRole', expected: 'ssm:GetParameter on arn:aws:ssm:::parameter/aws is allowed', found: 'no statement allows ssm:GetParameter' } as const;
    await expect(wait([object(EC2_NODE_CLASSES, condition('AMIsReady', 'Unknown', 'looking'))], ignoreProgress, denied)).rejects.toMatchObject({
      code: 'NodeClassNotReady',
      message: expect.stringMatching(/^KarpenterRole: no statement allows ssm:GetParameter; expected: .*is allowed\. Karpenter does not accept EC2NodeClass default: /),
    });
  }, REFUSAL_LIMIT_MS);

  it('fails when a selector finds nothing, with what it looks for', async () => {
    const [kind, nodeClass] = object(EC2_NODE_CLASSES, condition('SubnetsReady', 'False', 'SubnetSelector did not match any Subnets'));
    const spec = { subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'lab' } }] };
    await expect(wait([object(NODE_POOLS), [kind, { ...nodeClass, spec }]])).rejects.toMatchObject({
      message: expect.stringContaining('no subnet matches karpenter.sh/discovery=lab'),
    });
  }, REFUSAL_LIMIT_MS);
});
