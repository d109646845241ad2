import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { asking, NO_SUCH_ENTITY, NO_SUCH_QUEUE, unlessAbsent } from '../aws/aws-failure';
import { STACK_ID_TAG } from '../well-known-keys';
import { listed } from '../words';
import { type Check, type CheckContext, type CheckFinding, failed, ownStack, passed, warned } from './preflight-check';

/** Whether the name of the cluster is free. */
export const clusterNameCheck = nameCheck('Names: cluster', [{
  type: 'AWS::EKS::Cluster',
  noun: 'cluster',
  request: 'eks:DescribeCluster',
  absent: ['ResourceNotFoundException'],
  holder: async (name, { aws }) => {
    const { cluster } = await aws.eks.send(new DescribeClusterCommand({ name }));
    return { physicalId: name, stack: makingStack(cluster?.tags ?? {}) };
  },
  deletion: ({ physicalId }, region) => `aws eks delete-cluster --region ${region} --name ${physicalId}`,
}]);

/** Whether the names of roles and policies are free. They are those of the whole account, whatever the region. */
export const iamNamesCheck = nameCheck('Names: IAM', [{
  type: 'AWS::IAM::Role',
  noun: 'role',
  request: 'iam:GetRole',
  absent: NO_SUCH_ENTITY,
  holder: async (name, { aws }) => {
    const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: name }));
    return { physicalId: name, stack: makingStack(tagsByKey(Role?.Tags)) };
  },
  deletion: ({ physicalId }) => `aws iam delete-role --role-name ${physicalId}`,
}, {
  type: 'AWS::IAM::ManagedPolicy',
  noun: 'policy',
  request: 'iam:GetPolicy',
  absent: NO_SUCH_ENTITY,
  holder: async (name, { aws, caller }) => {
    const { account, arn } = await caller();
    const physicalId = `arn:${arn.split(':')[1] ?? 'aws'}:iam::${account}:policy/${name}`;
    const { Policy } = await aws.iam.send(new GetPolicyCommand({ PolicyArn: physicalId }));
    return { physicalId, stack: makingStack(tagsByKey(Policy?.Tags)) };
  },
  deletion: ({ physicalId }) => `aws iam delete-policy --policy-arn ${physicalId}`,
}]);

/** Whether the names of log groups are free. EKS can make its own anew after a cluster was deleted. */
export const logGroupNameCheck = nameCheck('Names: log groups', [{
  type: 'AWS::Logs::LogGroup',
  noun: 'log group',
  request: 'logs:DescribeLogGroups',
  absent: [],
  holder: async (name, { aws }) => {
    for await (const { logGroups } of paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix: name })) {
      // The prefix also finds longer names.
      if (logGroups?.some(({ logGroupName }) => logGroupName === name) === true) return { physicalId: name };
    }
    return undefined;
  },
  // The only kind of these names that a sweep removes.
  deletion: () => 'npm run lab -- sweep',
}]);

/** Whether the name of the interruption queue is free. */
export const queueNameCheck = nameCheck('Names: queue', [{
  type: 'AWS::SQS::Queue',
  noun: 'queue',
  request: 'sqs:GetQueueUrl',
  absent: NO_SUCH_QUEUE,
  holder: async (name, { aws }) => {
    const { QueueUrl = name } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return { physicalId: QueueUrl };
  },
  deletion: ({ physicalId }, region) => `aws sqs delete-queue --region ${region} --queue-url ${physicalId}`,
}]);

/** Whether the name of the schedule that keeps the deadline is free. Nothing that `lab sweep` looks for is a schedule. */
export const scheduleNameCheck = nameCheck('Names: schedule', [{
  type: 'AWS::Scheduler::Schedule',
  noun: 'schedule',
  request: 'scheduler:GetSchedule',
  absent: ['ResourceNotFoundException'],
  holder: async (name, { aws }) => {
    await aws.scheduler.send(new GetScheduleCommand({ Name: name }));
    return { physicalId: name };
  },
  deletion: ({ physicalId }, region) => `aws scheduler delete-schedule --region ${region} --name ${physicalId}`,
}], 'Not needed: the lab has no deadline.');

/** Where the names of a type are looked for in the account. */
interface NameSearch {
  /** CloudFormation type. */
  readonly type: string;
  /** What has such a name, in words: `role`. */
  readonly noun: string;
  /** The request to AWS: `iam:GetRole`. */
  readonly request: string;
  /** Names of the errors that say that nothing has the name. */
  readonly absent: readonly string[];
  /** What has it in the account; undefined where it is free. */
  readonly holder: (name: string, context: CheckContext) => Promise<NameHolder | undefined>;
  /** The command that deletes what has it. */
  readonly deletion: (holder: NameHolder, region: string) => string;
}

/**
 * Whether the names that stand in the template are free, or belong to the lab's own stack. A resource whose name
 * CloudFormation makes up clashes with nothing.
 *
 * @param whenNone what is said where the template has no such name
 */
function nameCheck(name: string, searches: readonly NameSearch[], whenNone?: string): Check {
  return { name, asksAws: true, run: (context) => nameClashFinding(context, searches, whenNone) };
}

/** The resource that has a name which the lab wants. */
interface NameHolder {
  /** The id that CloudFormation has for such a resource: a name, a URL or an ARN. */
  readonly physicalId: string;
  /** The stack that made it. @default - no stack did, or AWS does not say */
  readonly stack?: MakingStack;
}

/** The stack that made a resource, read from the tags that CloudFormation gives the resource. */
interface MakingStack {
  readonly name: string;
  readonly region: string;
}

/** The stack's name alone would not do: IAM is the same in all regions. */
const STACK_ID = /^arn:[\w-]+:cloudformation:(?<region>[\w-]+):\d*:stack\/(?<name>[\w-]+)\//;

/** The stack that made something, by its tags. */
function makingStack(tags: Readonly<Record<string, string>>): MakingStack | undefined {
  const { name, region } = STACK_ID.exec(tags[STACK_ID_TAG] ?? '')?.groups ?? {};
  return name === undefined || region === undefined ? undefined : { name, region };
}

/** The values of tags by their key, from the list that most services return. */
function tagsByKey(tags: readonly { readonly Key?: string; readonly Value?: string }[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** More free names than this are counted, not listed. */
const SHOWN_NAMES = 2;

/** A name that something has already. */
interface Clash {
  /** `role lab-karpenter-node`. */
  readonly what: string;
  readonly holder: NameHolder;
  readonly deletion: string;
}

async function nameClashFinding(context: CheckContext, searches: readonly NameSearch[], whenNone: string | undefined): Promise<CheckFinding> {
  const { lab: { stack: planned } } = context;
  const fixed = searches.flatMap((search) => planned.resourcesOfType(search.type).flatMap((resource) => {
    const name = planned.nameOf(resource);
    return name === undefined ? [] : [{ name, search }];
  }));
  if (fixed.length === 0 && whenNone !== undefined) return passed(whenNone);
  const { isKnown, stack } = await ownStack(context);
  const isOwn = (type: string, name: string): boolean => stack?.resources.some((resource) =>
    resource.type === type && (resource.physicalId === name || resource.physicalId.endsWith(`/${name}`))) === true;
  const wanted = fixed.filter(({ name, search }) => !isOwn(search.type, name));
  const found = await Promise.all(wanted.map(async ({ name, search: { noun, request, absent, holder, deletion } }): Promise<readonly Clash[]> => {
    const holding = await asking(request, () => unlessAbsent(() => holder(name, context), ...absent));
    return holding === undefined ? [] : [{ what: `${noun} ${name}`, holder: holding, deletion: deletion(holding, planned.region) }];
  }));
  const clashes = found.flat();
  if (clashes.length > 0) {
    const seen = `${listed(clashes.map(({ what }) => what))} ${clashes.length === 1 ? 'exists' : 'exist'} already`;
    return isKnown
      ? failed(`${seen}, without the stack: left by an earlier class, or another's.`, remedyOf(clashes, context).join(' '))
      : warned(`${seen}. Whether the lab is deployed, and they are its own, is not known.`, [askFirst(context), ...remedyOf(clashes, context)].join(' '));
  }
  if (wanted.length === 0) return passed('All belong to the lab\'s own stack.');
  const names = wanted.map(({ name }) => name);
  return passed(names.length > SHOWN_NAMES ? `${names.length} names are free.` : `${listed(names)} ${names.length === 1 ? 'is' : 'are'} free.`);
}

function askFirst({ lab: { stack: { stackName, region } } }: CheckContext): string {
  return `First ask whether the lab is deployed: \`aws cloudformation describe-stacks --region ${region} --stack-name ${stackName}\`.`;
}

/** The remedies: delete the stack that made the resource, delete the resource where no stack made it, or choose another name. */
function remedyOf(clashes: readonly Clash[], { lab: { stack: { stackName, region } } }: CheckContext): readonly string[] {
  // A stack of the lab's own name and region is gone: while it exists, its resources are the lab's own and clash with nothing.
  const isOther = (made: MakingStack | undefined): made is MakingStack => made !== undefined && (made.name !== stackName || made.region !== region);
  const others = new Map(clashes.flatMap(({ holder: { stack } }) => (isOther(stack) ? [[`${stack.region}/${stack.name}`, stack] as const] : [])));
  const left = clashes.filter(({ holder }) => !isOther(holder.stack));
  const [first] = left;
  return [
    ...[...others.values()].map((other) => `Stack ${other.name} in ${other.region} made ${listed(clashes.filter(({ holder: { stack } }) => stack?.name === other.name && stack.region === other.region).map(({ what }) => what))}. `
      + `If nobody needs it: \`aws cloudformation delete-stack --region ${other.region} --stack-name ${other.name}\`.`),
    ...(first === undefined ? [] : [
      `\`aws cloudformation describe-stack-resources --region ${region} --physical-resource-id ${first.holder.physicalId}\` names the stack of ${left.length === 1 ? 'it' : 'the first'}, if one of another name owns it. `
        + `If none does, and nobody needs ${left.length === 1 ? 'it' : 'them'}: ${[...new Set(left.map(({ deletion }) => `\`${deletion}\``))].join(', ')}; "A name is taken" in docs/instructor-runbook.md has what goes before.`,
    ]),
    'Or set another clusterName in lab.yaml.',
  ];
}
