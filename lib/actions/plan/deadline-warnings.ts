import type { LabView } from '../../assembly/lab-view';
import type { CostEstimate, PlanWarning, TimeEstimate } from '../plan-result';
import { momentPhrase } from './phrases';

/** What the deadline is judged by. */
export interface DeadlineSources {
  readonly cost: CostEstimate;
  readonly time: TimeEstimate;
  /**
   * The moment that counts as now.
   *
   * @default - no clock: a deadline is taken to lie far enough ahead
   */
  readonly now?: Date;
}

/** Whether the lab ends by itself, and not before its class does. */
export function deadlineWarnings({ deadline }: LabView, { cost, time, now }: DeadlineSources): readonly PlanWarning[] {
  if (deadline === undefined) {
    const costs = cost.unavailable === undefined ? `costs ${cost.unpriced === undefined ? '' : 'more than '}${(cost.idlePerHour * 24).toFixed(2)} USD a day` : 'stays and costs';
    return [{
      code: 'NoDeadline',
      message: `A forgotten lab ${costs}.`,
      remedy: 'Set expiresAt to end it.',
    }];
  }
  if (now === undefined) return [];
  const secondsLeft = (Date.parse(deadline.expiresAt) - now.getTime()) / 1000;
  if (secondsLeft <= 0) {
    return [{
      code: 'ExpiryPassed',
      message: `The deadline, ${momentPhrase(deadline.expiresAt)}, has passed: AWS refuses such a schedule, and with it the deployment.`,
      remedy: 'Set expiresAt to a time after the class, or to "".',
    }];
  }
  const minutesNeeded = Math.ceil(time.readySeconds / 60 + cost.classHours * 60);
  return secondsLeft >= minutesNeeded * 60 ? [] : [{
    code: 'ExpirySoon',
    message: `AWS deletes the lab at ${momentPhrase(deadline.expiresAt)}, in ${Math.floor(secondsLeft / 60)} minutes; to deploy it and a class of ${cost.classHours} h need ${minutesNeeded}.`,
    remedy: 'Set expiresAt to a later time, or plan with the --hours of your class.',
  }];
}
