import type { ExtendResult } from '../../lib/removal/extend-lab';

/** A deadline that was moved by two hours. */
export const movedDeadline: ExtendResult = {
  stackName: 'karpenter-lab',
  account: '111122223333',
  region: 'ap-northeast-2',
  scheduleName: 'karpenter-lab-deadline',
  from: '2026-12-01T09:00Z',
  to: '2026-12-01T11:00Z',
  isEnabled: true,
  outcome: 'moved',
};
