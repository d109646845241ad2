import { allocatableOf, capacityOf } from '../../lib/kubernetes/allocatable';
import { instanceTypeShape } from '../../lib/plan/price-table';

const C5A_2XLARGE = { vcpu: 8, memoryMiB: 16384, architecture: 'amd64', maxEnis: 4, ipv4PerEni: 15 };
const T3_MEDIUM = { vcpu: 2, memoryMiB: 4096, architecture: 'amd64', maxEnis: 3, ipv4PerEni: 6 };

describe('what pods may use of an instance', () => {
  test('is what Karpenter logged in the exercise: 7910m, 14162Mi and 58 pods of a c5a.2xlarge', () => {
    // 8000 - (60 + 10 + 10 + 10); 16384 - 1229 - (11 * 58 + 255) - 100; 4 * 14 + 2
    expect(allocatableOf(C5A_2XLARGE)).toEqual({ cpuMillis: 7910, memoryMiB: 14162, pods: 58 });
  });

  test('is 1930m, 3246Mi and 17 pods of a t3.medium', () => {
    // 2000 - (60 + 10); 4096 - 308 - (11 * 17 + 255) - 100; 3 * 5 + 2
    expect(allocatableOf(T3_MEDIUM)).toEqual({ cpuMillis: 1930, memoryMiB: 3246, pods: 17 });
  });

  test('is less by 64 MiB on Graviton', () => {
    const arm = { ...C5A_2XLARGE, architecture: 'arm64' };

    // 16320 - 1224 against 16384 - 1229
    expect(capacityOf(arm).memoryMiB).toBe(15096);
    expect(capacityOf(C5A_2XLARGE).memoryMiB).toBe(15155);
  });

  test('follows the chart\'s memory overhead', () => {
    expect(allocatableOf(C5A_2XLARGE, { vmMemoryOverheadPercent: 0.05 }).memoryMiB).toBe(16384 - 820 - 893 - 100);
  });

  test('follows the kubelet\'s maxPods, which changes no reserved memory', () => {
    expect(allocatableOf(C5A_2XLARGE, { maxPods: 110 })).toEqual({ cpuMillis: 7910, memoryMiB: 14162, pods: 110 });
  });

  test('leaves reserved interfaces to others', () => {
    expect(allocatableOf(C5A_2XLARGE, { reservedEnis: 1 }).pods).toBe(3 * 14 + 2);
    expect(allocatableOf(C5A_2XLARGE, { reservedEnis: 4 }).pods).toBe(0);
  });

  test('follows what the kubelet is told to reserve', () => {
    const settings = { kubeReserved: { cpu: '100m' }, systemReserved: { cpu: '200m', memory: '300Mi' } };

    expect(allocatableOf(C5A_2XLARGE, settings)).toEqual({ cpuMillis: 7700, memoryMiB: 14162 - 300, pods: 58 });
    expect(allocatableOf(C5A_2XLARGE, { kubeReserved: { memory: '1Gi' } }).memoryMiB).toBe(15155 - 1024 - 100);
  });

  test('is calculated from sizes that the table agrees with', () => {
    expect(instanceTypeShape('c5a.2xlarge')).toEqual(expect.objectContaining(C5A_2XLARGE));
    expect(instanceTypeShape('t3.medium')).toEqual(expect.objectContaining(T3_MEDIUM));
  });
});
