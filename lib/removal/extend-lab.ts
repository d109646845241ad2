import { GetScheduleCommand, type GetScheduleCommandOutput, UpdateScheduleCommand, type UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { asking, isAwsError } from '../aws/aws-failure';
import { deployedStack } from '../aws/deployed-lab';
import { checkedCaller, connectAws, type LabAws } from '../aws/lab-aws';
import { atExpression, momentInUtc, momentOfExpression, SCHEDULE_TIME_ZONE } from '../config/moments';
import { resourceNames } from '../config/names';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';

/** A move of the deadline, before it is made. All moments are in UTC: `2026-12-01T09:00Z`. */
export interface DeadlineChange {
  readonly stackName: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly scheduleName: string;
  /** When AWS deletes the stack now. */
  readonly from: string;
  /** When it will. */
  readonly to: string;
  /** Whether the schedule is on. One that somebody has switched off deletes nothing, whatever its time is. */
  readonly isEnabled: boolean;
}

/** What became of a deadline. */
export interface ExtendResult extends DeadlineChange {
  /**
   * - `moved`: it is `to` now;
   * - `unchanged`: it was `to` already;
   * - `declined`: the user did not want it.
   */
  readonly outcome: 'moved' | 'unchanged' | 'declined';
}

/** Where a deadline goes: so much later than it is, or to a moment. */
export type DeadlineMove = { readonly bySeconds: number } | { readonly to: Date };

/** How to move the deadline of a lab. */
export interface ExtendOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  readonly move: DeadlineMove;
  /** Asked before anything is changed. */
  readonly confirm: (change: DeadlineChange) => Promise<boolean>;
}

/**
 * Moves the moment at which AWS deletes a deployed lab by itself: to a later or an earlier one, but not into the past.
 *
 * @throws LabError `AccountNotConfigured`, `StackMissing`, `StackBeingDeleted`, `DeadlineMissing`, `DeadlineUnreadable` or
 *   `DeadlineInPast`, all before anything is changed; what reading the assembly and asking AWS throw
 */
export async function extendLab(options: ExtendOptions, run: RunContext): Promise<ExtendResult> {
  const lab = readLab(readAssembly(options.assemblyDirectory));
  const aws = connectAws(lab.stack.region, run);
  try {
    return await extendIn(aws, lab, options, run);
  } finally {
    aws.close();
  }
}

/** {@link extendLab} by clients that are connected already. */
export async function extendIn(
  aws: Pick<LabAws, 'sts' | 'cloudFormation' | 'scheduler' | 'region'>, lab: LabView, options: Omit<ExtendOptions, 'assemblyDirectory'>, { clock }: RunContext,
): Promise<ExtendResult> {
  const { move, confirm } = options;
  const { stackName } = lab.stack;
  const { account } = await checkedCaller(aws, lab.stack.account);
  await checkStack(aws, stackName);

  // Not from the template: the lab may have been deployed with a deadline for one run, and synthesized without it since.
  const name = resourceNames(lab.cluster.name).deadlineSchedule;
  const schedule = await deadlineSchedule(aws, name);
  if (schedule === undefined) throw deadlineMissing(name);

  const moment = 'to' in move ? move.to : new Date(schedule.moment.getTime() + move.bySeconds * 1000);
  if (moment.getTime() <= clock.now().getTime()) throw deadlineInPast(schedule, moment);

  const change: DeadlineChange = {
    stackName, account, region: aws.region, scheduleName: name,
    from: momentInUtc(schedule.moment), to: momentInUtc(moment), isEnabled: schedule.isEnabled,
  };
  if (change.from === change.to) return { ...change, outcome: 'unchanged' };
  if (!await confirm(change)) return { ...change, outcome: 'declined' };
  await moveSchedule(aws, schedule, moment);
  return { ...change, outcome: 'moved' };
}

async function checkStack({ cloudFormation }: Pick<LabAws, 'cloudFormation'>, stackName: string): Promise<void> {
  const stack = await deployedStack(cloudFormation, stackName);
  if (stack === undefined) {
    throw new LabError({
      code: 'StackMissing',
      message: 'This account and region have no such stack: the lab is not deployed, or is gone.',
      received: stackName,
      remedy: 'Look whether the credentials (AWS_PROFILE), the region and clusterName are those of the lab.',
    });
  }
  if (stack.status === 'DELETE_IN_PROGRESS') {
    throw new LabError({
      code: 'StackBeingDeleted',
      message: 'CloudFormation is deleting the stack already; a later deadline does not stop it.',
      received: stackName,
      remedy: 'Wait until it is gone, then deploy the lab again.',
    });
  }
}

function deadlineMissing(name: string): LabError {
  return new LabError({
    code: 'DeadlineMissing',
    message: 'The deployed lab has no deadline: nothing deletes it, so there is nothing to extend.',
    received: name,
    remedy: 'Set expiresAt in lab.yaml and deploy again, and it gets one.',
  });
}

function deadlineInPast({ moment }: DeadlineSchedule, to: Date): LabError {
  return new LabError({
    code: 'DeadlineInPast',
    message: `The deadline is ${momentInUtc(moment)}; what it would be moved to has passed.`,
    received: momentInUtc(to),
    remedy: 'Give a moment that is to come, such as lab extend 2026-12-01T18:00+09:00. To end the lab now, remove it.',
  });
}

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
export async function deadlineSchedule({ scheduler }: Pick<LabAws, 'scheduler'>, name: string): Promise<DeadlineSchedule | undefined> {
  return asking('scheduler:GetSchedule', async () => {
    let definition: GetScheduleCommandOutput;
    try {
      definition = await scheduler.send(new GetScheduleCommand({ Name: name }));
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
export async function moveSchedule({ scheduler }: Pick<LabAws, 'scheduler'>, { name, definition }: DeadlineSchedule, moment: Date): Promise<void> {
  const { GroupName, Description, StartDate, EndDate, FlexibleTimeWindow, Target, State, KmsKeyArn, ActionAfterCompletion } = definition;
  const input: UpdateScheduleCommandInput = {
    Name: name, GroupName, Description, StartDate, EndDate, FlexibleTimeWindow, Target, State, KmsKeyArn, ActionAfterCompletion,
    ScheduleExpression: atExpression(moment),
    ScheduleExpressionTimezone: SCHEDULE_TIME_ZONE,
  };
  await asking('scheduler:UpdateSchedule', () => scheduler.send(new UpdateScheduleCommand(input)));
}
