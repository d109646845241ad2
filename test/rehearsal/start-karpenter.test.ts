import { karpenterSettings } from '../../lib/rehearsal/start-karpenter';

const CHART = { logicalId: 'Karpenter', name: 'karpenter', release: 'karpenter', namespace: 'kube-system', waitsForPods: true } as const;

describe('the environment of Karpenter', () => {
  it('is what its chart makes of its values', () => {
    expect(karpenterSettings({
      ...CHART,
      values: {
        logLevel: 'debug',
        settings: {
          clusterName: 'my-lab', interruptionQueue: 'my-lab', batchMaxDuration: '5s', vmMemoryOverheadPercent: 0.05, reservedENIs: '1',
          featureGates: { spotToSpotConsolidation: true, nodeRepair: false },
        },
        controller: { resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } } },
      },
    })).toEqual({
      CLUSTER_NAME: 'my-lab',
      INTERRUPTION_QUEUE: 'my-lab',
      BATCH_MAX_DURATION: '5s',
      VM_MEMORY_OVERHEAD_PERCENT: '0.05',
      RESERVED_ENIS: '1',
      FEATURE_GATES: 'SpotToSpotConsolidation=true,NodeRepair=false',
      LOG_LEVEL: 'debug',
      CPU_REQUESTS: '500',
      MEMORY_LIMIT: '1073741824',
    });
  });

  it('leaves to Karpenter what the chart does not say', () => {
    expect(karpenterSettings({ ...CHART, values: {} })).toEqual({});
  });
});
