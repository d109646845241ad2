import { arrayAt, objectAt } from '../../../lib/json';
import { DAEMON_SETS, NODES } from '../../../lib/kubernetes/core-kinds';
import { CloudController } from '../../../lib/rehearsal/ec2/cloud-controller';
import { runContext } from '../../../lib/run-context';
import { waitFor, type Watched } from '../../../lib/wait-for';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { bootingInstance } from './booting';

let kubernetes: FakeKubernetes;
let ending: AbortController;

beforeEach(async () => {
  kubernetes = await FakeKubernetes.start();
  ending = new AbortController();
});

afterEach(async () => {
  ending.abort();
  await kubernetes.stop();
});

const INSTANCE = bootingInstance();
const NODE = { name: INSTANCE.privateDnsName };
const cluster = () => ({ name: 'karpenter-lab', endpoint: kubernetes.url, securityGroupIds: [], controllers: kubernetes.api() });
const controller = () => new CloudController({ region: 'ap-northeast-2', run: runContext({ signal: ending.signal }) }, { list: () => Promise.resolve([cluster()]) });

const register = (labels: Readonly<Record<string, string>> = {}, name = NODE.name, id = INSTANCE.id): void => {
  kubernetes.put(NODES, {
    metadata: { name, labels },
    spec: {
      providerID: `aws:///ap-northeast-2b/${id}`,
      taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }, { key: 'karpenter.sh/unregistered', effect: 'NoExecute' }],
    },
  });
};
const ebsDriver = (): void => {
  kubernetes.put(DAEMON_SETS, { metadata: { namespace: 'kube-system', name: 'ebs-csi-node' } });
};
const labels = () => objectAt(kubernetes.find(NODES, NODE), 'metadata', 'labels');

describe('the cloud controller', () => {
  it('completes a node that has registered, and takes its own taint away', async () => {
    register({ 'eks-team': 'my-team' });
    await controller().initialize(INSTANCE, cluster());
    expect(labels()).toMatchObject({ 'eks-team': 'my-team', 'node.kubernetes.io/instance-type': 'c5a.2xlarge', 'topology.kubernetes.io/zone': 'ap-northeast-2b' });
    expect(labels()).not.toHaveProperty(['topology.ebs.csi.aws.com/zone']);
    expect(arrayAt(kubernetes.find(NODES, NODE), 'spec', 'taints')).toEqual([{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }]);
  });

  it('tries again when somebody else changes the node meanwhile', async () => {
    register();
    kubernetes.refuse({ method: 'PATCH', path: /nodes/, status: 409, reason: 'Conflict', message: 'changed', times: 2 });
    await controller().initialize(INSTANCE, cluster());
    expect(labels()).toHaveProperty(['topology.kubernetes.io/region'], 'ap-northeast-2');
  });

  it('passes on what the EBS CSI driver says of a node, where it runs', async () => {
    ebsDriver();
    register();
    await controller().initialize(INSTANCE, cluster());
    expect(labels()).toHaveProperty(['topology.ebs.csi.aws.com/zone'], 'ap-northeast-2b');
  });

  it('passes it on for nodes that were there before the driver', async () => {
    register({ 'topology.kubernetes.io/zone': 'ap-northeast-2a' });
    const following = controller().followEbsDriver(0.05);
    const changes: Watched = { onChange: (listener) => kubernetes.onChange(listener) };
    const labeled = waitFor(() => labels()['topology.ebs.csi.aws.com/zone'] === 'ap-northeast-2a', { what: 'the label', deadlineSeconds: 10, on: [changes], describeMissing: () => [] });
    ebsDriver();
    await labeled;
    ending.abort(new Error('the account ends'));
    await expect(following).rejects.toThrow('the account ends');
  });

  it('deletes the node of an instance that is gone, and no other', async () => {
    register();
    register({}, 'other', 'i-0other');
    await controller().forget(INSTANCE.id);
    expect(kubernetes.find(NODES, NODE)).toBeUndefined();
    expect(kubernetes.find(NODES, { name: 'other' })).toBeDefined();
  });
});
