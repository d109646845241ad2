import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { boundTo } from '../../aws/bound-client';
import { karpenterInstances } from '../../aws/karpenter-instances';
import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { clusterConnection } from './cluster-connection';
import { begin, type GuardBegun, type GuardedLab, guardedPass, type GuardEvent } from './drain-guard';

const LAB: GuardedLab = {
  connect: async (clusterName, signal) => {
    const connection = await clusterConnection(boundTo(signal, new EKSClient()), clusterName);
    return connection && new KubernetesApi(connection, signal, 'drain-guard');
  },
  instances: (clusterName, signal) => karpenterInstances(boundTo(signal, new EC2Client()), clusterName),
  now: () => new Date(),
  tell: (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`),
};

/** What the provider framework calls first, once for each request of CloudFormation. */
export function onEvent(event: GuardEvent): Promise<GuardBegun> {
  return Promise.resolve(begin(event, LAB.now()));
}

/** What the provider framework calls again and again, until it is complete or fails. */
export function isComplete(event: GuardEvent): Promise<{ readonly IsComplete: boolean }> {
  return guardedPass(event, LAB);
}
