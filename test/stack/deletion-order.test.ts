import type { TemplateResource } from '../../lib/assembly/intrinsics';
import type { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import { synthLab } from '../support/synth-lab';

/** CloudFormation deletes a resource only after everything that depends on it is gone. */
describe('the order in which CloudFormation deletes the lab', () => {
  let stack: SynthesizedStack;

  beforeAll(async () => {
    ({ synthesized: stack } = await synthLab({ 'class.students': 21, 'admins': ['arn:aws:iam::111122223333:role/instructor', 'arn:aws:iam::111122223333:user/assistant'] }));
  });

  const at = (path: RegExp): readonly TemplateResource[] => {
    const found = [...stack.resources.values()].filter((resource) => path.test(resource.constructPath ?? ''));
    if (found.length === 0) throw new Error(`no resource at ${path.source}`);
    return found;
  };

  const PLACES = {
    'drain guard': /\/DrainGuard\/Resource\//,
    'guard\'s own parts': /\/DrainGuard\/(Role|OnEvent|IsComplete|Framework|Provider)/,
    'guard\'s rights in Kubernetes': /\/DrainGuard\/Access\/Rbac\//,
    'access entry of the guard': /\/DrainGuard\/Access\/AccessEntry$/,
    'access entries of admins': /\/Admin-[^/]+\/Resource$/,
    'add-ons': /\/AddOn-[^/]+$/,
    'role of the EBS CSI driver': /\/AddOn-aws-ebs-csi-driver-Role\//,
    'inflate': /\/LabObjects\/Inflate\//,
    'kube-ops-view': /\/LabObjects\/KubeOpsView\//,
    'seats': /\/LabObjects\/Seats\d+\//,
    'what seats share': /\/LabObjects\/Class\//,
    'NodePool': /\/LabObjects\/NodePool\//,
    'EC2NodeClass': /\/LabObjects\/EC2NodeClass\//,
    'Karpenter chart': /\/Karpenter\/Chart\//,
    'CRD chart': /\/Karpenter\/CrdChart\//,
    'node role': /\/Karpenter\/NodeRole\/Role\//,
    'access entry of the node role': /\/Karpenter\/NodeRole\/AccessEntry\//,
    'Pod Identity association': /\/Karpenter\/PodIdentity\/Association$/,
    'controller role': /\/Karpenter\/PodIdentity\/Role\//,
    'controller policies': /\/Karpenter\/ControllerPolicies\//,
    'interruption queue, its policy and rules': /\/Karpenter\/Interruption\//,
    'Pod Identity agent': /\/AddOn-eks-pod-identity-agent$/,
    'node group': /\/Nodegroupsystem/,
    'node group role': /\/SystemNodeRole\//,
    'launch template': /\/system-lt\//,
    'NAT gateways': /\/NATGateway$/,
    'default routes': /\/DefaultRoute$/,
    'route table associations': /\/RouteTableAssociation$/,
    'kubectl handler': /\/KubectlProvider\/Handler\/Resource$/,
    'kubectl handler role': /\/KubectlHandler\/Role\//,
    'way of the kubectl handler to the API': /\/KubectlHandler\/ToKubernetesApi$/,
    'access entry of the kubectl handler': /\/ClusterAdminRoleAccess\//,
    'cluster': /^[^/]+\/karpenter-lab\/Resource$/,
    'cluster role': /^[^/]+\/karpenter-lab\/Role\/Resource$/,
    'control-plane log group': /\/ControlPlaneLogs\//,
    'subnets of nodes and control plane': /\/PrivateSubnet\d\/Subnet$/,
    'public subnets': /\/PublicSubnet\d\/Subnet$/,
    'VPC': /\/Vpc\/Resource$/,
  } as const;
  type Place = keyof typeof PLACES;

  const resourcesAt = (place: Place) => at(PLACES[place]);

  it.each<[first: Place, then: Place, why: string]>([
    ...([
      'what seats share', 'NodePool', 'EC2NodeClass', 'Karpenter chart', 'CRD chart', 'node role', 'access entry of the node role', 'Pod Identity association',
      'controller role', 'controller policies', 'interruption queue, its policy and rules', 'Pod Identity agent', 'node group',
      'NAT gateways', 'default routes', 'route table associations', 'cluster', 'VPC',
    ] as const).map((place): [Place, Place, string] => ['drain guard', place, 'Karpenter drains with it']),
    ...(['add-ons', 'role of the EBS CSI driver'] as const).map((place): [Place, Place, string] => ['drain guard', place, 'volumes go while their controller lives']),
    ...([
      'guard\'s own parts', 'guard\'s rights in Kubernetes', 'access entry of the guard', 'way of the kubectl handler to the API',
    ] as const).map((place): [Place, Place, string] => ['drain guard', place, 'the guard works with it']),
    ['drain guard', 'access entries of admins', 'who clears what holds the drain must get in'],
    ['guard\'s rights in Kubernetes', 'kubectl handler', 'it is deleted by it'],
    ['guard\'s rights in Kubernetes', 'access entry of the kubectl handler', 'it is deleted with it'],
    ...(['NAT gateways', 'default routes', 'route table associations'] as const).map((place): [Place, Place, string] =>
      ['guard\'s rights in Kubernetes', place, 'the kubectl handler finds the cluster through them']),
    ['guard\'s rights in Kubernetes', 'node group', 'on the way up they wait until EKS lets the kubectl handler in'],
    ['access entry of the guard', 'cluster', 'it is part of the cluster'],
    ['inflate', 'NodePool', 'nodes must be empty before they drain'],
    ['kube-ops-view', 'NodePool', 'a workload goes before what could run it'],
    ['drain guard', 'seats', 'it says what students had made, and kubectl, whose time is short, finds them empty'],
    ['seats', 'what seats share', 'while a seat is there, its rules and its rights are'],
    ['what seats share', 'NodePool', 'its NodePools need the same EC2NodeClass'],
    ['NodePool', 'EC2NodeClass', 'a NodeClaim needs its class to terminate'],
    ['EC2NodeClass', 'Karpenter chart', 'only the controller removes instance profiles and launch templates'],
    ['NodePool', 'Karpenter chart', 'only the controller terminates instances'],
    ['Karpenter chart', 'CRD chart', 'without its CRDs the controller forgets its NodeClaims'],
    ...([
      'node role', 'access entry of the node role', 'Pod Identity association', 'controller role', 'controller policies',
      'interruption queue, its policy and rules', 'Pod Identity agent', 'node group', 'NAT gateways', 'default routes',
      'route table associations', 'kubectl handler', 'kubectl handler role', 'way of the kubectl handler to the API',
      'access entry of the kubectl handler',
    ] as const).map((place): [Place, Place, string] => ['Karpenter chart', place, 'the controller works with it to its last minute']),
    ...([
      'NAT gateways', 'default routes', 'route table associations', 'kubectl handler', 'kubectl handler role',
      'way of the kubectl handler to the API', 'access entry of the kubectl handler',
    ] as const).map((place): [Place, Place, string] => ['CRD chart', place, 'it is deleted by way of it']),
    ['CRD chart', 'Pod Identity agent', 'on the way up it waits until EKS lets the kubectl handler in'],
    ['kubectl handler', 'kubectl handler role', 'Lambda gives back its network interface with it'],
    ['node group', 'default routes', 'nodes drain through them'],
    ['node group', 'NAT gateways', 'nodes drain through them'],
    ['node group', 'node group role', 'EKS terminates instances of the group with it'],
    ['node group', 'launch template', 'the group is made from it'],
    ['access entry of the node role', 'cluster', 'it is part of the cluster'],
    ['Pod Identity association', 'cluster', 'it is part of the cluster'],
    ['node group', 'cluster', 'it is part of the cluster'],
    ['way of the kubectl handler to the API', 'cluster', 'its security group is made by EKS'],
    ['cluster', 'subnets of nodes and control plane', 'its network interfaces are in there'],
    ['cluster', 'cluster role', 'EKS removes network interfaces with it'],
    ['cluster', 'control-plane log group', 'EKS would make the group anew'],
    ['public subnets', 'VPC', 'they are part of it'],
    ['subnets of nodes and control plane', 'VPC', 'they are part of it'],
  ])('removes %s before %s: %s', (first, then) => {
    const missing = resourcesAt(first).flatMap((earlier) =>
      resourcesAt(then)
        .filter((later) => !stack.graph.dependsOn(earlier.logicalId, later.logicalId))
        .map((later) => `${earlier.logicalId} -> ${later.logicalId}`));
    expect(missing).toEqual([]);
  });

  it('begins with the drain guard: nothing has to go before it', () => {
    const [guard] = resourcesAt('drain guard');
    expect([...stack.graph.dependentsOf(guard?.logicalId ?? '')]).toEqual([]);
  });

  it('does not make the exercise wait for the guard, nor the guard for the exercise', () => {
    const [guard] = resourcesAt('drain guard');
    const before = stack.graph.allDependenciesOf(guard?.logicalId ?? '');
    expect([...resourcesAt('inflate'), ...resourcesAt('kube-ops-view')].filter(({ logicalId }) => before.has(logicalId))).toEqual([]);
  });

  it('keeps the guard\'s rights until the guard has made its last pass', () => {
    const rights = resourcesAt('guard\'s rights in Kubernetes');
    const [guard] = resourcesAt('drain guard');
    expect(rights.map(({ logicalId }) => [...stack.graph.dependentsOf(logicalId)])).toEqual(rights.map(() => [guard?.logicalId]));
  });

  it('has no circle', () => {
    expect(stack.graph.topologicalOrder()).toHaveLength(stack.resources.size);
  });

  it('does not make the control plane wait for a NAT gateway or a route', () => {
    const [cluster] = resourcesAt('cluster');
    const before = stack.graph.allDependenciesOf(cluster?.logicalId ?? '');
    const waitedFor = [...before].map((logicalId) => stack.resources.get(logicalId)?.type);
    expect(waitedFor).not.toEqual([]);
    expect(waitedFor).not.toContain('AWS::EC2::NatGateway');
    expect(waitedFor).not.toContain('AWS::EC2::Route');
    expect(waitedFor).not.toContain('AWS::EC2::EIP');
  });

  it('installs the CRDs beside the node group, not after it', () => {
    const [nodeGroup] = resourcesAt('node group');
    expect(resourcesAt('CRD chart').map(({ logicalId }) => stack.graph.dependsOn(logicalId, nodeGroup?.logicalId ?? ''))).toEqual([false]);
  });

  it('makes whatever calls Kubernetes wait for more than the access entry: for an add-on or nodes', () => {
    const calls = [...stack.resourcesOfType('Custom::AWSCDK-EKS-HelmChart'), ...stack.resourcesOfType('Custom::AWSCDK-EKS-KubernetesResource')];
    const slow = ['AWS::EKS::Addon', 'AWS::EKS::Nodegroup'];
    const early = calls.filter(({ logicalId }) =>
      ![...stack.graph.allDependenciesOf(logicalId)].some((needed) => slow.includes(stack.resources.get(needed)?.type ?? '')));
    expect(early.map(({ logicalId }) => logicalId)).toEqual([]);
    expect(calls).toHaveLength(10);
  });

  it('builds the kubectl handler beside the control plane, not after it', () => {
    const [handler] = resourcesAt('kubectl handler');
    const before = stack.graph.allDependenciesOf(handler?.logicalId ?? '');
    expect([...before].map((logicalId) => stack.resources.get(logicalId)?.type)).not.toContain('AWS::EKS::Cluster');
  });
});
