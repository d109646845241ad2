import { type CloudFormationClient, paginateDescribeStackEvents, type StackEvent as SdkEvent } from '@aws-sdk/client-cloudformation';
import { Patience } from '../passing-failure';
import type { RunContext } from '../run-context';
import { pause } from '../wait-for';
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

/** Which stack to follow. */
export interface StackFollowerOptions {
  readonly cloudFormation: CloudFormationClient;
  /** Name or ARN. A stack that is gone has events by its ARN only. */
  readonly stackName: string;
  /** Seconds between two looks. */
  readonly everySeconds: number;
  /** Called after every look with the events that are new. What it throws is ridden out, if it may pass, as a look is. */
  readonly onLook: (fresh: readonly StackEvent[]) => void | Promise<void>;
}

/**
 * Follows what CloudFormation does to a stack, whether it makes or deletes it: reads its events, each once, and rides out
 * failures that may pass, because CloudFormation goes on meanwhile.
 *
 * It begins with CloudFormation's present work on the stack, or after {@link skipToNow} with what comes from then on.
 */
export class StackFollower {
  /** All events that it has read, the oldest first. */
  readonly events: StackEvent[] = [];
  private readonly known = new Set<string>();
  private readonly patience = new Patience();

  constructor(private readonly options: StackFollowerOptions, private readonly run: RunContext) {}

  /** Leaves out everything that has happened until now. A stack that does not exist yet has nothing to leave out. */
  async skipToNow(): Promise<void> {
    await this.read(() => true);
  }

  /**
   * Follows until CloudFormation has ended its work, or somebody knows better.
   *
   * @param isOver asked after every look
   * @throws LabError what `awsFailure` says, when it does not pass; the reason of the signal
   */
  async untilEnd(isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      await this.look();
      if (this.events.some(isEnd) || isOver()) return;
      await pause(this.options.everySeconds, this.run.signal);
    }
  }

  /**
   * Follows for as long as some work lasts, and looks once more at its end.
   *
   * @returns what the work gives
   * @throws what the work throws, and what {@link untilEnd} does
   */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    // Where the following fails first, it is that failure which counts.
    work.then(end, end);
    const wakeUp = AbortSignal.any([ended.signal, this.run.signal]);
    while (!ended.signal.aborted) {
      await this.look();
      await pause(this.options.everySeconds, wakeUp).catch((error: unknown) => {
        if (!ended.signal.aborted) throw error;
      });
    }
    const answer = await work;
    await this.look();
    return answer;
  }

  private async look(): Promise<void> {
    await this.patience.attempt(async () => {
      const fresh = await this.read(this.known.size === 0 ? isBeginning : () => false);
      this.events.push(...fresh);
      await this.options.onLook(fresh);
    });
    this.run.signal.throwIfAborted();
  }

  /**
   * The events that are not known yet, the oldest first. CloudFormation gives the newest first, and those of earlier work too.
   *
   * @param isEnough whether this event is as far back as one needs to go
   */
  private async read(isEnough: (event: StackEvent) => boolean): Promise<readonly StackEvent[]> {
    const { cloudFormation, stackName } = this.options;
    const found: StackEvent[] = [];
    await asking('cloudformation:DescribeStackEvents', async () => {
      try {
        for await (const { StackEvents } of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: stackName })) {
          for (const event of (StackEvents ?? []).map(readEvent)) {
            if (this.known.has(event.id)) return;
            found.push(event);
            if (isEnough(event)) return;
          }
        }
      } catch (error) {
        if (!isStackUnknown(error)) throw error;
      }
    });
    for (const { id } of found) this.known.add(id);
    return found.toReversed();
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
 * The failure that all others follow from: the earliest of a resource that is no cascade, whether the stack was being made or
 * deleted. One without a reason counts where none has one.
 *
 * @returns undefined where nothing failed by itself
 */
export function firstCause(events: readonly StackEvent[]): StackEvent | undefined {
  const causes = events
    .filter(({ status, isOfStack, reason = '' }) => status.endsWith('_FAILED') && !isOfStack && !CASCADES.some((cascade) => cascade.test(reason)))
    .toSorted((a, b) => a.atMillis - b.atMillis);
  return causes.find(({ reason }) => reason !== undefined) ?? causes.at(0);
}
