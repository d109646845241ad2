import { karpenterInstances } from '../../aws/karpenter-instances';
import { counted, listed } from '../plan/phrases';
import type { Check } from './check';
import { failed, passed } from './finding';

/** Whether instances that Karpenter launched for an earlier class of this name still run, and are billed. */
export const leftoverInstancesCheck: Check = {
  name: 'Leftover instances',
  asksAws: true,
  run: async ({ aws, lab, stack, signal }) => {
    const [deployed, instances] = await Promise.all([stack(), karpenterInstances(aws.ec2, lab.cluster.name, signal)]);
    if (deployed !== undefined) return passed(`${counted(instances.length, 'instance')} of Karpenter's; they belong to the lab that is deployed.`);
    return instances.length === 0
      ? passed(`No instance of an earlier ${lab.cluster.name} runs.`)
      : failed(
        `${counted(instances.length, 'instance')} of an earlier ${lab.cluster.name}: ${listed(instances.map(({ id, instanceType, state }) => `${id} (${instanceType}, ${state})`))}.`,
        'Run `npm run lab -- sweep`: they are billed.',
      );
  },
};
