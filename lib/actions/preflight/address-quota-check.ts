import { DescribeAddressesCommand } from '@aws-sdk/client-ec2';
import { asking } from '../../aws/aws-failure';
import type { Check, CheckContext } from './check';
import { ownCount } from './own-stack';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

const QUOTA: ServiceQuota = { service: 'ec2', code: 'L-0263D0A3', unit: 'Elastic IP addresses in the region' };

/** Whether the region takes the public addresses of the NAT gateways. */
export const addressQuotaCheck: Check = {
  name: 'Quota: Elastic IPs',
  asksAws: true,
  run: async (context) => {
    const [limit, all, own] = await Promise.all([quotaLimit(QUOTA, context), countAddresses(context), ownCount(context, 'AWS::EC2::EIP')]);
    return quotaFinding({ quota: QUOTA, limit, used: Math.max(0, all - own), needed: context.lab.network.elasticAddresses.length });
  },
};

async function countAddresses({ aws, signal }: CheckContext): Promise<number> {
  const { Addresses } = await asking('ec2:DescribeAddresses', () => aws.ec2.send(new DescribeAddressesCommand({}), { abortSignal: signal }));
  return Addresses?.length ?? 0;
}
