import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { nameClashFinding } from './name-clash';
import { makingStack, tagsByKey, unlessAbsent } from './name-holder';

const ABSENT = ['NoSuchEntityException', 'NoSuchEntity'];

/** Whether the names of roles and policies are free. They are those of the whole account, whatever the region. */
export const iamNamesCheck: Check = {
  name: 'Names: IAM',
  asksAws: true,
  run: async (context) => {
    const { aws: { iam }, signal } = context;
    const { account, arn } = await context.caller();
    const partition = arn.split(':')[1] ?? 'aws';
    return nameClashFinding(context, {
      type: 'AWS::IAM::Role',
      noun: 'role',
      holder: (name) => asking('iam:GetRole', async () => {
        const found = await unlessAbsent(() => iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal: signal }), ...ABSENT);
        return found === undefined ? undefined : { physicalId: name, stack: makingStack(tagsByKey(found.Role?.Tags)) };
      }),
      deletion: ({ physicalId }) => `aws iam delete-role --role-name ${physicalId}`,
    }, {
      type: 'AWS::IAM::ManagedPolicy',
      noun: 'policy',
      holder: (name) => asking('iam:GetPolicy', async () => {
        const physicalId = `arn:${partition}:iam::${account}:policy/${name}`;
        const found = await unlessAbsent(() => iam.send(new GetPolicyCommand({ PolicyArn: physicalId }), { abortSignal: signal }), ...ABSENT);
        return found === undefined ? undefined : { physicalId, stack: makingStack(tagsByKey(found.Policy?.Tags)) };
      }),
      deletion: ({ physicalId }) => `aws iam delete-policy --policy-arn ${physicalId}`,
    });
  },
};
