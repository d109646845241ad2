import { paginateDescribeNatGateways, paginateDescribeSubnets } from '@aws-sdk/client-ec2';
import { referencesIn } from '../../assembly/intrinsics';
import type { LabView } from '../../assembly/lab-view';
import { asking } from '../../aws/aws-failure';
import type { CheckOutcome } from '../preflight-result';
import type { Check, CheckContext } from './check';
import { passed } from './finding';
import { ownStack } from './own-stack';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

const CODE = 'L-FE5A380F';
const SEVERITY: readonly CheckOutcome[] = ['pass', 'warn', 'fail'];

/** Whether each zone takes the NAT gateways that the lab puts there. */
export const natGatewayQuotaCheck: Check = {
  name: 'Quota: NAT gateways',
  asksAws: true,
  run: async (context) => {
    const needed = natGatewaysByZone(context.lab);
    if (needed.size === 0) return passed('The lab has none.');
    const [limit, used] = await Promise.all([quotaLimit(quotaOf(''), context), usedByZone(context)]);
    const findings = [...needed].map(([zone, count]) => quotaFinding({ quota: quotaOf(zone), limit, used: used.get(zone) ?? 0, needed: count }));
    const worst = findings.toSorted((a, b) => SEVERITY.indexOf(b.outcome) - SEVERITY.indexOf(a.outcome))[0];
    return { ...(worst ?? passed('')), evidence: findings.map(({ evidence }) => evidence).join(' ') };
  },
};

function quotaOf(zone: string): ServiceQuota {
  return { service: 'vpc', code: CODE, unit: `NAT gateways in ${zone}` };
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

/** A gateway that failed or is gone counts no more. */
async function usedByZone(context: CheckContext): Promise<ReadonlyMap<string, number>> {
  const { aws, signal } = context;
  const own = new Set((await ownStack(context)).stack?.resources.map(({ physicalId }) => physicalId));
  const subnetIds = await asking('ec2:DescribeNatGateways', async () => {
    const found: string[] = [];
    const filters = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
    for await (const { NatGateways } of paginateDescribeNatGateways({ client: aws.ec2 }, { Filter: filters }, { abortSignal: signal })) {
      found.push(...(NatGateways ?? []).filter(({ NatGatewayId }) => !own.has(NatGatewayId ?? '')).flatMap(({ SubnetId }) => SubnetId ?? []));
    }
    return found;
  });
  const counts = new Map<string, number>();
  if (subnetIds.length === 0) return counts;
  await asking('ec2:DescribeSubnets', async () => {
    for await (const { Subnets } of paginateDescribeSubnets({ client: aws.ec2 }, {}, { abortSignal: signal })) {
      for (const { SubnetId, AvailabilityZone = '' } of Subnets ?? []) {
        const gateways = subnetIds.filter((id) => id === SubnetId).length;
        if (gateways > 0) counts.set(AvailabilityZone, (counts.get(AvailabilityZone) ?? 0) + gateways);
      }
    }
  });
  return counts;
}
