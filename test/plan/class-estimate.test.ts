import { estimateClass, estimateSeat } from '../../lib/plan/class-estimate';
import { addressDemand } from '../../lib/plan/class-warnings';
import { estimateCost } from '../../lib/plan/cost';
import { estimateLaunch } from '../../lib/plan/launch-estimate';
import { planStack } from '../../lib/plan/plan';
import type { ClassEstimate } from '../../lib/plan/plan-result';
import type { PriceTable } from '../../lib/plan/price-table';
import { cluster, DEFAULT_REQUIREMENTS, exercise, karpenterChart, nodePool, resource, seats, smallLab, smallLabView, type Changes } from '../assembly/small-lab';
import { instanceType, priceTable } from './small-price-table';

// Names of real types: their sizes are also in the tables of the project.
const TABLE = priceTable(
  instanceType('t3.medium', 2, 0.05),
  instanceType('c5a.large', 2, 0.1, { spotPricePerHour: 0.05 }),
  instanceType('c5a.2xlarge', 8, 0.4, { spotPricePerHour: 0.1 }),
  instanceType('c5a.8xlarge', 32, 0.39),
);
const TIME = { classHours: 4, scaledOutHours: 2 };

function classOf(changes: Changes = {}, table: PriceTable | undefined = TABLE): ClassEstimate {
  const lab = smallLabView(changes);
  const launch = estimateLaunch(lab, table);
  const seat = estimateSeat(lab, table);
  const cost = estimateCost(lab, table, launch, TIME, 'unavailable' in seat ? [] : seat.nodes);
  return estimateClass(lab, table, { seat, launch, cost });
}

describe('a seat', () => {
  test('gets what Karpenter would launch for its five pods, with a volume', () => {
    const { seat } = classOf(seats(3));

    expect(seat).toEqual({
      nodes: [{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.4 }], capacityType: 'on-demand', vcpus: 8, pricePerHour: expect.closeTo(0.402, 10) as number, addresses: 30,
    });
  });

  test('gets no node beyond the bound of the class, however cheap', () => {
    // The exercise's own NodePool has no bound: its node would be the larger one.
    expect(classOf(seats(3)).seat.nodes.map(({ instanceType: type }) => type)).toEqual(['c5a.2xlarge']);
    expect(classOf().seat.nodes.map(({ instanceType: type }) => type)).toEqual(['c5a.2xlarge']);
    expect(estimateLaunch(smallLabView(), TABLE).likely.map(({ instanceType: type }) => type)).toEqual(['c5a.8xlarge']);
  });

  test('is scaled out to five pods, whatever the instructor\'s Deployment starts with, and whatever the limits of the others\' nodes', () => {
    const changes = { ...seats(3), Exercise: exercise(2), NodePool: nodePool(DEFAULT_REQUIREMENTS, { cpu: 4 }) };

    expect(classOf(changes).seat.nodes).toEqual([{ instanceType: 'c5a.2xlarge', count: 1, podsEach: 5, pricePerHour: 0.4 }]);
    expect(classOf({ NodePool: nodePool(DEFAULT_REQUIREMENTS, { cpu: 4 }) }).seat.nodes).toEqual(classOf(changes).seat.nodes);
  });
});

describe('a class', () => {
  test('of 10, 30 and 100 is shown where the lab has none', () => {
    const { students, sizes } = classOf();

    expect(students).toBe(0);
    expect(sizes.map(({ students: size, isOwn }) => [size, isOwn])).toEqual([[10, false], [30, false], [100, false]]);
  });

  test.each([
    [3, [3, 10, 30, 100]],
    [30, [10, 30, 100]],
    [120, [10, 30, 100, 120]],
  ])('of the lab\'s own %i is among them, and marked', (students, shown) => {
    const { sizes } = classOf(seats(students));

    expect(sizes.map((size) => size.students)).toEqual(shown);
    expect(sizes.filter(({ isOwn }) => isOwn).map((size) => size.students)).toEqual([students]);
  });

  test('counts its seats, the instructor\'s exercise and the system nodes', () => {
    const [, , hundred] = classOf().sizes;
    const idle = 0.1 + 2 * 0.05 + 2 * 0.003 + 0.05 + 0.005;
    const instructor = 0.39 + 0.002;

    expect(hundred).toEqual({
      students: 100,
      isOwn: false,
      nodes: 101,
      vcpus: 2 * 2 + 32 + 100 * 8,
      addresses: 100 * 30,
      idlePerHour: expect.closeTo(idle, 10) as number,
      scaledOutPerHour: expect.closeTo(idle + instructor + 100 * 0.402, 10) as number,
      studentHour: expect.closeTo((idle + instructor + 100 * 0.402) / 100, 10) as number,
      total: expect.closeTo(4 * idle + 2 * (instructor + 100 * 0.402), 10) as number,
    });
  });

  test('of the lab\'s own size costs what the bill says', () => {
    const { class: { sizes }, cost } = planStack(smallLab(seats(12)));
    const own = sizes.find(({ isOwn }) => isOwn);

    expect(cost.scaledOutLines.map(({ what, quantity }) => [what, quantity])).toEqual([
      ['Karpenter nodes, c5a.2xlarge', 1], ['Nodes of 12 seats, c5a.2xlarge', 12], ['Volumes of Karpenter nodes, gp3 20 GiB', 13],
    ]);
    expect(own?.scaledOutPerHour).toBeCloseTo(cost.idlePerHour + cost.scaledOutPerHour, 10);
    expect(own?.total).toBeCloseTo(cost.classTotal, 10);
  });

  test('says what spot capacity, smaller pods and both would save', () => {
    const { savings } = classOf(seats(3));
    expect(savings.map(({ what }) => what)).toEqual(['spot capacity', 'pods of 250m CPU', 'spot capacity and pods of 250m CPU']);
    expect(savings.map(({ settings, seat, savedPerSeatHour }) => [settings, seat.nodes[0]?.instanceType, seat.capacityType, Number(savedPerSeatHour.toFixed(4))])).toEqual([
      [['karpenter.capacityTypes=spot'], 'c5a.2xlarge', 'spot', 0.3],
      [['inflate.cpu=250m'], 'c5a.large', 'on-demand', 0.3],
      [['karpenter.capacityTypes=spot', 'inflate.cpu=250m'], 'c5a.large', 'spot', 0.35],
    ]);
  });

  test('says nothing of a saving that the lab has already', () => {
    const spot = [...DEFAULT_REQUIREMENTS.filter(({ key }) => key !== 'karpenter.sh/capacity-type'), { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }];
    const settingsOf = (changes: Changes) => classOf(changes).savings.map(({ settings }) => settings);

    expect(settingsOf(seats(3, spot))).toEqual([['inflate.cpu=250m']]);
    expect(settingsOf({ ...seats(3), Exercise: exercise(0, { cpu: '250m' }) })).toEqual([['karpenter.capacityTypes=spot']]);
    expect(settingsOf({ ...seats(3, spot), Exercise: exercise(0, { cpu: '100m' }) })).toEqual([]);
  });

  test('is capped by the limits of the NodePools', () => {
    expect(classOf(seats(3)).caps).toEqual([{ nodePool: 'default', vcpus: 100 }, { nodePool: 'class', vcpus: 96 }, { nodePool: 'class-options', vcpus: 96 }]);
    expect(classOf({ NodePool: nodePool(DEFAULT_REQUIREMENTS, {}) }).caps).toEqual([{ nodePool: 'default' }]);
  });

  test('has no figures without prices, and says why', () => {
    const { sizes, savings, unavailable } = planStack(smallLab(seats(3), 'eu-north-1')).class;

    expect([sizes, savings]).toEqual([[], []]);
    expect(unavailable).toContain('There is no price table for eu-north-1');
  });
});

describe('warnings of a class', () => {
  const warningsOf = (changes: Changes) => planStack(smallLab(changes)).warnings;
  const warning = (code: string, changes: Changes) => warningsOf(changes).find((each) => each.code === code);
  const ofItsOwn = karpenterIn('karpenter');

  test('are none for a lab without one', () => {
    expect(warningsOf({}).map(({ code }) => code)).toEqual(['NoDeadline', 'SingleNatGateway', 'VcpuQuotaNeeded']);
  });

  test('are that students read the logs of what runs beside Karpenter in kube-system, and none where it has a namespace of its own', () => {
    expect(warning('AddOnLogsReadable', seats(3))).toMatchObject({ remedy: expect.stringContaining('karpenter.namespace') as string });
    expect(warning('AddOnLogsReadable', { ...seats(3), Karpenter: ofItsOwn })).toBeUndefined();
  });

  test('are a VPC whose addresses end before the seats do', () => {
    const narrow = (students: number) => ({ ...seats(students), PrivateA: subnet('10.11.0.0/22', 'a'), PrivateB: subnet('10.11.4.0/22', 'b') });

    // 2 subnets of 1019 addresses; 18 for each t3.medium, 30 for a node.
    expect(warning('SeatsBeyondAddresses', narrow(33))).toMatchObject({
      message: 'The nodes of 33 seats may take 2,076 addresses, 30 a node and two nodes a seat; the private subnets have 2,038.',
      remedy: 'Set vpcCidr to a larger range, or class.students to 32 or fewer.',
    });
    expect(warning('SeatsBeyondAddresses', narrow(32))).toBeUndefined();
    expect(addressDemand(smallLabView(narrow(32)), 32, 30)).toEqual({ needed: 2016, available: 2038, mostSeats: 32 });
  });

  test('are a seat that no node holds', () => {
    // A pod of 9 CPU fits the instructor's nodes, and none of 8 vCPUs.
    const large = { ...seats(3), Exercise: exercise(0, { cpu: '9' }) };

    expect(warning('SeatWithoutNode', large)?.message).toContain('NodePool class');
    expect(warning('SeatWithoutNode', seats(3))).toBeUndefined();
  });

  test('say of a private endpoint that no student can come in', () => {
    const closed = { Cluster: cluster({ EndpointPublicAccess: false }) };

    expect(warning('ApiEndpointPrivate', { ...seats(3), ...closed })?.message).toBe('Outside the VPC, kubectl will time out: no student can use a seat.');
    expect(warning('ApiEndpointPrivate', closed)?.message).toBe('Outside the VPC, kubectl will time out.');
  });

  test('count the vCPUs of all seats', () => {
    expect(warning('VcpuQuotaNeeded', seats(100))?.message).toContain('812 vCPUs run');
  });
});

describe('the plan of a class', () => {
  const { concerns, security } = planStack(smallLab(seats(3)));

  test('has it as a concern of its own', () => {
    expect(concerns.find(({ name }) => name === 'Class')).toEqual({
      name: 'Class',
      resourceCount: 2,
      lines: [
        '3 seats, student-001 to student-003: a namespace each, with a student\'s rights and 7 CPU',
        'NodePool class: c, m, r generation 5+, amd64, on-demand, up to 8 vCPUs, at most cpu 96',
        'NodePool class-options: c, m, r generation 5+, up to 8 vCPUs, at most cpu 96',
      ],
    });
  });

  test('says what students may do', () => {
    expect(security.facts).toContain('3 seats: each student has rights in one namespace, and reads nodes, NodePools and the logs in kube-system.');
  });
});

function karpenterIn(namespace: string) {
  const chart = karpenterChart();
  return { ...chart, Properties: { ...(chart['Properties'] as object), Namespace: namespace } };
}

function subnet(cidr: string, zone: string) {
  return resource('AWS::EC2::Subnet', {
    CidrBlock: cidr, AvailabilityZone: `ap-northeast-2${zone}`, VpcId: { Ref: 'Vpc' }, Tags: [{ Key: 'karpenter.sh/discovery', Value: 'lab' }],
  });
}
