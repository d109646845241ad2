import { nodeAddresses, planNetwork } from '../../lib/plan/network';
import { planSystemNodes, podsWithoutRoom } from '../../lib/plan/system-nodes';
import { addon, deployment, karpenterChart, manifest, nodeGroup, smallLabView } from '../assembly/small-lab';

describe('the network', () => {
  const network = planNetwork(smallLabView());

  test('has the addresses that AWS leaves in each subnet', () => {
    expect(network.subnets.map(({ logicalId, kind, usableAddresses }) => [logicalId, kind, usableAddresses])).toEqual([
      ['PrivateA', 'private', 16379], ['PrivateB', 'private', 16379], ['PublicA', 'public', 251],
    ]);
  });

  test('has room for as many pods as the private subnets have addresses', () => {
    expect([network.vpcCidr, network.natGatewayCount, network.podAddressCapacity]).toEqual(['10.11.0.0/16', 1, 2 * 16379]);
  });
});

describe('the system nodes', () => {
  const fit = planSystemNodes(smallLabView());

  test('run the DaemonSets once on each, and the rest as often as it says', () => {
    expect(fit.pods.map(({ name, count, isDaemonSet }) => [name, count, isDaemonSet])).toEqual([
      ['aws-node', 2, true], ['kube-proxy', 2, true], ['coredns', 2, false], ['karpenter', 2, false], ['viewer', 1, false],
    ]);
  });

  test('do not run the exercise', () => {
    expect(fit.pods.map(({ name }) => name)).not.toContain('inflate');
  });

  test('are compared with the sum of all requests', () => {
    expect(fit.requested).toEqual({
      cpuMillis: 2 * (50 + 100) + 2 * 100 + 2 * 500 + 50,
      memoryMiB: 2 * 70 + 2 * 512 + 64,
      pods: 2 * 2 + 2 + 2 + 1,
    });
    expect(fit.allocatable).toEqual({ cpuMillis: 2 * 1930, memoryMiB: 2 * 3246, pods: 2 * 17 });
  });

  test('have room for every pod', () => {
    expect(podsWithoutRoom(fit)).toEqual([]);
  });

  test('have no room for pods of 1.5 CPU beside the others, though the sum fits', () => {
    const tight = planSystemNodes(smallLabView({
      Karpenter: karpenterChart({ requests: { cpu: '1100m', memory: '512Mi' } }),
      Viewer: manifest([deployment('viewer', 1, { cpu: '700m', memory: '64Mi' })], 'Nodes'),
    }));

    // Each node: 1930 - 150 - 1100 = 680 left; 3860 - 300 - 2200 - 200 - 700 = 460 in all.
    expect(tight.requested.cpuMillis).toBeLessThan(tight.allocatable.cpuMillis);
    expect(tight.unavailable).toBeUndefined();
    expect(planSystemNodes(smallLabView({ Nodes: nodeGroup('z9.nano', 2) })).unavailable).toContain('The size of z9.nano is in no table');
    expect(podsWithoutRoom(tight)).toEqual(['viewer']);
  });

  test('have no room where a pod finds no slot', () => {
    const viewers = (count: number) => planSystemNodes(smallLabView({ Viewer: manifest([deployment('viewer', count, {})], 'Nodes') }));

    // 34 slots, less four of DaemonSets, two of coredns and two of Karpenter.
    expect(podsWithoutRoom(viewers(26))).toEqual([]);
    expect(podsWithoutRoom(viewers(27))).toEqual(['viewer']);
  });

  test('have no room where the DaemonSets alone are too many', () => {
    const tiny = planSystemNodes(smallLabView({
      Nodes: nodeGroup('t3.nano', 2),
      Ebs: addon('aws-ebs-csi-driver'),
    }));

    // 512 MiB - 39 - 299 - 100 = 74 MiB, less than the 120 of ebs-csi-node.
    expect(tiny.allocatable.memoryMiB).toBe(2 * 74);
    expect(podsWithoutRoom(tiny)).toContain('ebs-csi-node');
  });

  test('have nothing to offer where their type is unknown', () => {
    expect(planSystemNodes(smallLabView({ Nodes: nodeGroup('z9.nano', 2) })).allocatable).toEqual({ cpuMillis: 0, memoryMiB: 0, pods: 0 });
  });
});

describe('the addresses that a node takes', () => {
  test('come in whole network interfaces, with one to spare', () => {
    // c5a.2xlarge: 4 interfaces of 15 addresses, of which the first is the interface's own.
    expect(nodeAddresses('c5a.2xlarge', 5)).toBe(30);
    expect(nodeAddresses('c5a.2xlarge', 15)).toBe(45);
    expect(nodeAddresses('c5a.2xlarge', 56)).toBe(60);
  });

  test('are those of the pods for an instance type in no table', () => {
    expect(nodeAddresses('x9.large', 7)).toBe(7);
  });
});
