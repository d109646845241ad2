import type { Check } from './check';
import { passed } from './finding';
import { runningVcpus } from './running-vcpus';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';
import { spotDemand, usesSpot } from './vcpu-demand';

const QUOTA: ServiceQuota = { service: 'ec2', code: 'L-34B43A08', unit: 'vCPUs of spot Standard instances' };

/** Whether EC2 allows the spot instances that the NodePool does. */
export const spotQuotaCheck: Check = {
  name: 'Quota: spot vCPUs',
  asksAws: true,
  run: async (context) => {
    if (!usesSpot(context.lab)) return passed(`NodePool ${context.lab.nodePool.name} launches no spot instances.`);
    const [limit, { spot }] = await Promise.all([quotaLimit(QUOTA, context), runningVcpus(context)]);
    return quotaFinding({ quota: QUOTA, limit, used: spot, ...spotDemand(context.lab, context.launch) });
  },
};
