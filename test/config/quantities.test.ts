import { mostReplicas, smallestCpuLimit } from '../../lib/config/rules';
import { privateSubnetPrefixLength, publicSubnetPrefixLength } from '../../lib/config/network-values';
import { cpuMillis, kubeReservedCpuMillis, mebibytes } from '../../lib/kubernetes/allocatable';

describe('quantities', () => {
  test.each([['1', 1000], ['0.5', 500], ['500m', 500], ['1.25', 1250], ['2000m', 2000]])('%s CPU is %s thousandths', (quantity, millis) => {
    expect(cpuMillis(quantity)).toBe(millis);
  });

  test.each([['400Gi', 409_600], ['512Mi', 512], ['2Ti', 2_097_152], ['1.5Gi', 1536], ['1048576k', 1000]])('%s of memory is %s MiB', (quantity, mib) => {
    expect(mebibytes(quantity)).toBeCloseTo(mib, 6);
  });
});

describe('the CPU limit', () => {
  test.each([[1, 60], [2, 70], [4, 80], [8, 90], [96, 310]])('of %s cores loses %s thousandths to the kubelet', (cores, millis) => {
    expect(kubeReservedCpuMillis(cores * 1000)).toBe(millis);
  });

  it('holds one pod less than it has cores, when each asks for one', () => {
    expect([8, 16, 100].map((limit) => mostReplicas(limit, '1'))).toEqual([7, 15, 99]);
  });

  test.each([[5, '1'], [1, '2'], [250, '500m'], [9999, '1']])('that is proposed for %s pods of %s CPU is enough, and one core less is not', (replicas, cpu) => {
    const limit = smallestCpuLimit(replicas, cpu);
    expect(mostReplicas(limit, cpu)).toBeGreaterThanOrEqual(replicas);
    expect(mostReplicas(limit - 1, cpu)).toBeLessThan(replicas);
  });
});

describe('subnets', () => {
  test.each([['10.11.0.0/16', 18, 24], ['192.168.0.0/18', 20, 24], ['172.16.0.0/20', 22, 24]])('of %s are private /%s and public /%s', (vpc, privateLength, publicLength) => {
    expect(privateSubnetPrefixLength(vpc)).toBe(privateLength);
    expect(publicSubnetPrefixLength(vpc)).toBe(publicLength);
  });

  test.each([16, 17, 18, 19, 20])('of a /%s fit into it: three quarters private, the last one public', (length) => {
    const size = (prefixLength: number): number => 2 ** (32 - prefixLength);
    const vpc = `10.0.0.0/${length}`;
    expect(3 * size(privateSubnetPrefixLength(vpc)) + 3 * size(publicSubnetPrefixLength(vpc))).toBeLessThanOrEqual(size(length));
  });
});
