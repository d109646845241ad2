import { arrayAt, objectAt, textAt } from '../../../../lib/json';
import type { InstanceType } from '../../../../lib/plan/price-table';
import type { NodeConfig } from '../../../../lib/rehearsal/ec2/boot/node-config';
import { cloudLabels, nodeObject } from '../../../../lib/rehearsal/ec2/boot/node-object';
import { seoul } from '../../aws-answers/small-market';
import { bootingInstance } from '../booting';

/** Labels of the node that the exercise shows, without those that Karpenter, as their only author, adds to a registered node. */
const LABELS_OF_THE_EXERCISE = [
  'beta.kubernetes.io/arch', 'beta.kubernetes.io/instance-type', 'beta.kubernetes.io/os', 'eks-team', 'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone', 'k8s.io/cloud-provider-aws', 'karpenter.k8s.aws/ec2nodeclass', 'karpenter.k8s.aws/instance-category',
  'karpenter.k8s.aws/instance-cpu', 'karpenter.k8s.aws/instance-cpu-manufacturer', 'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz',
  'karpenter.k8s.aws/instance-ebs-bandwidth', 'karpenter.k8s.aws/instance-encryption-in-transit-supported', 'karpenter.k8s.aws/instance-family',
  'karpenter.k8s.aws/instance-generation', 'karpenter.k8s.aws/instance-hypervisor', 'karpenter.k8s.aws/instance-memory',
  'karpenter.k8s.aws/instance-network-bandwidth', 'karpenter.k8s.aws/instance-size', 'karpenter.sh/capacity-type', 'karpenter.sh/nodepool',
  'kubernetes.io/arch', 'kubernetes.io/hostname', 'kubernetes.io/os', 'node.kubernetes.io/instance-type', 'topology.k8s.aws/zone-id',
  'topology.kubernetes.io/region', 'topology.kubernetes.io/zone',
];

/** Those of them that Karpenter copies from its NodeClaim once the node is registered. */
const FROM_THE_NODE_CLAIM = LABELS_OF_THE_EXERCISE.filter((label) => label.startsWith('karpenter.k8s.aws/instance-'));

const CONFIG: NodeConfig = {
  clusterName: 'karpenter-lab',
  endpoint: 'https://127.0.0.1:26443',
  certificateAuthority: '',
  maxPods: 58,
  taints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }],
  labels: { 'eks-team': 'my-team', 'karpenter.sh/capacity-type': 'on-demand', 'karpenter.sh/nodepool': 'default', 'karpenter.k8s.aws/ec2nodeclass': 'default' },
};

const C5A: InstanceType | undefined = seoul().instanceTypes.find(({ name }) => name === 'c5a.2xlarge');

const node = (serverVersion = '1.35.8', changes: Parameters<typeof bootingInstance>[0] = {}) => {
  const instance = bootingInstance(changes);
  return nodeObject({ instance, image: instance.image!, config: CONFIG, shape: C5A!, serverVersion });
};

describe('the node of an instance', () => {
  it('has the labels of the exercise, with those of the cloud controller and of the NodeClaim', () => {
    const labels = { ...objectAt(node(), 'metadata', 'labels'), ...cloudLabels(bootingInstance(), 'ap-northeast-2', 'karpenter-lab') };
    expect([...Object.keys(labels), ...FROM_THE_NODE_CLAIM].toSorted()).toEqual(LABELS_OF_THE_EXERCISE);
    expect(labels).toMatchObject({
      'beta.kubernetes.io/instance-type': 'c5a.2xlarge',
      'failure-domain.beta.kubernetes.io/zone': 'ap-northeast-2b',
      'k8s.io/cloud-provider-aws': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      'kubernetes.io/hostname': 'ip-10-11-72-27.ap-northeast-2.compute.internal',
      'topology.k8s.aws/zone-id': 'apne2-az2',
      'topology.kubernetes.io/region': 'ap-northeast-2',
    });
  });

  it('sets no label itself that a kubelet may not set', () => {
    const own = Object.keys(objectAt(node(), 'metadata', 'labels'));
    expect(own.filter((label) => /(^|\.)k8s\.io\//.test(label))).toEqual([]);
  });

  it('is named, and found by its provider id, as on EKS', () => {
    expect(textAt(node(), 'metadata', 'name')).toBe('ip-10-11-72-27.ap-northeast-2.compute.internal');
    expect(textAt(node(), 'spec', 'providerID')).toBe('aws:///ap-northeast-2b/i-02fd00557cbb11e88');
    expect(arrayAt(node(), 'status', 'addresses')).toContainEqual({ type: 'InternalIP', address: '10.11.72.27' });
  });

  it('registers with the taints of its NodeConfig, and with the one that the cloud controller takes away', () => {
    expect(arrayAt(node(), 'spec', 'taints')).toEqual([
      { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' },
      { key: 'karpenter.sh/unregistered', effect: 'NoExecute' },
    ]);
  });

  it('offers pods what Karpenter says in the exercise', () => {
    expect(objectAt(node(), 'status', 'allocatable')).toEqual({ cpu: '7910m', memory: '14162Mi', pods: '58', 'ephemeral-storage': '17Gi' });
  });

  it('has a kubelet of EKS, of the patch that the API server has', () => {
    expect(textAt(node('1.35.8'), 'status', 'nodeInfo', 'kubeletVersion')).toMatch(/^v1\.35\.8-eks-[0-9a-f]{7}$/);
  });

  it('has the kubelet of its image where the API server is of another minor version', () => {
    expect(textAt(node('1.36.2'), 'status', 'nodeInfo', 'kubeletVersion')).toMatch(/^v1\.35\.0-eks-/);
  });
});
