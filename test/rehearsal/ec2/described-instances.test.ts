import { correctedDescription, spotRequestId } from '../../../lib/rehearsal/ec2/described-instances';

const item = (id: string, rest: string): string => `<item>${rest}<instanceId>${id}</instanceId></item>`;

describe('what EC2 says of instances', () => {
  it('names them by their region', () => {
    expect(correctedDescription('<privateDnsName>ip-10-11-0-4.ec2.internal</privateDnsName>', 'ap-northeast-2'))
      .toBe('<privateDnsName>ip-10-11-0-4.ap-northeast-2.compute.internal</privateDnsName>');
    expect(correctedDescription('<privateDnsName>ip-10-11-0-4.ec2.internal</privateDnsName>', 'us-east-1')).toContain('ip-10-11-0-4.ec2.internal');
  });

  it('has the request of each spot instance, and of no other', () => {
    const spot = '<instanceLifecycle>spot</instanceLifecycle>';
    const body = correctedDescription(item('i-0000000aaaa', '') + item('i-0000000bbbb', `${spot}\n<rest/>`) + item('i-0000000cccc', ''), 'ap-northeast-2');
    expect(body.match(/<spotInstanceRequestId>[^<]*/g)).toEqual([`<spotInstanceRequestId>${spotRequestId('i-0000000bbbb')}`]);
    expect(body.indexOf('spotInstanceRequestId')).toBeGreaterThan(body.indexOf('i-0000000bbbb'));
    expect(body.indexOf('spotInstanceRequestId')).toBeLessThan(body.indexOf('i-0000000cccc'));
  });

  it('keeps a request that moto has', () => {
    const body = item('i-0000000dddd', '<instanceLifecycle>spot</instanceLifecycle><spotInstanceRequestId>sir-own</spotInstanceRequestId>');
    expect(correctedDescription(body, 'ap-northeast-2')).toBe(body);
  });
});
