import { versions } from '../../lib/config/versions';
import { concernsOf } from '../../lib/plan/concern-of-resource';
import { describeConcerns } from '../../lib/plan/concerns';
import { cluster, nodePool, resource, smallLabView } from '../assembly/small-lab';

describe('concerns', () => {
  const lab = smallLabView();

  test('hold every resource of the template exactly once', () => {
    const counts = describeConcerns(lab).map(({ resourceCount }) => resourceCount);

    expect([...concernsOf(lab).keys()]).toEqual([...lab.stack.resources.keys()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(lab.stack.resources.size);
  });

  test.each([
    ['Nat', 'Network'],
    ['Cluster', 'Cluster'],
    ['ClusterRole', 'Cluster'],
    ['ClusterLogs', 'Cluster'],
    ['Nodes', 'System nodes'],
    ['NodeRole', 'System nodes'],
    ['NodeTemplate', 'System nodes'],
    ['Dns', 'Add-ons'],
    ['Queue', 'Karpenter'],
    ['QueuePolicy', 'Karpenter'],
    ['ControllerPolicy', 'Karpenter'],
    ['ControllerRole', 'Karpenter'],
    ['ControllerIdentity', 'Karpenter'],
    ['KarpenterNodeEntry', 'Karpenter'],
    ['KarpenterNodeRole', 'Karpenter'],
    ['Crds', 'Karpenter'],
    ['NodeClass', 'Karpenter'],
    ['Exercise', 'Exercise'],
    ['Viewer', 'Tools in the cluster'],
    ['InstructorEntry', 'Access'],
    ['Handler', 'Deployment tools'],
    ['HandlerRole', 'Deployment tools'],
  ])('count %s to %s', (logicalId, concern) => {
    expect(concernsOf(lab).get(logicalId)).toBe(concern);
  });

  test('count what nothing uses to the others', () => {
    const stray = smallLabView({ Stray: resource('AWS::SNS::Topic') });

    expect(concernsOf(stray).get('Stray')).toBe('Other');
    expect(describeConcerns(stray).at(-1)).toEqual(expect.objectContaining({ name: 'Other', resourceCount: 1 }));
  });

  test('say in words what will be created', () => {
    const lines = Object.fromEntries(describeConcerns(lab).map((concern) => [concern.name, concern.lines]));

    expect(lines).toEqual({
      'Network': [
        'VPC 10.11.0.0/16 in ap-northeast-2a and b, 1 NAT gateway',
        '2 private subnets with 32,758 addresses, 1 public subnet with 251 addresses',
      ],
      'Cluster': ['Kubernetes 1.35, standard support, API open to 203.0.113.0/24 and the VPC, 7 days of logs'],
      'System nodes': ['2 x t3.medium in a managed node group, 30 GiB gp3 each'],
      'Add-ons': ['vpc-cni 1.0.0, kube-proxy 1.0.0, coredns 1.0.0'],
      'Karpenter': [
        `Charts karpenter ${versions.karpenter} and karpenter-crd ${versions.karpenter} in kube-system`,
        '1 queue fed by 0 EventBridge rules',
        'NodePool default: c, m, r generation 5+, amd64, on-demand, at most cpu 100 and memory 400Gi',
        'EC2NodeClass default: al2023@v20260917',
      ],
      'Exercise': ['Deployment inflate in karpenter-test: 0 replicas of 1 CPU'],
      'Tools in the cluster': ['Deployment viewer in kube-system'],
      'Access': [
        'AmazonEKSClusterAdminPolicy for the HandlerRole',
        'AmazonEKSClusterAdminPolicy for arn:aws:iam::111122223333:role/instructor',
      ],
      'Deployment tools': ['1 Lambda function with kubectl and helm'],
    });
  });

  test('say that an endpoint is private', () => {
    const [, clusterConcern] = describeConcerns(smallLabView({ Cluster: cluster({ EndpointPublicAccess: false }) }));

    expect(clusterConcern?.lines.join()).toContain('private API');
  });

  test.each([
    [[{ key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c'] }, { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gte', values: ['6'] }], 'c generation 6+'],
    [[{ key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c'] }], 'instance-category In c'],
    [[{ key: 'karpenter.k8s.aws/instance-category', operator: 'NotIn', values: ['t'] }, { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['4'] }], 'instance-category NotIn t, instance-generation Gt 4'],
    [[{ key: 'karpenter.k8s.aws/instance-generation', operator: 'Lt', values: ['8'] }], 'instance-generation Lt 8'],
    [[{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] }, { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] }], 'spot or on-demand, arm64'],
    [[{ key: 'karpenter.k8s.aws/instance-hypervisor', operator: 'In', values: ['nitro'] }], 'no bare metal'],
    [[{ key: 'karpenter.k8s.aws/instance-hypervisor', operator: 'In', values: ['nitro', 'xen'] }], 'instance-hypervisor In nitro, xen'],
    [[{ key: 'kubernetes.io/os', operator: 'In', values: ['windows'] }], 'os In windows'],
    [[{ key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'DoesNotExist' }], 'instance-gpu-name DoesNotExist'],
  ])('say what a NodePool requires: %j', (requirements, words) => {
    const karpenter = describeConcerns(smallLabView({ NodePool: nodePool(requirements, {}) })).find(({ name }) => name === 'Karpenter');

    expect(karpenter?.lines).toContain(`NodePool default: ${words}`);
  });
});
