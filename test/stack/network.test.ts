import { Match } from 'aws-cdk-lib/assertions';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

interface SubnetProperties {
  readonly CidrBlock: string;
  readonly AvailabilityZone: string;
  readonly MapPublicIpOnLaunch: boolean;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

const subnetsOf = ({ template }: SynthesizedLab): readonly SubnetProperties[] =>
  Object.values(template.findResources('AWS::EC2::Subnet')).map((resource) => (resource as { readonly Properties: SubnetProperties }).Properties);

const tag = (subnet: SubnetProperties, key: string) => subnet.Tags.find(({ Key }) => Key === key)?.Value;
const isPrivate = (subnet: SubnetProperties) => tag(subnet, 'aws-cdk:subnet-type') === 'Private';

describe('the network', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('has a large private and a small public subnet in each Availability Zone', () => {
    const rows = subnetsOf(lab).map((subnet) => [subnet.AvailabilityZone, isPrivate(subnet) ? 'private' : 'public', subnet.CidrBlock]);
    expect(rows).toEqual([
      ['ap-northeast-2a', 'private', '10.11.0.0/18'],
      ['ap-northeast-2b', 'private', '10.11.64.0/18'],
      ['ap-northeast-2c', 'private', '10.11.128.0/18'],
      ['ap-northeast-2a', 'public', '10.11.192.0/24'],
      ['ap-northeast-2b', 'public', '10.11.193.0/24'],
      ['ap-northeast-2c', 'public', '10.11.194.0/24'],
    ]);
  });

  it('lets Karpenter discover the private subnets and no other', () => {
    const discovered = subnetsOf(lab).filter((subnet) => tag(subnet, 'karpenter.sh/discovery') === 'karpenter-lab');
    expect(discovered).toEqual(subnetsOf(lab).filter(isPrivate));
    expect(discovered).toHaveLength(3);
  });

  it('gives no instance a public address by itself', () => {
    expect(subnetsOf(lab).map((subnet) => subnet.MapPublicIpOnLaunch)).not.toContain(true);
  });

  it('has one NAT gateway unless asked for more', async () => {
    lab.template.resourceCountIs('AWS::EC2::NatGateway', 1);
    (await synthLab({ natGateways: 3 })).template.resourceCountIs('AWS::EC2::NatGateway', 3);
  });

  it('gives nodes and pods DNS names in the VPC', () => {
    lab.template.hasResourceProperties('AWS::EC2::VPC', {
      CidrBlock: '10.11.0.0/16',
      EnableDnsHostnames: true,
      EnableDnsSupport: true,
    });
  });

  it('fits a smaller VPC and two Availability Zones', async () => {
    const small = await synthLab({ vpcCidr: '10.20.0.0/20', availabilityZones: 'ap-northeast-2a,ap-northeast-2c' });
    expect(subnetsOf(small).map(({ CidrBlock }) => CidrBlock)).toEqual(['10.20.0.0/22', '10.20.4.0/22', '10.20.8.0/24', '10.20.9.0/24']);
  });

  it('opens no security group to the internet', () => {
    for (const group of Object.values(lab.template.findResources('AWS::EC2::SecurityGroup'))) {
      expect(group).not.toHaveProperty('Properties.SecurityGroupIngress');
    }
    lab.template.allResourcesProperties('AWS::EC2::SecurityGroupIngress', { CidrIp: Match.absent(), CidrIpv6: Match.absent() });
  });
});
