import {
  type CloudFormationClient, DescribeStackEventsCommand, paginateDescribeStackEvents, type StackEvent as SdkEvent,
} from '@aws-sdk/client-cloudformation';
import { asking } from './aws-failure';
import { isStackUnknown } from './deployed-lab';

/** Something that CloudFormation says about a stack or a resource of it. */
export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  /** Empty as long as the resource has none. */
  readonly physicalId: string;
  /** CloudFormation type, such as `AWS::EKS::Cluster`. */
  readonly type: string;
  /** Such as `CREATE_IN_PROGRESS`. */
  readonly status: string;
  /** @default - CloudFormation gives none */
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly atMillis: number;
  /** Whether it is about the stack itself. */
  readonly isOfStack: boolean;
}

/** Statuses of a stack with which CloudFormation begins to work on it. */
const BEGINNINGS: readonly string[] = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'];

/** Whether CloudFormation begins to work on the stack with this event. */
export function isBeginning({ isOfStack, status }: StackEvent): boolean {
  return isOfStack && BEGINNINGS.includes(status);
}

/** Whether CloudFormation has ended its work on the stack with this event. */
export function isEnd({ isOfStack, status }: StackEvent): boolean {
  return isOfStack && !status.endsWith('_IN_PROGRESS');
}

/** Whose events to read. */
export interface StackEventReaderOptions {
  readonly cloudFormation: CloudFormationClient;
  readonly stackName: string;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** Reads the events of a stack, each once, the oldest first. CloudFormation gives the newest first, and those of earlier deployments too. */
export class StackEventReader {
  private readonly known = new Set<string>();

  constructor(private readonly options: StackEventReaderOptions) {}

  /** Leaves out everything that has happened until now. */
  async skipToNow(): Promise<void> {
    await this.read(() => true);
  }

  /** Events since the last reading. A stack that does not exist yet has none. */
  async next(): Promise<readonly StackEvent[]> {
    return this.read(() => false);
  }

  /** Events since CloudFormation began its present work on the stack, where nothing has been read yet. */
  async ofPresentWork(): Promise<readonly StackEvent[]> {
    return this.read(isBeginning);
  }

  /** @param isEnough whether this event is as far back as one needs to go */
  private async read(isEnough: (event: StackEvent) => boolean): Promise<readonly StackEvent[]> {
    const { cloudFormation, stackName, signal } = this.options;
    return asking('cloudformation:DescribeStackEvents', async () => {
      const found: StackEvent[] = [];
      const finished = (): readonly StackEvent[] => {
        for (const { id } of found) this.known.add(id);
        return found.toReversed();
      };
      try {
        for await (const { StackEvents } of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: stackName }, { abortSignal: signal })) {
          for (const event of (StackEvents ?? []).map(readEvent)) {
            if (this.known.has(event.id)) return finished();
            found.push(event);
            if (isEnough(event)) return finished();
          }
        }
      } catch (error) {
        if (!isStackUnknown(error)) throw error;
      }
      return finished();
    });
  }
}

function readEvent(event: SdkEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    atMillis: event.Timestamp?.getTime() ?? 0,
    isOfStack: event.PhysicalResourceId !== undefined && event.PhysicalResourceId === event.StackId,
  };
}

/** Reasons that CloudFormation gives for what fails only because something else did. */
const CASCADES: readonly RegExp[] = [
  /^Resource (?:creation|update|deletion) (?:was )?cancell?ed/i,
  /^The following resource\(s\) failed to/i,
];

/**
 * The failure that all others follow from: the earliest that is no cascade.
 *
 * @param events in the order in which they happened
 * @returns undefined where nothing failed by itself
 */
export function firstCause(events: readonly StackEvent[]): StackEvent | undefined {
  return events
    .filter((event) => event.status.endsWith('_FAILED') && !event.isOfStack && !isCascade(event))
    .toSorted((a, b) => a.atMillis - b.atMillis)
    .at(0);
}

function isCascade({ reason }: StackEvent): boolean {
  return reason === undefined || CASCADES.some((cascade) => cascade.test(reason));
}

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
export async function deletionEvents(cloudFormation: CloudFormationClient, stackId: string): Promise<readonly DeletionEvent[]> {
  return asking('cloudformation:DescribeStackEvents', async () => {
    const newestFirst: DeletionEvent[] = [];
    let token: string | undefined;
    do {
      const { StackEvents, NextToken }: { readonly StackEvents?: SdkEvent[]; readonly NextToken?: string } = await cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: stackId, NextToken: token })
      );
      for (const event of StackEvents ?? []) {
        newestFirst.push(readDeletionEvent(event));
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

function readDeletionEvent(event: SdkEvent): DeletionEvent {
  return {
    id: event.EventId ?? '',
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    at: event.Timestamp?.toISOString() ?? '',
  };
}
