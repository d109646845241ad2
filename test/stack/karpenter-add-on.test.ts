import { versions } from '../../lib/config/versions';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

interface Chart {
  readonly Properties: Readonly<Record<string, unknown>> & { readonly Values?: string };
}

describe('Karpenter in the stack', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  const chart = (release: string, { template }: SynthesizedLab = lab): Chart => {
    const [found, ...others] = Object.values(template.findResources('Custom::AWSCDK-EKS-HelmChart', { Properties: { Release: release } }));
    expect(others).toEqual([]);
    return found as Chart;
  };

  it('is two charts of one version', () => {
    expect(chart('karpenter').Properties).toMatchObject({
      Repository: 'oci://public.ecr.aws/karpenter/karpenter', Version: versions.karpenter, Namespace: 'kube-system', Wait: true,
    });
    expect(chart('karpenter-crd').Properties).toMatchObject({
      Repository: 'oci://public.ecr.aws/karpenter/karpenter-crd', Version: versions.karpenter, Namespace: 'kube-system',
    });
  });

  it('is told the cluster, the queue and the region, and may use as much as it asks for', () => {
    expect(JSON.parse(chart('karpenter').Properties.Values ?? '')).toEqual({
      settings: { clusterName: 'karpenter-lab', interruptionQueue: 'karpenter-lab' },
      controller: {
        resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
        env: [{ name: 'AWS_REGION', value: 'ap-northeast-2' }],
      },
      dnsPolicy: 'Default',
    });
  });

  it('has more memory for more than a hundred seats', async () => {
    const large = await synthLab({ 'class.students': 101 });
    expect(JSON.parse(chart('karpenter', large).Properties.Values ?? '')).toMatchObject({
      controller: { resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } } },
    });
  });

  it('is told the region of the lab', async () => {
    const elsewhere = await synthLab({ region: 'eu-west-1', availabilityZones: ['eu-west-1a', 'eu-west-1b'] });
    expect(JSON.parse(chart('karpenter', elsewhere).Properties.Values ?? '')).toMatchObject({ controller: { env: [{ name: 'AWS_REGION', value: 'eu-west-1' }] } });
  });

  it('has its credentials before its first pod', () => {
    lab.template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', { Namespace: 'kube-system', ServiceAccount: 'karpenter' });
    const { graph } = lab.synthesized;
    const [association] = lab.synthesized.resourcesOfType('AWS::EKS::PodIdentityAssociation');
    const [karpenter] = [...lab.synthesized.resources.values()].filter(({ constructPath }) => constructPath?.includes('/Karpenter/Chart/'));
    expect(graph.dependsOn(karpenter?.logicalId ?? '', association?.logicalId ?? '')).toBe(true);
  });

  it('moves as a whole to another namespace', async () => {
    const moved = await synthLab({ 'karpenter.namespace': 'karpenter' });
    expect(chart('karpenter', moved).Properties).toMatchObject({ Namespace: 'karpenter' });
    expect(chart('karpenter-crd', moved).Properties).toMatchObject({ Namespace: 'karpenter', CreateNamespace: true });
    moved.template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', { Namespace: 'karpenter' });
    moved.template.hasOutput('KarpenterNamespace', { Value: 'karpenter' });
  });

  it('lets its nodes join the cluster', () => {
    const [role] = Object.keys(lab.template.findResources('AWS::IAM::Role', { Properties: { RoleName: 'karpenter-lab-karpenter-node' } }));
    lab.template.hasResourceProperties('AWS::EKS::AccessEntry', {
      Type: 'EC2_LINUX',
      PrincipalArn: { 'Fn::GetAtt': [role, 'Arn'] },
    });
    lab.template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'karpenter-lab-karpenter-node',
      ManagedPolicyArns: ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore']
        .map((policy) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${policy}`]] })),
    });
  });
});
