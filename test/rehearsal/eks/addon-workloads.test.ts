import { textAt } from '../../../lib/json';
import { addonWorkloads } from '../../../lib/rehearsal/eks/addon-workloads';

describe('the stand-ins for the pods of an add-on', () => {
  const named = (addon: string, name: string, configuration = {}) => addonWorkloads(addon, configuration)?.find((workload) => textAt(workload, 'metadata', 'name') === name);

  it('of a daemon are a DaemonSet, from which Karpenter computes overhead', () => {
    expect(named('vpc-cni', 'aws-node')).toMatchObject({ kind: 'DaemonSet', spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } });
    expect(JSON.stringify(named('vpc-cni', 'aws-node'))).toContain('"cpu":"50m"');
  });

  it('have the replicas that the add-on\'s configuration says', () => {
    expect(named('coredns', 'coredns', { replicaCount: 3 })).toMatchObject({ kind: 'Deployment', metadata: { namespace: 'kube-system' }, spec: { replicas: 3 } });
  });

  it('are none of an add-on whose pods nobody knows', () => {
    expect(addonWorkloads('unheard-of', {})).toBeUndefined();
  });
});
