import { karpenterInstances } from '../../aws/karpenter-instances';
import { counted, listed } from '../plan/phrases';
import type { Check } from './check';
import { failed, passed, warned } from './finding';
import { ownStack } from './own-stack';

/** Whether instances that Karpenter launched for an earlier class of this name still run, and are billed. */
export const leftoverInstancesCheck: Check = {
  name: 'Leftover instances',
  asksAws: true,
  run: async (context) => {
    const { aws, lab, signal } = context;
    const [{ isKnown, stack }, instances] = await Promise.all([ownStack(context), karpenterInstances(aws.ec2, lab.cluster.name, signal)]);
    if (stack !== undefined) return passed(`${counted(instances.length, 'instance')} of Karpenter's; they belong to the lab that is deployed.`);
    if (instances.length === 0) return passed(`No instance of an earlier ${lab.cluster.name} runs.`);
    const shown = listed(instances.map(({ id, instanceType, state }) => `${id} (${instanceType}, ${state})`));
    return isKnown
      ? failed(`${counted(instances.length, 'instance')} of an earlier ${lab.cluster.name}: ${shown}.`, 'Run `npm run lab -- sweep`: they are billed.')
      : warned(`${counted(instances.length, 'instance')} of ${lab.cluster.name}: ${shown}. Whether the lab is deployed is not known.`, 'If it is not, run `npm run lab -- sweep`: they are billed.');
  },
};
