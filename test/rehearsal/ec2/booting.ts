import type { BootingInstance } from '../../../lib/rehearsal/ec2/boot/booting-instance';

/** An instance of Karpenter's that boots, as the exercise has one. */
export function bootingInstance(changes: Partial<BootingInstance> = {}): BootingInstance {
  return {
    id: 'i-02fd00557cbb11e88',
    type: 'c5a.2xlarge',
    zone: 'ap-northeast-2b',
    zoneId: 'apne2-az2',
    vpcId: 'vpc-1',
    subnetId: 'subnet-b',
    securityGroupIds: ['sg-cluster'],
    privateIp: '10.11.72.27',
    privateDnsName: 'ip-10-11-72-27.ap-northeast-2.compute.internal',
    isPublic: false,
    instanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/karpenter/lab_profile',
    image: { kubernetesVersion: '1.35', architecture: 'x86_64', variant: 'standard', release: 'v20260917' },
    volumeGiB: 20,
    userData: '',
    tags: { 'karpenter.sh/nodepool': 'default' },
    ...changes,
  };
}

/** User data with the NodeConfig of a cluster. */
export function userDataFor(cluster: { readonly name?: string; readonly apiServerEndpoint: string; readonly certificateAuthority?: string }): string {
  return `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: ${JSON.stringify({ cluster: { name: 'karpenter-lab', ...cluster } })}\n`;
}
