import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { asking } from '../aws/aws-failure';
import { karpenterInstances } from '../aws/karpenter-instances';
import { counted, listed } from '../words';
import { fixedNames, makingStack, nameClashFinding, tagsByKey, unlessAbsent } from './name-clash';
import { type Check, type CheckContext, failed, passed, warned } from './preflight-check';
import { ownStack } from './service-quota';

/** Whether the name of the cluster is free. */
export const clusterNameCheck: Check = {
  name: 'Names: cluster',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::EKS::Cluster',
    noun: 'cluster',
    holder: (name) => asking('eks:DescribeCluster', async () => {
      const found = await unlessAbsent(() => context.aws.eks.send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException');
      return found === undefined ? undefined : { physicalId: name, stack: makingStack(found.cluster?.tags ?? {}) };
    }),
    deletion: ({ physicalId }) => `aws eks delete-cluster --region ${context.lab.stack.region} --name ${physicalId}`,
  }),
};

const ABSENT = ['NoSuchEntityException', 'NoSuchEntity'];

/** Whether the names of roles and policies are free. They are those of the whole account, whatever the region. */
export const iamNamesCheck: Check = {
  name: 'Names: IAM',
  asksAws: true,
  run: async (context) => {
    const { aws: { iam } } = context;
    const { account, arn } = await context.caller();
    const partition = arn.split(':')[1] ?? 'aws';
    return nameClashFinding(context, {
      type: 'AWS::IAM::Role',
      noun: 'role',
      holder: (name) => asking('iam:GetRole', async () => {
        const found = await unlessAbsent(() => iam.send(new GetRoleCommand({ RoleName: name })), ...ABSENT);
        return found === undefined ? undefined : { physicalId: name, stack: makingStack(tagsByKey(found.Role?.Tags)) };
      }),
      deletion: ({ physicalId }) => `aws iam delete-role --role-name ${physicalId}`,
    }, {
      type: 'AWS::IAM::ManagedPolicy',
      noun: 'policy',
      holder: (name) => asking('iam:GetPolicy', async () => {
        const physicalId = `arn:${partition}:iam::${account}:policy/${name}`;
        const found = await unlessAbsent(() => iam.send(new GetPolicyCommand({ PolicyArn: physicalId })), ...ABSENT);
        return found === undefined ? undefined : { physicalId, stack: makingStack(tagsByKey(found.Policy?.Tags)) };
      }),
      deletion: ({ physicalId }) => `aws iam delete-policy --policy-arn ${physicalId}`,
    });
  },
};

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

/** Whether the name of the interruption queue is free. */
export const queueNameCheck: Check = {
  name: 'Names: queue',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::SQS::Queue',
    noun: 'queue',
    holder: (name) => asking('sqs:GetQueueUrl', async () => {
      const found = await unlessAbsent(
        () => context.aws.sqs.send(new GetQueueUrlCommand({ QueueName: name })),
        'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue',
      );
      return found === undefined ? undefined : { physicalId: found.QueueUrl ?? name };
    }),
    deletion: ({ physicalId }) => `aws sqs delete-queue --region ${context.lab.stack.region} --queue-url ${physicalId}`,
  }),
};

const TYPE = 'AWS::Scheduler::Schedule';

/** Whether the name of the schedule that keeps the deadline is free. Nothing that `lab sweep` looks for is a schedule. */
export const scheduleNameCheck: Check = {
  name: 'Names: schedule',
  asksAws: true,
  run: (context) => {
    const { aws: { scheduler }, lab: { stack } } = context;
    if (fixedNames(stack, TYPE).length === 0) return passed('Not needed: the lab has no deadline.');
    return nameClashFinding(context, {
      type: TYPE,
      noun: 'schedule',
      holder: (name) => asking('scheduler:GetSchedule', async () => {
        const found = await unlessAbsent(() => scheduler.send(new GetScheduleCommand({ Name: name })), 'ResourceNotFoundException');
        return found === undefined ? undefined : { physicalId: name };
      }),
      deletion: ({ physicalId }) => `aws scheduler delete-schedule --region ${stack.region} --name ${physicalId}`,
    });
  },
};

/** Whether instances that Karpenter launched for an earlier class of this name still run, and are billed. */
export const leftoverInstancesCheck: Check = {
  name: 'Leftover instances',
  asksAws: true,
  run: async (context) => {
    const { aws, lab } = context;
    const [{ isKnown, stack }, instances] = await Promise.all([ownStack(context), karpenterInstances(aws.ec2, lab.cluster.name)]);
    if (stack !== undefined) return passed(`${counted(instances.length, 'instance')} of Karpenter's; they belong to the lab that is deployed.`);
    if (instances.length === 0) return passed(`No instance of an earlier ${lab.cluster.name} runs.`);
    const shown = listed(instances.map(({ id, instanceType, state }) => `${id} (${instanceType}, ${state})`));
    return isKnown
      ? failed(`${counted(instances.length, 'instance')} of an earlier ${lab.cluster.name}: ${shown}.`, 'Run `npm run lab -- sweep`: they are billed.')
      : warned(`${counted(instances.length, 'instance')} of ${lab.cluster.name}: ${shown}. Whether the lab is deployed is not known.`, 'If it is not, run `npm run lab -- sweep`: they are billed.');
  },
};
