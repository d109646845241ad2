import { DescribeAddressesCommand, paginateDescribeNatGateways, paginateDescribeSubnets, paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { referencesIn } from '../assembly/intrinsics';
import type { LabView } from '../assembly/lab-view';
import { asking, isAwsError } from '../aws/aws-failure';
import { LabError } from '../lab-error';
import { type Check, type CheckContext, type CheckFinding, type CheckOutcome, failed, passed, type StackInPlace, warned } from './preflight-check';

/** What is known of the stack of the lab. */
export interface OwnStack {
  /** False where CloudFormation did not say: the check of the stack tells why. */
  readonly isKnown: boolean;
  /** @default - the lab is not deployed, or nothing is known of it */
  readonly stack?: StackInPlace;
}

/** The stack of the lab, for checks that have something to say without it too. */
export async function ownStack({ stack, signal }: CheckContext): Promise<OwnStack> {
  try {
    return { isKnown: true, stack: await stack() };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LabError) return { isKnown: false };
    throw error;
  }
}

/** How many resources of a type the lab's own stack has in the account already. */
export async function ownCount(context: CheckContext, type: string): Promise<number> {
  const { stack } = await ownStack(context);
  return stack?.resources.filter((resource) => resource.type === type && resource.physicalId !== '').length ?? 0;
}

/** A limit that AWS sets an account in a region. */
export interface ServiceQuota {
  readonly service: 'ec2' | 'vpc';
  /** Such as `L-1216C47A`. */
  readonly code: string;
  /** What is counted, in the plural: `VPCs`. */
  readonly unit: string;
}

/** What is asked of a quota. */
export interface QuotaDemand {
  readonly quota: ServiceQuota;
  /** The limit as it is now. */
  readonly limit: number;
  /** What is in use without the lab's own. */
  readonly used: number;
  /** Without this much a deployment, or the exercise, fails. */
  readonly needed: number;
  /** What {@link needed} is made of, in words. @default - it speaks for itself */
  readonly neededFor?: string;
  /** What the class may take at most. @default - as much as is needed */
  readonly wanted?: number;
  /** What {@link wanted} is made of, in words. @default - as {@link neededFor} */
  readonly wantedFor?: string;
}

/**
 * The limit as it is now: the account's own, else AWS's default.
 *
 * @throws LabError what `awsFailure` says
 */
export async function quotaLimit({ service, code }: ServiceQuota, { aws }: CheckContext): Promise<number> {
  const request = { ServiceCode: service, QuotaCode: code };
  return asking('servicequotas:GetServiceQuota', async () => {
    try {
      return valueOf(await aws.quotas.send(new GetServiceQuotaCommand(request)));
    } catch (error) {
      // A quota that was never changed may have no value of the account's own.
      if (!isAwsError(error, 'NoSuchResourceException')) throw error;
      return valueOf(await aws.quotas.send(new GetAWSDefaultServiceQuotaCommand(request)));
    }
  });
}

/** Compares what is needed with what is free. */
export function quotaFinding({ quota, limit, used, needed, neededFor, wanted = needed, wantedFor = neededFor }: QuotaDemand): CheckFinding {
  const free = Math.max(0, limit - used);
  const figures = `${limit} ${quota.unit} allowed, ${used} in use: ${free} free.`;
  const demand = (count: number, what: string | undefined): string => `${count}${what === undefined ? '' : ` (${what})`}`;
  const raise = (to: number): string => `Ask for at least ${to} in Service Quotas (${quota.service}, ${quota.code}); it takes minutes to days.`;
  if (needed > free) return failed(`${figures} The lab needs ${demand(needed, neededFor)}.`, `${raise(used + needed)} Or remove what you no longer need.`);
  if (wanted > free) {
    return warned(
      `${figures} The exercise needs ${demand(needed, neededFor)}, but a class may take up to ${demand(wanted, wantedFor)}.`,
      `${raise(used + wanted)} Or lower karpenter.limits.cpu.`,
    );
  }
  return passed(`${figures} The lab needs ${demand(wanted, wantedFor)}.`);
}

function valueOf({ Quota }: { readonly Quota?: { readonly Value?: number } }): number {
  return Quota?.Value ?? 0;
}

const ADDRESS_QUOTA: ServiceQuota = { service: 'ec2', code: 'L-0263D0A3', unit: 'Elastic IP addresses in the region' };

/** Whether the region takes the public addresses of the NAT gateways. */
export const addressQuotaCheck: Check = {
  name: 'Quota: Elastic IPs',
  asksAws: true,
  run: async (context) => {
    const [limit, all, own] = await Promise.all([quotaLimit(ADDRESS_QUOTA, context), countAddresses(context), ownCount(context, 'AWS::EC2::EIP')]);
    return quotaFinding({ quota: ADDRESS_QUOTA, limit, used: Math.max(0, all - own), needed: context.lab.network.elasticAddresses.length });
  },
};

async function countAddresses({ aws }: CheckContext): Promise<number> {
  const { Addresses } = await asking('ec2:DescribeAddresses', () => aws.ec2.send(new DescribeAddressesCommand({})));
  return Addresses?.length ?? 0;
}

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

const VPC_QUOTA: ServiceQuota = { service: 'vpc', code: 'L-F678F1CE', unit: 'VPCs in the region' };
const TYPE = 'AWS::EC2::VPC';

/** Whether the region takes one more VPC. */
export const vpcQuotaCheck: Check = {
  name: 'Quota: VPCs',
  asksAws: true,
  run: async (context) => {
    const [limit, all, own] = await Promise.all([quotaLimit(VPC_QUOTA, context), countVpcs(context), ownCount(context, TYPE)]);
    return quotaFinding({ quota: VPC_QUOTA, limit, used: Math.max(0, all - own), needed: context.lab.stack.resourcesOfType(TYPE).length });
  },
};

async function countVpcs({ aws, signal }: CheckContext): Promise<number> {
  return asking('ec2:DescribeVpcs', async () => {
    let count = 0;
    for await (const { Vpcs } of paginateDescribeVpcs({ client: aws.ec2 }, {}, { abortSignal: signal })) count += Vpcs?.length ?? 0;
    return count;
  });
}
