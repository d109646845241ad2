import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { isFound, nameClashFinding } from './name-clash';

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
      exists: (RoleName) => asking('iam:GetRole', () => isFound(() => iam.send(new GetRoleCommand({ RoleName }), { abortSignal: signal }), ...ABSENT)),
    }, {
      type: 'AWS::IAM::ManagedPolicy',
      noun: 'policy',
      exists: (name) => asking('iam:GetPolicy', () => isFound(
        () => iam.send(new GetPolicyCommand({ PolicyArn: `arn:${partition}:iam::${account}:policy/${name}` }), { abortSignal: signal }), ...ABSENT)),
    });
  },
};
