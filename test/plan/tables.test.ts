import { hasTypicalSeconds, typicalSeconds } from '../../lib/plan/time-estimate';
import { instanceTypeShape, priceTableOf } from '../../lib/plan/price-table';
import { podsOfAddon, podsOfChart } from '../../lib/plan/node-pods';

describe('the price table of Seoul', () => {
  const table = priceTableOf('ap-northeast-2');
  const types = table?.instanceTypes ?? [];

  test('says of which day it is and where it is from', () => {
    expect([table?.asOf, table?.ratesAsOf]).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d$/), expect.stringMatching(/^\d{4}-\d\d-\d\d$/)]);
    expect(table?.sources.length).toBeGreaterThan(0);
  });

  test.each([
    ['c5a.2xlarge', 0.344], ['c5.2xlarge', 0.384], ['c6i.2xlarge', 0.384], ['m5.large', 0.118], ['t3.medium', 0.052], ['t3.large', 0.104], ['t4g.medium', 0.0416],
  ])('has %s at its list price', (name, price) => {
    expect(types.find((type) => type.name === name)?.pricePerHour).toBe(price);
  });

  test('has the rates of the lab', () => {
    expect(table?.rates).toEqual(expect.objectContaining({
      eksControlPlanePerHour: 0.1, natGatewayPerHour: 0.059, publicIpv4PerHour: 0.005, gp3PerGBMonth: 0.0912,
    }));
  });

  test('has every type once, with a price, a size and zones of the region', () => {
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
    const broken = types.filter((type) => !(type.pricePerHour > 0 && type.vcpu > 0 && type.memoryMiB > 0 && type.maxEnis > 0 && type.ipv4PerEni > 1)
      || type.zones.length === 0 || !type.zones.every((zone) => /^ap-northeast-2[a-d]$/.test(zone))
      || !['amd64', 'arm64'].includes(type.architecture));
    expect(broken.map(({ name }) => name)).toEqual([]);
  });

  test('has only bare metal without a hypervisor', () => {
    expect(types.filter((type) => type.isBareMetal !== (type.hypervisor === undefined)).map(({ name }) => name)).toEqual([]);
  });

  test('says of each price whose source it is', () => {
    expect(table?.sources).toEqual(expect.arrayContaining([expect.stringContaining('AWS Price List')]));
    expect(types.filter(({ isPriceDerived }) => isPriceDerived).length).toBeLessThan(types.length / 2);
  });

  test('is not used for a region that has none', () => {
    expect(priceTableOf('eu-north-1')).toBeUndefined();
  });

  test('does not know a type that is not in it', () => {
    expect(instanceTypeShape('z9.nano')).toBeUndefined();
  });
});

describe('requests of system pods', () => {
  test('are the add-on\'s own where nothing is configured', () => {
    expect(podsOfAddon('coredns', {})).toEqual([{ name: 'coredns', isDaemonSet: false, replicas: 2, cpuMillis: 100, memoryMiB: 70 }]);
    expect(podsOfAddon('aws-ebs-csi-driver', {})?.map(({ name, isDaemonSet }) => [name, isDaemonSet]))
      .toEqual([['ebs-csi-node', true], ['ebs-csi-controller', false]]);
  });

  test('are those of the configuration where it says so', () => {
    expect(podsOfAddon('coredns', { replicaCount: 1, resources: { requests: { cpu: '50m', memory: '128Mi' } } }))
      .toEqual([{ name: 'coredns', isDaemonSet: false, replicas: 1, cpuMillis: 50, memoryMiB: 128 }]);
    expect(podsOfAddon('aws-ebs-csi-driver', { controller: { replicaCount: 1 } })?.map(({ replicas }) => replicas)).toEqual([1, 1]);
    expect(podsOfAddon('metrics-server', { replicas: 1 })?.map(({ replicas }) => replicas)).toEqual([1]);
  });

  test('are Karpenter\'s as in the values of its chart', () => {
    expect(podsOfChart('karpenter', { replicas: 1, controller: { resources: { requests: { cpu: 1, memory: '1Gi' } } } }))
      .toEqual([{ name: 'karpenter', isDaemonSet: false, replicas: 1, cpuMillis: 1000, memoryMiB: 1024 }]);
    expect(podsOfChart('karpenter-crd', {})).toEqual([]);
  });

  test('are unknown for what is in no table', () => {
    expect([podsOfAddon('adot', {}), podsOfChart('argo-cd', {})]).toEqual([undefined, undefined]);
  });
});

describe('typical durations', () => {
  test.each([
    [{ type: 'AWS::EKS::Cluster' }, 590],
    [{ type: 'AWS::EKS::Nodegroup' }, 150],
    [{ type: 'AWS::EKS::Addon', variant: 'metrics-server' }, 50],
    [{ type: 'AWS::EKS::Addon', variant: 'adot' }, 30],
    [{ type: 'AWS::Lambda::Function' }, 8],
    [{ type: 'AWS::Lambda::Function', variant: 'in VPC' }, 150],
    [{ type: 'Custom::AWSCDK-EKS-HelmChart', variant: 'karpenter' }, 50],
    [{ type: 'Custom::AWSCDK-EKS-KubernetesResource' }, 4],
    [{ type: 'AWS::Unheard::Of' }, 5],
  ])('of %j are %d s', (key, seconds) => {
    expect(typicalSeconds(key)).toBe(seconds);
  });

  test('are known to be guessed for a type that is not in the table', () => {
    expect([hasTypicalSeconds('AWS::SQS::Queue'), hasTypicalSeconds('AWS::Unheard::Of')]).toEqual([true, false]);
  });
});
