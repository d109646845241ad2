import { momentInUtc } from '../deadline/moment';
import { momentOfExpression } from '../deadline/schedule-expression';
import { textAt } from './json';
import type { SynthesizedStack } from './synthesized-stack';

/** The schedule that deletes the stack. */
export interface DeadlineView {
  readonly logicalId: string;
  /** Name of the schedule. */
  readonly scheduleName: string;
  /** The moment in UTC: `2026-12-01T09:00Z`. */
  readonly expiresAt: string;
}

/** What a schedule calls that deletes a stack. */
const DELETES_STACK = /:aws-sdk:cloudformation:deleteStack$/;

/** Reads when the stack will be deleted by itself; undefined where nothing does that. */
export function readDeadline(stack: SynthesizedStack): DeadlineView | undefined {
  for (const resource of stack.resourcesOfType('AWS::Scheduler::Schedule')) {
    const properties = stack.resolvedProperties(resource);
    const moment = momentOfExpression(textAt(properties, 'ScheduleExpression') ?? '', textAt(properties, 'ScheduleExpressionTimezone'));
    if (moment !== undefined && DELETES_STACK.test(textAt(properties, 'Target', 'Arn') ?? '')) {
      return { logicalId: resource.logicalId, scheduleName: textAt(properties, 'Name') ?? resource.logicalId, expiresAt: momentInUtc(moment) };
    }
  }
  return undefined;
}
