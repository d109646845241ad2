import { readLab, type LabView } from '../../assembly/lab-view';
import { readAssembly } from '../../assembly/read-assembly';
import { checkedCaller } from '../../aws/caller';
import { deployedStack } from '../../aws/deployed-stack';
import { connectAws, type LabAws } from '../../aws/lab-aws';
import { labNames } from '../../config/names';
import { momentInUtc } from '../../deadline/moment';
import { LabError } from '../../lab-error';
import { deadlineSchedule, moveSchedule, type DeadlineSchedule } from './deadline-schedule';
import type { DeadlineChange, ExtendResult } from './extend-result';

/** Where a deadline goes: so much later than it is, or to a moment. */
export type DeadlineMove = { readonly bySeconds: number } | { readonly to: Date };

/** How to move the deadline of a lab. */
export interface ExtendOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  readonly move: DeadlineMove;
  /** The moment that counts as now. */
  readonly now: Date;
  /** Asked before anything is changed. */
  readonly confirm: (change: DeadlineChange) => Promise<boolean>;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Moves the moment at which AWS deletes a deployed lab by itself. To an earlier one as well, but not into the past.
 *
 * @throws LabError `AccountNotConfigured`, `StackMissing`, `StackBeingDeleted`, `DeadlineMissing`, `DeadlineUnreadable` or
 *   `DeadlineInPast`, all before anything is changed; what reading the assembly and asking AWS throw
 */
export async function extendLab(options: ExtendOptions): Promise<ExtendResult> {
  const lab = readLab(readAssembly(options.assemblyDirectory));
  const aws = connectAws(lab.stack.region);
  try {
    return await extendIn(aws, lab, options);
  } finally {
    aws.close();
  }
}

/** {@link extendLab} by clients that are connected already. */
export async function extendIn(
  aws: Pick<LabAws, 'sts' | 'cloudFormation' | 'scheduler' | 'region'>, lab: LabView, options: Omit<ExtendOptions, 'assemblyDirectory'>,
): Promise<ExtendResult> {
  const { move, now, confirm, signal } = options;
  const { stackName } = lab.stack;
  const { account } = await checkedCaller(aws, lab.stack.account, signal);
  await checkStack(aws, stackName, signal);

  // Not from the template: the lab may have been deployed with a deadline for one run, and synthesized without it since.
  const name = labNames(lab.cluster.name).deadlineSchedule;
  const schedule = await deadlineSchedule(aws, name, signal);
  if (schedule === undefined) throw deadlineMissing(name);

  const moment = 'to' in move ? move.to : new Date(schedule.moment.getTime() + move.bySeconds * 1000);
  if (moment.getTime() <= now.getTime()) throw deadlineInPast(schedule, moment);

  const change: DeadlineChange = {
    stackName, account, region: aws.region, scheduleName: name,
    from: momentInUtc(schedule.moment), to: momentInUtc(moment), isEnabled: schedule.isEnabled,
  };
  if (change.from === change.to) return { ...change, outcome: 'unchanged' };
  if (!await confirm(change)) return { ...change, outcome: 'declined' };
  await moveSchedule(aws, schedule, moment, signal);
  return { ...change, outcome: 'moved' };
}

async function checkStack({ cloudFormation }: Pick<LabAws, 'cloudFormation'>, stackName: string, signal: AbortSignal | undefined): Promise<void> {
  const stack = await deployedStack(cloudFormation, stackName, signal);
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
