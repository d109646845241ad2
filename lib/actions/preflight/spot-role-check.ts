import { GetRoleCommand } from '@aws-sdk/client-iam';
import { asking, isAwsError } from '../../aws/aws-failure';
import type { Check } from './check';
import { failed, passed } from './finding';
import { usesSpot } from './vcpu-demand';

const ROLE = 'AWSServiceRoleForEC2Spot';

/** Whether the account has the role without which EC2 refuses the first spot instance. Karpenter may not make it. */
export const spotRoleCheck: Check = {
  name: 'Spot role',
  asksAws: true,
  run: async ({ aws, lab, signal }) => {
    if (!usesSpot(lab)) return passed(`Not needed: NodePool ${lab.nodePool.name} launches no spot instances.`);
    return asking('iam:GetRole', async () => {
      try {
        await aws.iam.send(new GetRoleCommand({ RoleName: ROLE }), { abortSignal: signal });
        return passed(`Role ${ROLE} exists.`);
      } catch (error) {
        if (!isAwsError(error, 'NoSuchEntityException', 'NoSuchEntity')) throw error;
        return failed(`There is no role ${ROLE}, so EC2 would refuse spot instances.`, 'Run `aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`.');
      }
    });
  },
};
