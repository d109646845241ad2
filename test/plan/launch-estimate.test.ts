import { planStack } from '../../lib/plan/plan';
import { estimateLaunch } from '../../lib/plan/launch-estimate';
import type { JsonObject } from '../../lib/json';
import type { InstanceType } from '../../lib/plan/price-table';
import { DEFAULT_REQUIREMENTS, exercise, nodeClass, nodePool, smallLab, smallLabView, type Changes } from '../assembly/small-lab';
import { instanceType, priceTable } from './small-price-table';

const XLARGE = instanceType('c5.xlarge', 4, 0.2);
const XXLARGE = instanceType('c5.2xlarge', 8, 0.4);
const CHEAP_XXLARGE = instanceType('c5a.2xlarge', 8, 0.35);
const FOUR_XLARGE = instanceType('c5.4xlarge', 16, 0.8);
const METAL = instanceType('c5.metal', 96, 0.1, { isBareMetal: true, hypervisor: undefined });
const TABLE = priceTable(XLARGE, XXLARGE, CHEAP_XXLARGE, FOUR_XLARGE);

function estimate(changes: Changes = {}, table = TABLE) {
  return estimateLaunch(smallLabView(changes), table);
}

function withRequirement(...extra: readonly JsonObject[]): Changes {
  return { NodePool: nodePool([...DEFAULT_REQUIREMENTS, ...extra]) };
}

function compatible(changes: Changes, ...types: readonly InstanceType[]) {
  return estimateLaunch(smallLabView({ ...changes, Exercise: exercise(1) }), priceTable(...types)).candidates.map((candidate) => candidate.instanceType);
}

describe('what Karpenter launches', () => {
  test('is one node of the cheapest type that holds all pods beside the DaemonSets', () => {
    const launch = estimate();

    expect(launch.likely).toEqual([{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.35 }]);
    expect(launch.candidates.map((candidate) => candidate.instanceType)).toEqual(['c5a.2xlarge', 'c5.2xlarge', 'c5.4xlarge']);
    expect(launch.pendingPods).toBe(0);
  });

  test('is explained step by step', () => {
    expect(estimate().reasons).toEqual([
      '5 pods of 1 CPU (the exercise\'s scale) + 0.15 CPU of DaemonSets = 5.15 CPU.',
      'NodePool default allows 4 types as on-demand in ap-northeast-2a and b.',
      '4 vCPU (3.92 allocatable) are too few, 8 vCPU (7.91 allocatable) enough.',
      'EC2 takes the cheapest that has capacity, of 3 types that hold 5 pods.',
      'No price is known for types of instance-category m and r: the estimate leaves them out.',
    ]);
  });

  test('is not estimated where the price table has none of the types, instead of said to be nothing', () => {
    const gpu = { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['g'] };
    const launch = estimate({ NodePool: nodePool([gpu]) });

    expect([launch.likely, launch.reasons, launch.pendingPods]).toEqual([[], [], undefined]);
    expect(launch.unavailable).toBe(
      'No price is known for types of instance-category g, which is all that NodePool default allows: which type Karpenter launches, how many nodes, and what they cost cannot be estimated.',
    );
    const plan = planStack(smallLab({ NodePool: nodePool([gpu]) }));
    expect(plan.cost.unpriced).toContainEqual({ what: 'Karpenter nodes' });
    expect(plan.warnings.map(({ code }) => code)).not.toContain('ReplicasBeyondLimits');
  });

  test('is for the template\'s replicas where it has some', () => {
    const launch = estimate({ Exercise: exercise(7) });

    expect([launch.replicas, launch.replicasFrom, launch.likely[0]?.instanceType]).toEqual([7, 'template', 'c5a.2xlarge']);
  });

  test('is the next size as soon as the DaemonSets leave too little', () => {
    // 8 pods would fit 8 vCPU, but neither 7.91 CPU nor 7.91 - 0.15.
    expect(estimate({ Exercise: exercise(8) }).likely).toEqual([{ instanceType: 'c5.4xlarge', count: 1, podsEach: 8, pricePerHour: 0.8 }]);
    // 3.8 CPU fit 3.92, but not beside 0.15.
    expect(estimate({ Exercise: exercise(1, { cpu: '3770m' }) }).likely[0]?.instanceType).toBe('c5.xlarge');
    expect(estimate({ Exercise: exercise(1, { cpu: '3800m' }) }).likely[0]?.instanceType).toBe('c5a.2xlarge');
  });

  test('is decided by memory where that is scarcer', () => {
    // 14162 MiB of a 2xlarge hold two pods of 7000Mi, not three.
    expect(estimate({ Exercise: exercise(2, { cpu: '1', memory: '7000Mi' }) }).likely[0]?.instanceType).toBe('c5a.2xlarge');
    expect(estimate({ Exercise: exercise(3, { cpu: '1', memory: '7000Mi' }) }).likely[0]?.instanceType).toBe('c5.4xlarge');
  });

  test('is several nodes where no type holds all pods', () => {
    const launch = estimate({ Exercise: exercise(33) });

    // 15.89 - 0.15 CPU hold 15 pods of a 4xlarge; three are left for the smallest.
    expect(launch.likely).toEqual([
      { instanceType: 'c5.4xlarge', count: 2, podsEach: 15, pricePerHour: 0.8 },
      { instanceType: 'c5.xlarge', count: 1, podsEach: 3, pricePerHour: 0.2 },
    ]);
    expect(launch.reasons).toContain('No type holds all 33 pods within the limits, so Karpenter launches 3 nodes.');
  });

  test('stays within the NodePool\'s limits, and leaves the rest pending', () => {
    const launch = estimate({ Exercise: exercise(12), NodePool: nodePool(DEFAULT_REQUIREMENTS, { cpu: 12 }) });

    // 12 CPU: 8 for seven pods, then 4 for three; two pods have no node.
    expect(launch.likely.map((nodes) => [nodes.instanceType, nodes.podsEach])).toEqual([['c5a.2xlarge', 7], ['c5.xlarge', 3]]);
    expect(launch.pendingPods).toBe(2);
    expect(launch.reasons.at(-1)).toBe('2 pods stay pending: NodePool default may launch cpu 12 in all.');
    expect(estimate({ Exercise: exercise(11), NodePool: nodePool(DEFAULT_REQUIREMENTS, { cpu: 12 }) }).reasons.at(-1)).toMatch(/^1 pod stays pending/);
  });

  test('stays within a limit of memory, counted before anything is reserved', () => {
    const limited = (memory: string) => estimate(
      { Exercise: exercise(14), NodePool: nodePool(DEFAULT_REQUIREMENTS, { memory }) },
      priceTable(CHEAP_XXLARGE),
    );

    // 16384 MiB less 7.5 % are 15155.
    expect(limited('30310Mi').pendingPods).toBe(0);
    expect(limited('30309Mi').pendingPods).toBe(7);
  });

  test('goes on in the next round where limits counted the largest type a node might have become', () => {
    const bigMemory = instanceType('r5.2xlarge', 8, 0.5, { memoryMiB: 65536 });
    const launch = estimate(
      { Exercise: exercise(14), NodePool: nodePool(DEFAULT_REQUIREMENTS, { memory: '64Gi' }) },
      priceTable(CHEAP_XXLARGE, bigMemory),
    );

    expect(launch.likely).toEqual([{ instanceType: 'c5a.2xlarge', count: 2, podsEach: 7, pricePerHour: 0.35 }]);
  });

  test('is bare metal only where nothing else holds the pods', () => {
    expect(estimate({}, priceTable(METAL, XXLARGE)).likely[0]?.instanceType).toBe('c5.2xlarge');
    expect(estimate({}, priceTable(METAL, XLARGE)).likely[0]?.instanceType).toBe('c5.metal');
  });

  test('is none where only reserved capacity is allowed, and the bill says what it lacks', () => {
    const changes = { NodePool: nodePool([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['reserved'] }]) };
    const { launch, cost } = planStack(smallLab(changes));

    expect(launch).toMatchObject({ likely: [], reasons: [] });
    expect(launch.unavailable).toContain('reserved capacity only');
    expect(launch.pendingPods).toBeUndefined();
    expect(cost.unpriced).toEqual([{ what: 'Karpenter nodes' }]);
  });

  test('is on demand where reserved capacity is allowed beside it', () => {
    const changes = { NodePool: nodePool([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['reserved', 'on-demand'] }]) };

    expect(estimate(changes, priceTable(XXLARGE))).toMatchObject({ likely: [{ count: 1 }] });
  });

  test('is spot where the NodePool allows it, at spot prices', () => {
    const changes = { NodePool: nodePool([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] }]) };
    const spot = { ...XXLARGE, spotPricePerHour: 0.1 };
    const launch = estimate(changes, priceTable(CHEAP_XXLARGE, spot));

    expect(launch.likely).toEqual([{ instanceType: 'c5.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.1 }]);
    expect(launch.candidates[0]?.capacityType).toBe('spot');
  });

  test('names at most the 60 types that Karpenter offers to EC2', () => {
    const many = Array.from({ length: 70 }, (_, index) => instanceType(`c5.fake${index}`, 8, 1 + index / 100));

    expect(estimate({}, priceTable(...many)).candidates).toHaveLength(60);
    expect(estimate({}, priceTable(...many)).compatibleTypeCount).toBe(70);
  });

  test('follows the reservations of the EC2NodeClass', () => {
    const launch = estimate({ NodeClass: nodeClass({ kubelet: { maxPods: 6 } }) });

    // Six slots, two of them for DaemonSets.
    expect(launch.likely.map((nodes) => nodes.podsEach)).toEqual([4, 1]);
  });

  test('marks prices that were calculated', () => {
    const launch = estimate({}, priceTable({ ...XXLARGE, isPriceDerived: true }));

    expect(launch.candidates[0]?.isPriceDerived).toBe(true);
  });

  test('is nothing where no subnet is selected', () => {
    const launch = estimate({ NodeClass: nodeClass({ subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'other' } }] }) });

    expect([launch.likely, launch.compatibleTypeCount, launch.pendingPods]).toEqual([[], 0, 5]);
    expect(launch.reasons).toContain('No subnet has the tags that EC2NodeClass default selects, so Karpenter can launch nothing.');
  });

  test('is not guessed without a price table', () => {
    const launch = estimateLaunch(smallLabView({}, 'eu-north-1'), undefined);

    expect([launch.likely, launch.candidates, launch.daemonOverhead.cpuMillis]).toEqual([[], [], 150]);
    expect([launch.unavailable, launch.reasons]).toEqual(['There is no price table for eu-north-1, so there is nothing to choose the cheapest instance type from.', []]);
    expect(estimate().unavailable).toBeUndefined();
  });
});

describe('which types satisfy the NodePool', () => {
  const ARM = instanceType('c6g.2xlarge', 8, 0.3, { architecture: 'arm64' });
  const OLD = instanceType('c4.2xlarge', 8, 0.3);
  const BURSTABLE = instanceType('t3.2xlarge', 8, 0.3);
  const FLEX = instanceType('c7i-flex.2xlarge', 8, 0.3);

  test('is decided by architecture, category and generation', () => {
    expect(compatible({}, ARM, OLD, BURSTABLE, FLEX, XXLARGE)).toEqual(['c7i-flex.2xlarge', 'c5.2xlarge']);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['In', { key: 'karpenter.k8s.aws/instance-family', operator: 'In', values: ['c5'] }, ['c5.xlarge', 'c5.2xlarge']],
    ['NotIn', { key: 'karpenter.k8s.aws/instance-size', operator: 'NotIn', values: ['2xlarge'] }, ['c5.xlarge']],
    ['Gt', { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['4'] }, ['c7i-flex.2xlarge', 'c5.2xlarge']],
    ['Lt', { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt', values: ['8'] }, ['c5.xlarge']],
    ['Gte', { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gte', values: ['7'] }, ['c7i-flex.2xlarge']],
    ['Lte', { key: 'karpenter.k8s.aws/instance-memory', operator: 'Lte', values: ['8192'] }, ['c5.xlarge']],
    ['Exists', { key: 'karpenter.k8s.aws/instance-hypervisor', operator: 'Exists' }, ['c5.xlarge', 'c7i-flex.2xlarge', 'c5.2xlarge']],
    ['DoesNotExist', { key: 'karpenter.k8s.aws/instance-hypervisor', operator: 'DoesNotExist' }, []],
    ['flexibility', { key: 'karpenter.k8s.aws/instance-capability-flex', operator: 'In', values: ['false'] }, ['c5.xlarge', 'c5.2xlarge']],
  ])('is decided by %s', (_operator, requirement, expected) => {
    expect(compatible(withRequirement(requirement), XLARGE, XXLARGE, FLEX)).toEqual(expected);
  });

  test('is decided by zone: one that subnets, offer and NodePool share', () => {
    const elsewhere = instanceType('c5n.2xlarge', 8, 0.3, { zones: ['ap-northeast-2c'] });
    expect(compatible({}, elsewhere, XXLARGE)).toEqual(['c5.2xlarge']);

    const inB = withRequirement({ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['ap-northeast-2b'] });
    expect(estimate(inB).candidates[0]?.zones).toEqual(['ap-northeast-2b']);
  });

  test('says what it cannot check', () => {
    const launch = estimate(withRequirement({ key: 'karpenter.k8s.aws/instance-local-nvme', operator: 'Gt', values: ['100'] }));

    expect(launch.reasons.at(-1)).toBe('The estimate cannot check karpenter.k8s.aws/instance-local-nvme: the price table does not know it.');
  });
});
