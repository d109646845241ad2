import { paginateListStackResources, paginateListStacks } from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, paginateDescribeLogGroups, type LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import type { LabAws } from '../lab-aws';
import { gathered, type LabNames, type Leftover, type LeftoverKind, tryRemoval } from './leftover';

/** Where a function writes that names no log group of its own. */
const FUNCTION_LOGS = '/aws/lambda/';

/**
 * Log groups of the cluster, which EKS can make again after the stack is gone, and of the stack's functions, whose last
 * words can do the same.
 *
 * The names of functions come from CloudFormation, which keeps the resources of a deleted stack for 90 days: a stack `lab`
 * cannot be told from `lab-2` by the beginning of a name.
 */
export const LOG_GROUPS: LeftoverKind = {
  kind: 'logGroup',
  find: async (aws, lab) => {
    const clusterPath = `/aws/eks/${lab.clusterName}/`;
    const found = (await describe(aws, clusterPath)).flatMap((group) =>
      group.logGroupName?.startsWith(clusterPath) === true ? leftoverOf(group, `path ${clusterPath}`) : []);
    const ofStack = await namesOfStack(aws, lab);
    for (const [beginning, names] of byBeginning([...ofStack.keys()])) {
      for (const group of await describe(aws, beginning)) {
        const stackId = names.has(group.logGroupName ?? '') ? ofStack.get(group.logGroupName ?? '') : undefined;
        if (stackId !== undefined) found.push(...leftoverOf(group, `stack ${stackId}`));
      }
    }
    return [...new Map(found.map((leftover) => [leftover.id, leftover])).values()];
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'logs:DeleteLogGroup', gone: ['ResourceNotFoundException'], inUse: ['OperationAbortedException'],
  }, () => aws.logs.send(new DeleteLogGroupCommand({ logGroupName: id }))),
};

function describe(aws: LabAws, logGroupNamePrefix: string): Promise<readonly LogGroup[]> {
  return gathered(
    'logs:DescribeLogGroups',
    paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix }),
    ({ logGroups }) => logGroups,
  );
}

function leftoverOf({ logGroupName: id, creationTime }: LogGroup, evidence: string): readonly Leftover[] {
  if (id === undefined) return [];
  const createdAt = creationTime === undefined ? undefined : new Date(creationTime).toISOString();
  return [{ kind: 'logGroup', id, name: id, evidence, isBillable: true, createdAt }];
}

/** Names of log groups that a stack of exactly this name made or had made, with the id of that stack. */
async function namesOfStack(aws: LabAws, { stackName }: LabNames): Promise<ReadonlyMap<string, string>> {
  const stacks = await gathered(
    'cloudformation:ListStacks',
    paginateListStacks({ client: aws.cloudFormation }, {}),
    ({ StackSummaries }) => StackSummaries,
  );
  const names = new Map<string, string>();
  for (const { StackName, StackId } of stacks) {
    if (StackName !== stackName || StackId === undefined) continue;
    const resources = await gathered(
      'cloudformation:ListStackResources',
      paginateListStackResources({ client: aws.cloudFormation }, { StackName: StackId }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
    for (const { ResourceType, PhysicalResourceId } of resources) {
      if (PhysicalResourceId === undefined || PhysicalResourceId === '') continue;
      if (ResourceType === 'AWS::Lambda::Function') names.set(`${FUNCTION_LOGS}${PhysicalResourceId}`, StackId);
      if (ResourceType === 'AWS::Logs::LogGroup') names.set(PhysicalResourceId, StackId);
    }
  }
  return names;
}

/** Names by the longest beginning that they share, those of functions apart: it keeps the lists short, and proves nothing. */
function byBeginning(names: readonly string[]): readonly (readonly [string, ReadonlySet<string>])[] {
  const families = [names.filter((name) => name.startsWith(FUNCTION_LOGS)), names.filter((name) => !name.startsWith(FUNCTION_LOGS))];
  return families.filter((family) => family.length > 0).flatMap((family) => {
    const beginning = sharedBeginning(family);
    // Without a shared beginning, each is looked for by its whole name.
    return beginning === '' ? family.map((name) => [name, new Set([name])] as const) : [[beginning, new Set(family)] as const];
  });
}

function sharedBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
