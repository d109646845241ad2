import type { DeploymentTarget, DeployResult } from '../../lib/deploy/deployment-target';

/** An account that the lab was never deployed in. */
export const newTarget: DeploymentTarget = {
  stackName: 'karpenter-lab', clusterName: 'karpenter-lab', region: 'ap-northeast-2', account: '111122223333', mode: 'create',
};

/** A lab that was just deployed. */
export const createdLab: DeployResult = {
  stackName: 'karpenter-lab',
  clusterName: 'karpenter-lab',
  region: 'ap-northeast-2',
  account: '111122223333',
  outcome: 'created',
  isFollowed: false,
  durationSeconds: 840,
  outputs: [{ logicalId: 'ClusterName', value: 'karpenter-lab' }],
  accessLines: ['aws eks update-kubeconfig --region ap-northeast-2 --name karpenter-lab', 'export KARPENTER_NAMESPACE=kube-system'],
};
