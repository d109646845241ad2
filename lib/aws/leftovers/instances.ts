import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { asking, isAwsError } from '../aws-failure';
import { karpenterInstances } from '../karpenter-instances';
import type { LabAws } from '../lab-aws';
import { GONE, type LeftoverKind, type Removal } from './leftover';
import { EKS_CLUSTER_TAG, ownedByCluster } from './tags';
import { tryRemoval } from './try-removal';

/** Instances that Karpenter launched and did not end. */
export const INSTANCES: LeftoverKind = {
  kind: 'instance',
  find: async (aws, { clusterName }, signal) => {
    const owned = ownedByCluster(clusterName).join('=');
    return (await karpenterInstances(aws.ec2, clusterName, signal)).map(({ id, instanceType, nodePool, launchedAt }) => ({
      kind: 'instance' as const,
      id,
      name: instanceType,
      evidence: `${owned} and ${nodePool === undefined ? `${EKS_CLUSTER_TAG}=${clusterName}` : `karpenter.sh/nodepool=${nodePool}`}`,
      isBillable: true,
      createdAt: launchedAt,
    }));
  },
  remove: async (aws, { id }, signal) => {
    const removal = await tryRemoval({
      request: 'ec2:TerminateInstances',
      gone: ['InvalidInstanceID.NotFound'],
      inUse: ['IncorrectInstanceState', 'IncorrectState'],
      // Somebody protected it from termination.
      refused: ['OperationNotPermitted'],
    }, () => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }), { abortSignal: signal }));
    return removal.isGone ? hasEnded(aws, id, signal) : removal;
  },
};

/** Its volumes and interfaces go only when it has ended. */
function hasEnded(aws: LabAws, id: string, signal: AbortSignal | undefined): Promise<Removal> {
  return asking('ec2:DescribeInstances', async () => {
    try {
      const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }), { abortSignal: signal });
      const state = Reservations?.[0]?.Instances?.[0]?.State?.Name ?? 'terminated';
      return state === 'terminated' ? GONE : { isGone: false, reason: `it is ${state}`, isFinal: false };
    } catch (error) {
      if (isAwsError(error, 'InvalidInstanceID.NotFound')) return GONE;
      throw error;
    }
  });
}
