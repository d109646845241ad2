import { type CloudFormationClient, DescribeStacksCommand, GetTemplateCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { isJsonObject, type JsonObject, parseJson } from '../json';
import { LabError } from '../lab-error';
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

/** Statuses of a stack that stands. */
const STANDING: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

/** Whether a stack of this status is a lab that stands. */
export function isStanding(status: string | undefined): boolean {
  return status !== undefined && STANDING.includes(status);
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
export async function deployedStack(cloudFormation: CloudFormationClient, stackName: string): Promise<DeployedStack | undefined> {
  return asking('cloudformation:DescribeStacks', async () => {
    const answer = await absentWhenUnknown(cloudFormation.send(new DescribeStacksCommand({ StackName: stackName })));
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
export async function deployedResources(cloudFormation: CloudFormationClient, stackName: string): Promise<readonly DeployedResource[]> {
  return asking('cloudformation:ListStackResources', async () => {
    const found: DeployedResource[] = [];
    for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName })) {
      for (const { LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus } of page.StackResourceSummaries ?? []) {
        if (ResourceStatus === 'DELETE_COMPLETE') continue;
        found.push({ logicalId: LogicalResourceId ?? '', type: ResourceType ?? '', physicalId: PhysicalResourceId ?? '' });
      }
    }
    return found;
  });
}

/**
 * The template of a deployed stack.
 *
 * @throws LabError `DeployedTemplateUnreadable` when it is no JSON, as the CDK writes it; what `awsFailure` says
 */
export async function deployedTemplate(cloudFormation: CloudFormationClient, stackName: string): Promise<JsonObject> {
  const { TemplateBody = '' } = await asking('cloudformation:GetTemplate', () => cloudFormation.send(new GetTemplateCommand({ StackName: stackName })));
  try {
    const template = parseJson(TemplateBody);
    if (isJsonObject(template)) return template;
  } catch (cause) {
    throw templateUnreadable(stackName, cause);
  }
  throw templateUnreadable(stackName);
}

function templateUnreadable(stackName: string, cause?: unknown): LabError {
  return new LabError({
    code: 'DeployedTemplateUnreadable',
    message: `The template of stack ${stackName} is not the JSON that the CDK writes.`,
    received: stackName,
    remedy: 'Somebody else deployed this stack: set another clusterName in lab.yaml, or remove that stack.',
    cause,
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

/** What can be done with a stack in its status. */
export type StackReadiness =
  | {
    /**
     * - `usable`: it can be updated;
     * - `creating`, `updating`: CloudFormation is at work, and can be followed;
     * - `unstarted`: its name is taken, but it has no resources yet;
     * - `kept`: a deployment without rollback failed on it. One more without rollback goes on from what was made.
     */
    readonly kind: 'usable' | 'creating' | 'updating' | 'unstarted' | 'kept';
  }
  | {
    /** Nothing can be deployed in this status. */
    readonly kind: 'blocked';
    /** What the status means, in a sentence. */
    readonly meaning: string;
    readonly remedy: string;
  };

/** Removes a stack, whatever status it ended in. */
const TEAR_DOWN = 'Run `npm run lab -- teardown`, then deploy again.';

const BLOCKED: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>> = {
  ROLLBACK_COMPLETE: {
    meaning: 'An earlier deployment failed and was rolled back. What is left is an empty stack, which CloudFormation cannot update, only delete.',
    remedy: TEAR_DOWN,
  },
  ROLLBACK_FAILED: {
    meaning: 'An earlier deployment failed, and rolling it back failed too: some of its resources still exist and may be billed.',
    remedy: TEAR_DOWN,
  },
  DELETE_FAILED: {
    meaning: 'An earlier class was not removed completely: CloudFormation could not delete some of its resources.',
    remedy: TEAR_DOWN,
  },
  UPDATE_ROLLBACK_FAILED: {
    meaning: 'An update failed, and rolling it back failed too.',
    remedy: 'Continue the rollback in the CloudFormation console, or run `npm run lab -- teardown`, then deploy again.',
  },
  ROLLBACK_IN_PROGRESS: {
    meaning: 'A deployment has failed, and CloudFormation is removing what it made.',
    remedy: 'Wait until the status is ROLLBACK_COMPLETE, then run `npm run lab -- teardown` and deploy again.',
  },
  DELETE_IN_PROGRESS: {
    meaning: 'CloudFormation is deleting the stack.',
    remedy: 'Wait until it is gone, then deploy again.',
  },
};

/** Statuses in which a deployment without rollback stops. */
const KEPT: readonly string[] = ['CREATE_FAILED', 'UPDATE_FAILED'];

/** Reads from the status of a stack what can be done with it. */
export function stackReadiness(status: string): StackReadiness {
  const blocked = BLOCKED[status];
  if (blocked !== undefined) return { kind: 'blocked', ...blocked };
  if (KEPT.includes(status)) return { kind: 'kept' };
  if (status === 'CREATE_IN_PROGRESS') return { kind: 'creating' };
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'unstarted' };
  return status.endsWith('_IN_PROGRESS') ? { kind: 'updating' } : { kind: 'usable' };
}

/** A cluster as EKS has it. */
export interface ClusterInAws {
  readonly name: string;
  /** Such as `ACTIVE` or `DELETING`. */
  readonly status: string;
  /** URL of its API server. @default - it has none yet, or no more */
  readonly endpoint?: string;
}

/**
 * The cluster of a name.
 *
 * @returns undefined where there is none
 * @throws LabError what `awsFailure` says
 */
export async function clusterInAws(eks: EKSClient, name: string): Promise<ClusterInAws | undefined> {
  return asking('eks:DescribeCluster', async () => {
    try {
      const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
      return cluster === undefined ? undefined : { name, status: cluster.status ?? '', endpoint: cluster.endpoint };
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}
