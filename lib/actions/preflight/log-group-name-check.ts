import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { asking } from '../../aws/aws-failure';
import type { Check, CheckContext } from './check';
import { nameClashFinding } from './name-clash';

/** Whether the names of log groups are free. EKS can make its own anew after a cluster was deleted. */
export const logGroupNameCheck: Check = {
  name: 'Names: log groups',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::Logs::LogGroup',
    noun: 'log group',
    holder: async (name) => await logGroupExists(context, name) ? { physicalId: name } : undefined,
    // The only kind of these names that a sweep removes.
    deletion: () => 'npm run lab -- sweep',
  }),
};

async function logGroupExists({ aws, signal }: CheckContext, name: string): Promise<boolean> {
  return asking('logs:DescribeLogGroups', async () => {
    for await (const { logGroups } of paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix: name }, { abortSignal: signal })) {
      // The prefix finds longer names as well.
      if (logGroups?.some(({ logGroupName }) => logGroupName === name) === true) return true;
    }
    return false;
  });
}
