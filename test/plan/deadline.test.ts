import { planStack } from '../../lib/plan/plan';
import type { PlanResult } from '../../lib/plan/plan-result';
import { resource, smallLab } from '../assembly/small-lab';

const DELETE_STACK = 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack';

function planWith(expression: string, now?: string, target = DELETE_STACK): PlanResult {
  const Deadline = resource('AWS::Scheduler::Schedule', {
    Name: 'lab-deadline', ScheduleExpression: expression, ScheduleExpressionTimezone: 'UTC', Target: { Arn: target },
  });
  return planStack(smallLab({ Deadline }), { classHours: 4, now: now === undefined ? undefined : new Date(now) });
}

function codesOf({ warnings }: PlanResult): readonly string[] {
  return warnings.map(({ code }) => code).filter((code) => ['NoDeadline', 'ExpiryPassed', 'ExpirySoon'].includes(code));
}

describe('the plan of a lab with a deadline', () => {
  test('says when, by what, and with which rights', () => {
    const plan = planWith('at(2026-12-01T09:00:00)');
    expect(plan.lab.expiresAt).toBe('2026-12-01T09:00Z');
    expect(plan.concerns.find(({ name }) => name === 'Deadline')).toEqual({
      name: 'Deadline', resourceCount: 1,
      lines: ['AWS deletes the stack at 2026-12-01 09:00 UTC, by schedule lab-deadline with a role for nothing else'],
    });
    expect(plan.security.facts).toContain('Schedule lab-deadline may delete this stack and nothing else, once.');
  });

  test.each<[string, string | undefined, readonly string[]]>([
    ['is far off', '2026-11-30T09:00Z', []],
    ['leaves time for the class to the minute', '2026-12-01T04:00Z', []],
    ['is before the end of the class', '2026-12-01T06:00Z', ['ExpirySoon']],
    ['is this very minute', '2026-12-01T09:00Z', ['ExpiryPassed']],
    ['has passed', '2026-12-02T09:00Z', ['ExpiryPassed']],
    ['is not compared with any clock', undefined, []],
  ])('warns where it should when the deadline %s', (_fact, now, codes) => {
    expect(codesOf(planWith('at(2026-12-01T09:00:00)', now))).toEqual(codes);
  });

  test('counts what the class needs', () => {
    const [warning] = planWith('at(2026-12-01T09:00:00)', '2026-12-01T06:00Z').warnings.filter(({ code }) => code === 'ExpirySoon');
    expect(warning?.message).toMatch(/^AWS deletes the lab at 2026-12-01 09:00 UTC, in 180 minutes; to deploy it and a class of 4 h need 2[45]\d\.$/);
  });
});

describe('the plan of a lab without a deadline', () => {
  test('warns of what it costs when it is forgotten', () => {
    const plan = planStack(smallLab());
    expect(plan.lab.expiresAt).toBeUndefined();
    expect(plan.warnings.find(({ code }) => code === 'NoDeadline')?.message).toContain(`${(plan.cost.idlePerHour * 24).toFixed(2)} USD a day`);
  });

  test('has no price to name where none is known', () => {
    expect(planStack(smallLab({}, 'eu-north-1')).warnings.find(({ code }) => code === 'NoDeadline')?.message).toBe('A forgotten lab stays and costs.');
  });

  test.each([
    ['repeats', 'rate(1 hour)', DELETE_STACK],
    ['does something else', 'at(2026-12-01T09:00:00)', 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances'],
  ])('takes no schedule for one that %s', (_fact, expression, target) => {
    expect(codesOf(planWith(expression, undefined, target))).toEqual(['NoDeadline']);
  });
});
