import type { PreflightResult } from '../../lib/preflight/preflight-check';

/** An account in which everything is ready. */
export const readyAccount: PreflightResult = {
  stackName: 'karpenter-lab',
  clusterName: 'karpenter-lab',
  region: 'ap-northeast-2',
  account: '111122223333',
  checks: [
    { name: 'Credentials', outcome: 'pass', evidence: 'Account 111122223333. You are arn:aws:iam::111122223333:user/instructor.' },
    { name: 'Quota: VPCs', outcome: 'pass', evidence: '5 VPCs in the region allowed, 1 in use: 4 free. The lab needs 1.' },
  ],
  verdict: 'pass',
};

/** An account whose quota is used up, and that an earlier class was not removed from. */
export const unreadyAccount: PreflightResult = {
  ...readyAccount,
  checks: [
    ...readyAccount.checks.slice(0, 1),
    { name: 'Quota: VPCs', outcome: 'fail', evidence: '5 VPCs in the region allowed, 5 in use: 0 free. The lab needs 1.', remedy: 'Ask for at least 6 in Service Quotas.' },
    { name: 'kubectl', outcome: 'warn', evidence: 'There is no kubectl on this computer.', remedy: 'Install kubectl 1.35.' },
  ],
  verdict: 'fail',
};
