import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { passed } from './finding';
import { fixedNames } from './fixed-names';
import { nameClashFinding } from './name-clash';
import { unlessAbsent } from './name-holder';

const TYPE = 'AWS::Scheduler::Schedule';

/** Whether the name of the schedule that keeps the deadline is free. Nothing that `lab sweep` looks for is a schedule. */
export const scheduleNameCheck: Check = {
  name: 'Names: schedule',
  asksAws: true,
  run: (context) => {
    const { aws: { scheduler }, lab: { stack }, signal } = context;
    if (fixedNames(stack, TYPE).length === 0) return passed('Not needed: the lab has no deadline.');
    return nameClashFinding(context, {
      type: TYPE,
      noun: 'schedule',
      holder: (name) => asking('scheduler:GetSchedule', async () => {
        const found = await unlessAbsent(() => scheduler.send(new GetScheduleCommand({ Name: name }), { abortSignal: signal }), 'ResourceNotFoundException');
        return found === undefined ? undefined : { physicalId: name };
      }),
      deletion: ({ physicalId }) => `aws scheduler delete-schedule --region ${stack.region} --name ${physicalId}`,
    });
  },
};
