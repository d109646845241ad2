import { DescribeStackEventsCommand, type CloudFormationClient, type StackEvent } from '@aws-sdk/client-cloudformation';
import { asking } from './aws-failure';

/** What CloudFormation tells of a resource, or of the stack itself. */
export interface DeletionEvent {
  readonly id: string;
  readonly logicalId: string;
  /** Such as `AWS::EC2::VPC`. */
  readonly type: string;
  /** Such as `DELETE_COMPLETE`. */
  readonly status: string;
  /** @default - CloudFormation gives none */
  readonly reason?: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/**
 * The events of the latest deletion of a stack, the oldest first, its own beginning among them. Empty before it begins.
 *
 * @param stackId ARN: a stack that is gone has events by its ARN only
 * @throws LabError what `awsFailure` says
 */
export async function deletionEvents(cloudFormation: CloudFormationClient, stackId: string, signal?: AbortSignal): Promise<readonly DeletionEvent[]> {
  return asking('cloudformation:DescribeStackEvents', async () => {
    const newestFirst: DeletionEvent[] = [];
    let token: string | undefined;
    do {
      const { StackEvents, NextToken }: { readonly StackEvents?: StackEvent[]; readonly NextToken?: string } = await cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: stackId, NextToken: token }), { abortSignal: signal },
      );
      for (const event of StackEvents ?? []) {
        newestFirst.push(readEvent(event));
        // What came before is of the stack's life, or of an earlier deletion that failed.
        if (event.PhysicalResourceId === stackId && event.ResourceStatus === 'DELETE_IN_PROGRESS') return newestFirst.toReversed();
      }
      token = NextToken;
    } while (token !== undefined);
    return [];
  });
}

/** CloudFormation gives up the rest of a deletion with such reasons: they follow from a failure, and are none. */
const CONSEQUENCES = /resource deletion cancelled|the following resource\(s\) failed to delete/i;

/** The failure from which a failed deletion came: the first of a resource that is no consequence of another. */
export function firstFailure(events: readonly DeletionEvent[]): DeletionEvent | undefined {
  return events.find(({ type, status, reason = '' }) =>
    status === 'DELETE_FAILED' && type !== 'AWS::CloudFormation::Stack' && !CONSEQUENCES.test(reason));
}

function readEvent(event: StackEvent): DeletionEvent {
  return {
    id: event.EventId ?? '',
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    at: event.Timestamp?.toISOString() ?? '',
  };
}
