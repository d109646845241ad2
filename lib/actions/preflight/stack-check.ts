import { stackReadiness } from '../../aws/stack-status';
import type { Check } from './check';
import { failed, passed, warned } from './finding';

/** Whether the stack's name is free, or the stack can be updated. */
export const stackCheck: Check = {
  name: 'Stack',
  asksAws: true,
  run: async ({ lab: { stack: { stackName } }, stack }) => {
    const deployed = await stack();
    if (deployed === undefined) return passed(`There is no stack ${stackName} yet.`);
    const readiness = stackReadiness(deployed.status);
    const seen = `Stack ${stackName} is ${deployed.status}.`;
    switch (readiness.kind) {
      case 'blocked': return failed(`${seen} ${readiness.meaning}`, readiness.remedy);
      case 'creating':
      case 'updating': return warned(`${seen} CloudFormation is at work.`, 'Run `npm run lab -- deploy` to follow it.');
      case 'unstarted': return passed(`${seen} It has no resources yet.`);
      case 'usable': return passed(`${seen} A deployment updates it.`);
    }
  },
};
