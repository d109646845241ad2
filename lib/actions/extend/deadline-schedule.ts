import { GetScheduleCommand, UpdateScheduleCommand, type GetScheduleCommandOutput, type UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { asking, isAwsError } from '../../aws/aws-failure';
import type { LabAws } from '../../aws/lab-aws';
import { atExpression, momentOfExpression, SCHEDULE_TIME_ZONE } from '../../deadline/schedule-expression';
import { LabError } from '../../lab-error';

/** The schedule that deletes the stack, as EventBridge Scheduler has it. */
export interface DeadlineSchedule {
  readonly name: string;
  readonly moment: Date;
  readonly isEnabled: boolean;
  /** What EventBridge Scheduler knows of it, to be written back as a whole. */
  readonly definition: GetScheduleCommandOutput;
}

/**
 * The schedule of a name, in the account's default group.
 *
 * @returns undefined where there is none
 * @throws LabError `DeadlineUnreadable` when somebody made it something else than one moment; what `awsFailure` says
 */
export async function deadlineSchedule({ scheduler }: Pick<LabAws, 'scheduler'>, name: string, signal?: AbortSignal): Promise<DeadlineSchedule | undefined> {
  return asking('scheduler:GetSchedule', async () => {
    let definition: GetScheduleCommandOutput;
    try {
      definition = await scheduler.send(new GetScheduleCommand({ Name: name }), { abortSignal: signal });
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
    const { ScheduleExpression = '', ScheduleExpressionTimezone, State } = definition;
    const moment = momentOfExpression(ScheduleExpression, ScheduleExpressionTimezone);
    if (moment === undefined) {
      throw new LabError({
        code: 'DeadlineUnreadable',
        message: `Schedule ${name} is not for one moment: somebody has changed it.`,
        received: `${ScheduleExpression} ${ScheduleExpressionTimezone ?? ''}`.trim(),
        remedy: 'Give it one moment in the EventBridge Scheduler console, as at(yyyy-mm-ddThh:mm:ss), then run the same command again.',
      });
    }
    return { name, moment, isEnabled: State !== 'DISABLED', definition };
  });
}

/**
 * Moves a schedule to another moment, and keeps all else: EventBridge Scheduler would set to its default what is not said again.
 *
 * @throws LabError what `awsFailure` says; the caller needs `iam:PassRole` for the role of the schedule as well
 */
export async function moveSchedule({ scheduler }: Pick<LabAws, 'scheduler'>, { name, definition }: DeadlineSchedule, moment: Date, signal?: AbortSignal): Promise<void> {
  const { GroupName, Description, StartDate, EndDate, FlexibleTimeWindow, Target, State, KmsKeyArn, ActionAfterCompletion } = definition;
  const input: UpdateScheduleCommandInput = {
    Name: name, GroupName, Description, StartDate, EndDate, FlexibleTimeWindow, Target, State, KmsKeyArn, ActionAfterCompletion,
    ScheduleExpression: atExpression(moment),
    ScheduleExpressionTimezone: SCHEDULE_TIME_ZONE,
  };
  await asking('scheduler:UpdateSchedule', () => scheduler.send(new UpdateScheduleCommand(input), { abortSignal: signal }));
}
