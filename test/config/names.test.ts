import { CLUSTER_NAME_MAX_LENGTH, KARPENTER_POLICY_NAMES, karpenterPolicyName, resourceNames } from '../../lib/config/names';

describe('names made from the longest cluster name', () => {
  const longest = `A${'b'.repeat(CLUSTER_NAME_MAX_LENGTH - 1)}`;
  const names = resourceNames(longest);

  it('are role names that IAM accepts, the longest to the last character', () => {
    const roles = [names.controllerRole, names.nodeRole];
    expect(Math.max(...roles.map((role) => role.length))).toBe(64);
    for (const role of roles) {
      expect(role).toMatch(/^[\w+=,.@-]{1,64}$/);
    }
  });

  it('are a stack name that CloudFormation accepts', () => {
    expect(names.stack).toMatch(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/);
  });

  it('are a queue name that SQS accepts', () => {
    expect(names.interruptionQueue).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it('are the name of a schedule that EventBridge Scheduler accepts', () => {
    expect(names.deadlineSchedule).toMatch(/^[0-9a-zA-Z_.-]{1,64}$/);
  });

  it('are policy names that IAM accepts', () => {
    for (const policy of KARPENTER_POLICY_NAMES) {
      expect(karpenterPolicyName(longest, policy)).toMatch(/^[\w+=,.@-]{1,128}$/);
    }
  });

  it('are themselves a cluster name that EKS accepts', () => {
    expect(longest).toMatch(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/);
  });
});

it('names the roles, the policies and the queue after the cluster', () => {
  expect(resourceNames('karpenter-lab')).toEqual({
    stack: 'karpenter-lab',
    controllerRole: 'karpenter-lab-karpenter-controller',
    nodeRole: 'karpenter-lab-karpenter-node',
    interruptionQueue: 'karpenter-lab',
    deadlineSchedule: 'karpenter-lab-deadline',
  });
  expect(karpenterPolicyName('karpenter-lab', 'NodeLifecycle')).toBe('KarpenterControllerNodeLifecyclePolicy-karpenter-lab');
});
