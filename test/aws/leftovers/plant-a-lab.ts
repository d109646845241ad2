import type { LabNames } from '../../../lib/aws/leftovers/leftover';
import type { Planter } from './planted';

type Tags = Readonly<Record<string, string>>;

/** Tags of what Karpenter makes for a cluster. */
export const karpenterTags = (clusterName: string): Tags => ({
  'eks:eks-cluster-name': clusterName,
  [`kubernetes.io/cluster/${clusterName}`]: 'owned',
  'karpenter.sh/nodepool': 'default',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
});

const claimTags = (clusterName: string): Tags => ({
  KubernetesCluster: clusterName, 'kubernetes.io/created-for/pvc/name': 'data', 'kubernetes.io/created-for/pvc/namespace': 'default',
});

const cniTags = (clusterName: string): Tags => ({
  'cluster.k8s.amazonaws.com/name': clusterName, 'eks:eni:owner': 'amazon-vpc-cni', 'node.k8s.amazonaws.com/instance_id': 'i-0123456789abcdef0',
});

const eksGroupTags = (clusterName: string): Tags => ({ 'aws:eks:cluster-name': clusterName, [`kubernetes.io/cluster/${clusterName}`]: 'owned' });

/** Leaves of every kind what the lab can leave: several of a kind, and in the ways that different controllers tag it. */
export async function plantLeftovers(planter: Planter, { clusterName: name, region, stackName }: LabNames): Promise<void> {
  await planter.instance(true, 'launched by Karpenter', { ...karpenterTags(name), 'karpenter.sh/nodeclaim': 'default-abcde' });
  await planter.instance(true, 'launched by Karpenter, and not joined yet', karpenterTags(name));
  await planter.instance(true, 'launched for a NodePool of a student', { ...karpenterTags(name), 'karpenter.sh/nodepool': 'students' });
  await planter.volume(true, 'of an instance of Karpenter\'s', karpenterTags(name));
  await planter.volume(true, 'made by the EBS CSI driver for a claim', claimTags(name));
  await planter.volume(true, 'made for a claim by an older driver', { [`kubernetes.io/cluster/${name}`]: 'owned', 'kubernetes.io/created-for/pvc/name': 'old' });
  await planter.launchTemplate(true, 'made by Karpenter', 'karpenter.k8s.aws/1', karpenterTags(name));
  await planter.launchTemplate(true, 'made by Karpenter, the second', 'karpenter.k8s.aws/2', karpenterTags(name));
  await planter.instanceProfile(true, 'made by Karpenter, with its role in it', `/karpenter/${region}/${name}/a1b2/`, `${name}_1`);
  await planter.instanceProfile(true, 'made by Karpenter, the second', `/karpenter/${region}/${name}/c3d4/`, `${name}_2`);
  const clusterGroup = await planter.securityGroup(true, 'made by EKS', `eks-cluster-sg-${name}-1`, eksGroupTags(name));
  const balancerGroup = await planter.securityGroup(true, 'made for a Service', 'k8s-elb-a1b2c3', { [`kubernetes.io/cluster/${name}`]: 'owned' });
  await planter.securityGroup(true, 'made for an Ingress', `k8s-traffic-${name}-1`, { 'elbv2.k8s.aws/cluster': name });
  await planter.guardDuty(true, 'made by GuardDuty in the VPC of the stack', stackName, region);
  await planter.refer(clusterGroup, balancerGroup);
  await planter.refer(balancerGroup, clusterGroup);
  await planter.networkInterface(true, 'left by the VPC CNI', cniTags(name));
  await planter.networkInterface(true, 'left by the VPC CNI, the second', cniTags(name));
  await planter.networkInterface(true, 'left by a VPC CNI that writes no cluster', { 'eks:eni:owner': 'amazon-vpc-cni' }, { groupId: clusterGroup });
  await planter.loadBalancer(true, 'of an Ingress', 'k8s-ingress', { 'elbv2.k8s.aws/cluster': name });
  await planter.loadBalancer(true, 'of a Service', 'k8s-service', { [`kubernetes.io/cluster/${name}`]: 'owned' });
  await planter.classicLoadBalancer(true, 'of a Service', 'a1b2c3d4', { [`kubernetes.io/cluster/${name}`]: 'owned', 'kubernetes.io/service-name': 'default/web' });
  await planter.logGroup(true, 'made again by EKS', `/aws/eks/${name}/cluster`);
  await planter.stackWithLogs(true, 'made again by a function of the stack that is gone', stackName, true);
}

/** Plants what looks like the lab's and is another's, or nobody's. */
export async function plantNearMisses(planter: Planter, { clusterName: name, region, stackName }: LabNames): Promise<void> {
  for (const other of [`${name}-2`, `my-${name}`, name.slice(0, -1)]) {
    await planter.instance(false, `of an instance of NodePool default of cluster ${other}`, karpenterTags(other));
    await planter.volume(false, `of cluster ${other}`, karpenterTags(other));
    await planter.volume(false, `of a claim in cluster ${other}`, claimTags(other));
    await planter.launchTemplate(false, `of cluster ${other}`, `karpenter.k8s.aws/${other}`, karpenterTags(other));
    await planter.instanceProfile(false, `of cluster ${other}`, `/karpenter/${region}/${other}/a1b2/`, `${other}_1`);
    await planter.networkInterface(false, `of cluster ${other}`, cniTags(other));
    await planter.securityGroup(false, `of cluster ${other}`, `eks-cluster-sg-${other}-1`, eksGroupTags(other));
    await planter.securityGroup(false, `of a load balancer of cluster ${other}`, `k8s-elb-${other}`, { [`kubernetes.io/cluster/${other}`]: 'owned' });
    await planter.guardDuty(false, `made by GuardDuty in the VPC of stack ${other}`, other, region);
    await planter.loadBalancer(false, `of cluster ${other}`, `k8s-${other}`, { 'elbv2.k8s.aws/cluster': other });
    await planter.classicLoadBalancer(false, `of cluster ${other}`, `classic-${other}`, { [`kubernetes.io/cluster/${other}`]: 'owned' });
    await planter.logGroup(false, `of cluster ${other}`, `/aws/eks/${other}/cluster`);
  }
  await planter.instanceProfile(false, 'of the cluster of this name in another region', `/karpenter/us-east-1/${name}/a1b2/`, `${name}_us`);
  await planter.instance(false, 'of a managed node group of ours', { [`kubernetes.io/cluster/${name}`]: 'owned', 'eks:cluster-name': name, 'eks:nodegroup-name': 'system' });
  const bastion = await planter.instance(false, 'of nobody', {});
  await planter.instance(false, 'with our cluster shared, not owned', { ...karpenterTags('elsewhere'), [`kubernetes.io/cluster/${name}`]: 'shared' });
  await planter.instance(false, 'with our name in the Name only', { Name: name, 'karpenter.sh/nodepool': 'default' });
  await planter.volume(false, 'of nobody', {});
  await planter.volume(false, 'of ours by cluster, but made for no claim', { KubernetesCluster: name });
  await planter.launchTemplate(false, 'of a node group', `eks-${name}`, { 'eks:cluster-name': name });
  await planter.guardDuty(false, 'in the VPC of the stack, but made by hand', stackName, region, 'false');
  await planter.networkInterface(false, 'without a tag', {});
  await planter.networkInterface(false, 'of ours, but made by hand', { 'cluster.k8s.amazonaws.com/name': name }, { description: 'made by hand' });
  await planter.networkInterface(false, 'of ours, and in use', cniTags(name), { attachedTo: bastion });
  await planter.securityGroup(false, 'of ours by tag, but made for no load balancer', 'made-by-hand', { [`kubernetes.io/cluster/${name}`]: 'owned' });
  await planter.securityGroup(false, 'with our name in its name only', `k8s-elb-${name}`, {});
  await planter.loadBalancer(false, 'of nobody', 'untagged', {});
  await planter.loadBalancer(false, 'shared with our cluster', 'shared', { [`kubernetes.io/cluster/${name}`]: 'shared' });
  await planter.classicLoadBalancer(false, 'of nobody', 'untagged', { team: 'web' });
  await planter.logGroup(false, 'of another product', `/aws/containerinsights/${name}/performance`);
  await planter.logGroup(false, 'with a name that goes on', `/aws/eks/${name}`);
  await planter.logGroup(false, 'of a function that no stack of ours made', `/aws/lambda/${stackName}-by-hand`);
  await planter.stackWithLogs(false, 'of a function of a stack whose name begins like ours', `${stackName}-2`, true);
  await planter.stackWithLogs(false, 'of a function of a stack that lives', `${stackName}-live`, false);
}
