import { DescribeStacksCommand, paginateListStackResources, type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { asking, isAwsError } from './aws-failure';

/** A stack as CloudFormation has it. */
export interface DeployedStack {
  /** ARN, which a later stack of the same name does not share. */
  readonly id: string;
  /** Such as `CREATE_COMPLETE`. */
  readonly status: string;
  /** @default - CloudFormation gives no reason */
  readonly statusReason?: string;
  /** By the logical id of the output. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A resource of a deployed stack, one that is not deleted. */
export interface DeployedResource {
  readonly logicalId: string;
  /** CloudFormation type, such as `AWS::EC2::VPC`. */
  readonly type: string;
  /** Name, id or ARN, as the type has it; empty while it is being created. */
  readonly physicalId: string;
}

/**
 * The stack of a name.
 *
 * @returns undefined where there is none; one whose deletion is complete is none
 * @throws LabError what `awsFailure` says
 */
export async function deployedStack(cloudFormation: CloudFormationClient, stackName: string, signal?: AbortSignal): Promise<DeployedStack | undefined> {
  return asking('cloudformation:DescribeStacks', async () => {
    const answer = await absentWhenUnknown(cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }), { abortSignal: signal }));
    const [stack] = answer?.Stacks ?? [];
    if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
    return {
      id: stack.StackId ?? '',
      status: stack.StackStatus ?? '',
      statusReason: stack.StackStatusReason,
      outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? ''])),
    };
  });
}

/**
 * The resources of a deployed stack that are not deleted.
 *
 * @throws LabError what `awsFailure` says
 */
export async function deployedResources(cloudFormation: CloudFormationClient, stackName: string, signal?: AbortSignal): Promise<readonly DeployedResource[]> {
  return asking('cloudformation:ListStackResources', async () => {
    const found: DeployedResource[] = [];
    for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName }, { abortSignal: signal })) {
      for (const { LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus } of page.StackResourceSummaries ?? []) {
        if (ResourceStatus === 'DELETE_COMPLETE') continue;
        found.push({ logicalId: LogicalResourceId ?? '', type: ResourceType ?? '', physicalId: PhysicalResourceId ?? '' });
      }
    }
    return found;
  });
}

/** CloudFormation has no error of its own for a stack that is not there: it says so in the message of a general one. */
export function isStackUnknown(error: unknown): boolean {
  return isAwsError(error, 'ValidationError') && /does not exist/.test((error as Error).message);
}

async function absentWhenUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isStackUnknown(error)) return undefined;
    throw error;
  }
}
