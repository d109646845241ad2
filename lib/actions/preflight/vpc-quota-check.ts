import { paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import { asking } from '../../aws/aws-failure';
import type { Check, CheckContext } from './check';
import { ownCount } from './own-stack';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

const QUOTA: ServiceQuota = { service: 'vpc', code: 'L-F678F1CE', unit: 'VPCs in the region' };
const TYPE = 'AWS::EC2::VPC';

/** Whether the region takes one more VPC. */
export const vpcQuotaCheck: Check = {
  name: 'Quota: VPCs',
  asksAws: true,
  run: async (context) => {
    const [limit, all, own] = await Promise.all([quotaLimit(QUOTA, context), countVpcs(context), ownCount(context, TYPE)]);
    return quotaFinding({ quota: QUOTA, limit, used: Math.max(0, all - own), needed: context.lab.stack.resourcesOfType(TYPE).length });
  },
};

async function countVpcs({ aws, signal }: CheckContext): Promise<number> {
  return asking('ec2:DescribeVpcs', async () => {
    let count = 0;
    for await (const { Vpcs } of paginateDescribeVpcs({ client: aws.ec2 }, {}, { abortSignal: signal })) count += Vpcs?.length ?? 0;
    return count;
  });
}
