import type { Check } from './check';
import { runningVcpus } from './running-vcpus';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';
import { onDemandDemand } from './vcpu-demand';

const QUOTA: ServiceQuota = { service: 'ec2', code: 'L-1216C47A', unit: 'vCPUs of on-demand Standard instances' };

/** Whether EC2 allows the system nodes and the exercise, and all that the NodePool's limit does. */
export const onDemandQuotaCheck: Check = {
  name: 'Quota: on-demand vCPUs',
  asksAws: true,
  run: async (context) => {
    const [limit, { onDemand }] = await Promise.all([quotaLimit(QUOTA, context), runningVcpus(context)]);
    return quotaFinding({ quota: QUOTA, limit, used: onDemand, ...onDemandDemand(context.lab, context.launch) });
  },
};
