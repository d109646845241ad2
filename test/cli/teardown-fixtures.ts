import type { SweepResult } from '../../lib/removal/sweep-lab';
import type { TeardownResult } from '../../lib/removal/teardown-result';
import type { Leftover } from '../../lib/aws/leftovers/leftover';

const lab = { account: '111122223333', region: 'ap-northeast-2', clusterName: 'karpenter-lab', stackName: 'karpenter-lab' };

/** A volume that AWS bills for. */
export const volume: Leftover = {
  kind: 'volume', id: 'vol-1', name: 'data, 8 GiB', evidence: 'KubernetesCluster=karpenter-lab and kubernetes.io/created-for/pvc/name=data', isBillable: true,
};

/** An instance of Karpenter's. */
export const instance: Leftover = {
  kind: 'instance', id: 'i-1', name: 'c5a.2xlarge', evidence: 'kubernetes.io/cluster/karpenter-lab=owned and karpenter.sh/nodepool=default', isBillable: true,
};

/** A sweep after which nothing is left. */
export const sweptLab: SweepResult = {
  ...lab,
  outcome: 'clean',
  found: [volume],
  removed: [volume],
  kept: [],
  remaining: [],
  counts: [{ kind: 'volume', label: 'volume', found: 1, removed: 1, remaining: 0 }],
  isBillableLeft: false,
};

/** A teardown after which nothing is left. */
export const removedLab: TeardownResult = {
  ...lab,
  outcome: 'clean',
  inventory: { ...lab, drainedBy: 'teardown', stackStatus: 'CREATE_COMPLETE', stackResourceCount: 78, clusterStatus: 'ACTIVE', objects: ['Namespace karpenter-test', 'NodePool default'], studentWork: [], leftovers: [instance, volume] },
  stages: [
    { stage: 'drain', outcome: 'done', detail: '2 objects deleted; no NodePool, NodeClaim or instance is left' },
    { stage: 'stack', outcome: 'done', detail: 'CloudFormation deleted karpenter-lab' },
    { stage: 'sweep', outcome: 'done', detail: '1 leftover removed' },
  ],
  deletedObjects: ['Namespace karpenter-test', 'NodePool default'],
  terminatedInstances: [],
  releasedObjects: [],
  accounted: [{ ...instance, removedBy: 'Karpenter' }, { ...volume, removedBy: 'sweep' }],
  kept: [],
  remaining: [],
  isBillableLeft: false,
};
