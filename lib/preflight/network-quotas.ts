import { DescribeAddressesCommand, paginateDescribeNatGateways, paginateDescribeSubnets, paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import { referencesIn } from '../assembly/intrinsics';
import type { LabView } from '../assembly/lab-view';
import { asking } from '../aws/aws-failure';
import { seatCount } from '../plan/class-estimate';
import { addressDemand, NODES_AT_ONCE } from '../plan/class-warnings';
import { counted } from '../words';
import { type Check, type CheckContext, type CheckOutcome, ownStack, passed, warned } from './preflight-check';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

/** Whether the quota of the region has room for the public addresses of the NAT gateways. */
export const addressQuotaCheck = regionalQuotaCheck('Quota: Elastic IPs', {
  quota: { service: 'ec2', code: 'L-0263D0A3', unit: 'Elastic IP addresses in the region' },
  type: 'AWS::EC2::EIP',
  count: ({ aws }) => asking('ec2:DescribeAddresses', async () => (await aws.ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0),
});

/** Whether the quota of the region has room for one more VPC. */
export const vpcQuotaCheck = regionalQuotaCheck('Quota: VPCs', {
  quota: { service: 'vpc', code: 'L-F678F1CE', unit: 'VPCs in the region' },
  type: 'AWS::EC2::VPC',
  count: ({ aws }) => asking('ec2:DescribeVpcs', async () => {
    let count = 0;
    for await (const { Vpcs } of paginateDescribeVpcs({ client: aws.ec2 }, {})) count += Vpcs?.length ?? 0;
    return count;
  }),
});

/** A quota that counts the resources of one type. */
interface RegionalQuota {
  readonly quota: ServiceQuota;
  /** CloudFormation type. */
  readonly type: string;
  /** How many the region has, the lab's own among them. */
  readonly count: (context: CheckContext) => Promise<number>;
}

/** Whether the quota of the region has room for the lab's resources of a type. */
function regionalQuotaCheck(name: string, { quota, type, count }: RegionalQuota): Check {
  return {
    name,
    asksAws: true,
    run: async (context) => {
      const [limit, all, { stack }] = await Promise.all([quotaLimit(quota, context), count(context), ownStack(context)]);
      const own = stack?.resources.filter((resource) => resource.type === type && resource.physicalId !== '').length ?? 0;
      return quotaFinding({ quota, limit, used: Math.max(0, all - own), needed: context.lab.stack.resourcesOfType(type).length });
    },
  };
}

/** Whether the private subnets have addresses for the nodes of all seats. AWS is not asked: the stack makes the subnets. */
export const seatAddressesCheck: Check = {
  name: 'Addresses for the class',
  asksAws: false,
  run: ({ lab, seat }) => {
    const students = seatCount(lab);
    if (students === 0) return passed('Not needed: the lab has no class.');
    if ('unavailable' in seat) return warned(`Not checked: ${seat.unavailable}`, 'Count the addresses of its nodes yourself: a node takes whole network interfaces, and one to spare.');
    const { needed, available, mostSeats } = addressDemand(lab, students, seat.addresses);
    const evidence = `The private subnets have ${counted(available, 'address', 'addresses')}; ${counted(students, 'seat')} with ${NODES_AT_ONCE} nodes each and the system nodes may take ${counted(needed)}.`;
    return needed <= available ? passed(evidence) : warned(evidence, `Set vpcCidr to a larger range before the lab is deployed, or class.students to ${mostSeats} or fewer.`);
  },
};

const SEVERITY: readonly CheckOutcome[] = ['pass', 'warn', 'fail'];

/** Whether the quota of each zone has room for the NAT gateways that the lab puts there. */
export const natGatewayQuotaCheck: Check = {
  name: 'Quota: NAT gateways',
  asksAws: true,
  run: async (context) => {
    const needed = natGatewaysByZone(context.lab);
    if (needed.size === 0) return passed('The lab has none.');
    const [limit, used] = await Promise.all([quotaLimit(natGatewayQuota(''), context), usedByZone(context)]);
    const findings = [...needed].map(([zone, count]) => quotaFinding({ quota: natGatewayQuota(zone), limit, used: used.get(zone) ?? 0, needed: count }));
    const worst = findings.toSorted((a, b) => SEVERITY.indexOf(b.outcome) - SEVERITY.indexOf(a.outcome))[0];
    return { ...(worst ?? passed('')), evidence: findings.map(({ evidence }) => evidence).join(' ') };
  },
};

function natGatewayQuota(zone: string): ServiceQuota {
  return { service: 'vpc', code: 'L-FE5A380F', unit: `NAT gateways in ${zone}` };
}

function natGatewaysByZone({ stack, network }: LabView): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { properties } of stack.resourcesOfType('AWS::EC2::NatGateway')) {
    const [subnetId] = referencesIn(properties['SubnetId'] ?? '');
    const zone = network.subnets.find(({ logicalId }) => logicalId === subnetId)?.availabilityZone;
    if (zone !== undefined) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}

/** NAT gateways by zone, without the lab's own. AWS counts none that has failed or is deleted. */
async function usedByZone(context: CheckContext): Promise<ReadonlyMap<string, number>> {
  const { aws } = context;
  const own = new Set((await ownStack(context)).stack?.resources.map(({ physicalId }) => physicalId));
  const subnetIds = await asking('ec2:DescribeNatGateways', async () => {
    const found: string[] = [];
    const filters = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
    for await (const { NatGateways } of paginateDescribeNatGateways({ client: aws.ec2 }, { Filter: filters })) {
      found.push(...(NatGateways ?? []).filter(({ NatGatewayId }) => !own.has(NatGatewayId ?? '')).flatMap(({ SubnetId }) => SubnetId ?? []));
    }
    return found;
  });
  const counts = new Map<string, number>();
  if (subnetIds.length === 0) return counts;
  await asking('ec2:DescribeSubnets', async () => {
    for await (const { Subnets } of paginateDescribeSubnets({ client: aws.ec2 }, {})) {
      for (const { SubnetId, AvailabilityZone = '' } of Subnets ?? []) {
        const gateways = subnetIds.filter((id) => id === SubnetId).length;
        if (gateways > 0) counts.set(AvailabilityZone, (counts.get(AvailabilityZone) ?? 0) + gateways);
      }
    }
  });
  return counts;
}
