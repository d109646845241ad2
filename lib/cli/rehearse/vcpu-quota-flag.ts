import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** `--vcpu-quota`: what the account may run, for the bounds of a class. */
export const vcpuQuotaFlag: VerbFlag = {
  flags: '--vcpu-quota <vcpus>',
  summary: 'with --students: on-demand vCPUs that your account may run, EC2 quota L-1216C47A (default: that of a new account)',
  parse: (text) => {
    const quota = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    if (quota < 1) {
      throw new UsageError({
        code: 'InvalidVcpuQuota',
        message: '--vcpu-quota takes a whole number of vCPUs, 1 or more.',
        received: text,
        remedy: 'See what the account has: aws service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A.',
      });
    }
    return quota;
  },
};
