import { formObject, formParameters } from '../../../lib/rehearsal/ec2/query-form';

describe('the form of an EC2 request', () => {
  const FORM = 'ImageId=ami-1&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda&BlockDeviceMapping.1.Ebs.VolumeSize=20&SecurityGroupId.2=sg-b&SecurityGroupId.1=sg-a';

  it('is read as an object, with lists in the order of their numbers', () => {
    expect(formObject(new URLSearchParams(FORM))).toEqual({
      ImageId: 'ami-1',
      BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: '20' } }],
      SecurityGroupId: ['sg-a', 'sg-b'],
    });
  });

  it('is written from an object as it is read', () => {
    const object = formObject(new URLSearchParams(FORM));
    expect(formObject(formParameters(object))).toEqual(object);
  });

  it('writes numbers and booleans as text, and no nulls', () => {
    expect(formParameters({ MinCount: 2, Monitoring: { Enabled: false }, KeyName: null }).toString()).toBe('MinCount=2&Monitoring.Enabled=false');
  });
});
