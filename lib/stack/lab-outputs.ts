import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { labNames } from '../config/names';
import type { LabConfig } from '../config/schema';

/** Adds to a stack what a class needs to begin. */
export function addLabOutputs(stack: Stack, config: LabConfig, nodePoolName: string): void {
  const { clusterName, karpenter } = config;
  const outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>> = {
    KubeconfigCommand: {
      value: `aws eks update-kubeconfig --region ${config.region} --name ${clusterName}`,
      description: 'Run this to reach the cluster with kubectl',
    },
    KarpenterNamespace: {
      value: karpenter.namespace,
      description: `The exercise reads it from the environment: export KARPENTER_NAMESPACE=${karpenter.namespace}`,
    },
    ClusterName: { value: clusterName, description: 'Name of the EKS cluster' },
    NodePoolName: { value: nodePoolName, description: 'NodePool that launches the nodes of the exercise' },
    InterruptionQueueName: {
      value: labNames(clusterName).interruptionQueue,
      description: 'SQS queue from which Karpenter learns of interruptions',
    },
  };
  for (const [id, { value, description }] of Object.entries(outputs)) {
    new CfnOutput(stack, id, { value, description });
  }
}
