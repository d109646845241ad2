import { completeLaunch, tagsFor, tagSpecification } from '../../../lib/rehearsal/ec2/launch-request';
import { templateLaunch } from '../../../lib/rehearsal/ec2/launch-template';

/** A template as Karpenter makes one: the groups stand in the interface, the subnet in no place. */
const TEMPLATE = templateLaunch({
  ImageId: 'ami-template',
  UserData: 'dXNlciBkYXRh',
  IamInstanceProfile: { Name: 'karpenter-lab_profile' },
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true } }],
  NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-a', 'sg-b'] }],
  SecurityGroupIds: [],
  TagSpecifications: [
    { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'template' }, { Key: 'team', Value: 'my-team' }] },
    { ResourceType: 'network-interface', Tags: [{ Key: 'of', Value: 'lab' }] },
  ],
});

describe('a complete launch', () => {
  it('has all that its template says', () => {
    expect(completeLaunch({ InstanceType: 'c5a.2xlarge' }, TEMPLATE)).toMatchObject({
      InstanceType: 'c5a.2xlarge',
      ImageId: 'ami-template',
      UserData: 'dXNlciBkYXRh',
      IamInstanceProfile: { Name: 'karpenter-lab_profile' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true } }],
    });
  });

  it('follows the request where both say something', () => {
    expect(completeLaunch({ ImageId: 'ami-own', MetadataOptions: { HttpTokens: 'optional' } }, TEMPLATE))
      .toMatchObject({ ImageId: 'ami-own', MetadataOptions: { HttpTokens: 'optional' } });
  });

  it('has the subnet in its interface, which ends with the instance, and the groups beside it', () => {
    const launch = completeLaunch({ SubnetId: 'subnet-1' }, TEMPLATE);
    expect(launch['NetworkInterface']).toEqual([{ DeviceIndex: 0, DeleteOnTermination: 'true', SubnetId: 'subnet-1' }]);
    expect(launch['SecurityGroupId']).toEqual(['sg-a', 'sg-b']);
    expect(launch).not.toHaveProperty('SubnetId');
  });

  it('keeps the interface that the request wants to keep', () => {
    const launch = completeLaunch({ NetworkInterface: [{ DeviceIndex: '0', SubnetId: 'subnet-2', SecurityGroupId: ['sg-c'], DeleteOnTermination: 'false' }] }, TEMPLATE);
    expect(launch['NetworkInterface']).toEqual([{ DeviceIndex: '0', SubnetId: 'subnet-2', DeleteOnTermination: 'false' }]);
    expect(launch['SecurityGroupId']).toEqual(['sg-c']);
  });

  it('takes groups that stand beside the interfaces', () => {
    expect(completeLaunch({ SecurityGroupId: ['sg-own'] }, {})).toMatchObject({ SecurityGroupId: ['sg-own'] });
  });

  it('has the tags of both, by type of resource; of two with one key the request\'s', () => {
    const launch = completeLaunch({ TagSpecification: [tagSpecification('instance', { Name: 'own' }), tagSpecification('volume', { Name: 'disk' })] }, TEMPLATE);
    expect(tagsFor('instance', launch)).toEqual({ Name: 'own', team: 'my-team' });
    expect(tagsFor('volume', launch)).toEqual({ Name: 'disk' });
    expect(tagsFor('network-interface', launch)).toEqual({ of: 'lab' });
  });
});
