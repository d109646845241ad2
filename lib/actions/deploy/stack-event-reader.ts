import { paginateDescribeStackEvents, type CloudFormationClient, type StackEvent as SdkEvent } from '@aws-sdk/client-cloudformation';
import { asking } from '../../aws/aws-failure';
import { isStackUnknown } from '../../aws/deployed-stack';
import { isBeginning, type StackEvent } from './stack-event';

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
