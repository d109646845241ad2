import { wiringOf } from '../../charts/lab-charts';
import { DEFAULT_CONFIG } from './default-lab-charts';

describe('the wiring of the charts', () => {
  test('follows the name of the cluster', () => {
    expect(wiringOf({ ...DEFAULT_CONFIG, clusterName: 'blue' })).toMatchObject({
      nodeRoleName: 'blue-karpenter-node',
      subnetSelectorTags: { 'karpenter.sh/discovery': 'blue' },
      securityGroupSelectorTags: { 'aws:eks:cluster-name': 'blue' },
    });
  });

  test('pins the image of kube-ops-view', () => {
    expect(wiringOf(DEFAULT_CONFIG).kubeOpsViewImage).toMatch(/kube-ops-view(:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$/);
  });
});
