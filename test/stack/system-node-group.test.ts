import { Match } from 'aws-cdk-lib/assertions';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

describe('the system node group', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('has two small nodes of the pinned AL2023 release', () => {
    lab.template.hasResourceProperties('AWS::EKS::Nodegroup', {
      InstanceTypes: ['t3.medium'],
      AmiType: 'AL2023_x86_64_STANDARD',
      ReleaseVersion: Match.stringLikeRegexp('^1\\.35\\.\\d+-20\\d{6}$'),
      ScalingConfig: { MinSize: 2, DesiredSize: 2, MaxSize: 3 },
    });
  });

  it('answers metadata requests of the host only', () => {
    lab.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } },
    });
  });

  it('has an encrypted disk that goes with its instance', () => {
    lab.template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { Encrypted: true, DeleteOnTermination: true, VolumeType: 'gp3' } }] },
    });
  });

  it('takes the Arm image for an Arm instance type', async () => {
    (await synthLab({ 'systemNodes.instanceType': 't4g.medium' })).template.hasResourceProperties('AWS::EKS::Nodegroup', {
      AmiType: 'AL2023_ARM_64_STANDARD',
    });
  });

  it('runs in the private subnets', () => {
    const [group] = Object.values(lab.template.findResources('AWS::EKS::Nodegroup')) as { readonly Properties: { readonly Subnets: readonly { readonly Ref: string }[] } }[];
    expect(group?.Properties.Subnets.map(({ Ref }) => Ref)).toEqual([
      expect.stringContaining('Private'), expect.stringContaining('Private'), expect.stringContaining('Private'),
    ]);
  });
});
