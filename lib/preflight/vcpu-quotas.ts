import { type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { LabView } from '../assembly/lab-view';
import { asking } from '../aws/aws-failure';
import { cpuMillis } from '../kubernetes/allocatable';
import { EXERCISE_REPLICAS } from '../config/seats';
import { INSTANCE_CATEGORIES } from '../config/values';
import { allowedCapacityTypes, allowedValues } from '../plan/launch-options';
import { seatCount, type SeatFigures } from '../plan/class-estimate';
import { NODES_AT_ONCE } from '../plan/class-warnings';
import { instanceTypeShape } from '../plan/price-table';
import { FAMILY_VCPU_QUOTAS, type FamilyVcpuQuota, isStandardType, standardVcpus, systemVcpus, VCPU_QUOTA_CODES } from '../plan/vcpu-quota';
import { counted } from '../words';
import { clusterTag, INSTANCE_CATEGORY_LABEL } from '../well-known-keys';
import { type Check, type CheckContext, type CheckFinding, failed, ownStack, passed, warned } from './preflight-check';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

/** vCPUs that count against a quota of EC2. */
interface RunningVcpus {
  readonly onDemand: number;
  readonly spot: number;
}

/**
 * vCPUs of instances that run in the region now and count against a quota, without the lab's own nodes where the lab is deployed already.
 *
 * @throws LabError what `awsFailure` says
 */
async function runningVcpus(context: CheckContext, isCounted: (instanceType: string) => boolean): Promise<RunningVcpus> {
  const { aws } = context;
  const isDeployed = (await ownStack(context)).stack !== undefined;
  const ownTag = clusterTag(context.lab.cluster.name);
  return asking('ec2:DescribeInstances', async () => {
    const sum = { onDemand: 0, spot: 0 };
    const filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
    for await (const { Reservations } of paginateDescribeInstances({ client: aws.ec2, pageSize: 500 }, { Filters: filters })) {
      for (const instance of (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
        const isOwn = isDeployed && instance.Tags?.some(({ Key }) => Key === ownTag) === true;
        if (isOwn || !isCounted(instance.InstanceType ?? '')) continue;
        sum[instance.InstanceLifecycle === 'spot' ? 'spot' : 'onDemand'] += vcpusOf(instance);
      }
    }
    return sum;
  });
}

function vcpusOf({ CpuOptions, InstanceType }: Instance): number {
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {};
  if (CoreCount !== undefined && ThreadsPerCore !== undefined) return CoreCount * ThreadsPerCore;
  return instanceTypeShape(InstanceType ?? '')?.vcpu ?? 0;
}

/** vCPUs that the lab asks of EC2, for one kind of capacity. */
interface VcpuDemand {
  /** System nodes, and what Karpenter will most likely launch for the exercise. */
  readonly needed: number;
  /** @default - nothing is needed */
  readonly neededFor?: string;
  /** The same with all that the NodePool's limit allows. */
  readonly wanted: number;
  readonly wantedFor: string;
  /** Keys that make it less. @default - those of a lab without a class */
  readonly loweredBy?: string;
}

/** Whether Karpenter may launch spot instances for the exercise. */
export function usesSpot(lab: LabView): boolean {
  return allowedCapacityTypes(lab.nodePool.requirements).includes('spot');
}

/** vCPUs that the lab asks of on-demand capacity: the system nodes, and Karpenter's where the NodePool allows them. */
function onDemandDemand({ lab, launch, seat }: CheckContext): VcpuDemand {
  const system = { what: 'system nodes', vcpus: systemVcpus(lab) };
  const isAllowed = allowedCapacityTypes(lab.nodePool.requirements).includes('on-demand') && launchesStandard(lab);
  if (!isAllowed) return demandOf(lab, [system], [system]);
  // Karpenter takes spot first and falls back, so with both allowed only the fallback is on demand.
  const likely = usesSpot(lab) ? 0 : standardVcpus(launch.likely);
  const limit = Math.max(likely, limitVcpus(lab));
  return demandOf(
    lab,
    [system, { what: 'exercise', vcpus: likely }, { what: seatsText(lab), vcpus: usesSpot(lab) ? 0 : seatVcpus(lab, seat) }],
    [system, { what: limitText(lab), vcpus: limit }, { what: `${seatsText(lab)} with ${NODES_AT_ONCE} nodes each`, vcpus: NODES_AT_ONCE * seatVcpus(lab, seat) }],
  );
}

/** vCPUs that the lab asks of spot capacity, where the NodePool allows it. */
function spotDemand({ lab, launch, seat }: CheckContext): VcpuDemand {
  const seats = seatVcpus(lab, seat);
  if (!usesSpot(lab)) return demandOf(lab, [], [{ what: `${seatsText(lab)} where the guide asks for spot capacity`, vcpus: seats }]);
  const likely = standardVcpus(launch.likely);
  const limit = Math.max(likely, limitVcpus(lab));
  return demandOf(
    lab,
    [{ what: 'exercise', vcpus: likely }, { what: seatsText(lab), vcpus: seats }],
    [{ what: limitText(lab), vcpus: limit }, { what: `${seatsText(lab)} with ${NODES_AT_ONCE} nodes each`, vcpus: NODES_AT_ONCE * seats }],
  );
}

/** A part of a demand. */
interface DemandPart {
  readonly what: string;
  readonly vcpus: number;
}

function demandOf(lab: LabView, needed: readonly DemandPart[], wanted: readonly DemandPart[]): VcpuDemand {
  const total = (parts: readonly DemandPart[]): number => parts.reduce((sum, { vcpus }) => sum + vcpus, 0);
  const words = (parts: readonly DemandPart[]): string => parts.filter(({ vcpus }) => vcpus > 0).map(({ what, vcpus }) => `${what} ${vcpus}`).join(', ');
  return {
    needed: total(needed),
    ...(needed.length > 0 && { neededFor: words(needed) }),
    wanted: total(wanted),
    wantedFor: words(wanted),
    ...(lab.class !== undefined && { loweredBy: 'karpenter.limits.cpu or class.students' }),
  };
}

function limitText({ nodePool }: LabView): string {
  return `limit of NodePool ${nodePool.metadata.name}`;
}

function seatsText(lab: LabView): string {
  return counted(seatCount(lab), 'seat');
}

/** vCPUs of the Standard families that all seats take together while they are scaled out. */
function seatVcpus(lab: LabView, seat: SeatFigures): number {
  return 'unavailable' in seat ? 0 : seatCount(lab) * standardVcpus(seat.nodes);
}

/** vCPUs that the NodePool's limit allows; 0 for a NodePool without a limit, so that only the exercise counts. */
function limitVcpus({ nodePool: { limits } }: LabView): number {
  const cpu = limits['cpu'];
  return cpu === undefined ? 0 : Math.ceil(cpuMillis(cpu) / 1000);
}

/** Whether EC2 allows the system nodes and the exercise, and all that the NodePool's limit does. */
export const onDemandQuotaCheck: Check = {
  name: 'Quota: on-demand vCPUs',
  asksAws: true,
  run: (context) => vcpuFinding(context, 'onDemand', onDemandDemand(context)),
};

/** Whether EC2 allows the spot instances that the NodePool does. */
export const spotQuotaCheck: Check = {
  name: 'Quota: spot vCPUs',
  asksAws: true,
  run: (context) => (usesSpot(context.lab) || context.lab.class !== undefined) && launchesStandard(context.lab)
    ? vcpuFinding(context, 'spot', spotDemand(context))
    : passed(`NodePool ${context.lab.nodePool.metadata.name} launches no spot instances${usesSpot(context.lab) ? ' of the Standard families' : ''}.`),
};

async function vcpuFinding(context: CheckContext, capacity: keyof RunningVcpus, demand: VcpuDemand): Promise<CheckFinding> {
  const quota: ServiceQuota = { service: 'ec2', code: VCPU_QUOTA_CODES[capacity], unit: `vCPUs of ${capacity === 'spot' ? 'spot' : 'on-demand'} Standard instances` };
  const [limit, running] = await Promise.all([quotaLimit(quota, context), runningVcpus(context, isStandardType)]);
  return quotaFinding({ quota, limit, used: running[capacity], ...demand });
}

/** Instance categories that the NodePool may launch: all where it names none. */
function allowedCategories({ nodePool }: LabView): readonly string[] {
  return allowedValues(nodePool.requirements, INSTANCE_CATEGORY_LABEL, INSTANCE_CATEGORIES);
}

function launchesStandard(lab: LabView): boolean {
  return allowedCategories(lab).some((category) => !FAMILY_VCPU_QUOTAS.some(({ categories }) => categories.includes(category)));
}

/** Whether EC2 allows the families with quotas of their own that `karpenter.instanceCategories` names. Many accounts have 0 of them. */
export const familyQuotasCheck: Check = {
  name: 'Quota: vCPUs of other families',
  asksAws: true,
  run: async (context) => {
    const { lab } = context;
    const { requirements, metadata: { name } } = lab.nodePool;
    const namesCategories = requirements.some(({ key, operator }) => key === INSTANCE_CATEGORY_LABEL && operator === 'In');
    const allowed = allowedCategories(lab);
    const wanted = namesCategories ? FAMILY_VCPU_QUOTAS.filter(({ categories }) => categories.some((category) => allowed.includes(category))) : [];
    if (wanted.length === 0) return passed(`Not needed: NodePool ${name} names no category that has a quota of its own.`);
    const isOnlyChoice = wanted.length === 1 && !launchesStandard(lab);
    const findings = await Promise.all(wanted.flatMap((quota) => capacitiesOf(lab, quota).map((capacity) => familyFinding(context, quota, capacity, isOnlyChoice))));
    const outcomes = findings.map(({ outcome }) => outcome);
    const evidence = findings.map((finding) => finding.evidence).join(' ');
    const remedy = findings.flatMap((finding) => finding.remedy ?? []).join(' ');
    if (outcomes.includes('fail')) return failed(evidence, remedy);
    return outcomes.includes('warn') ? warned(evidence, remedy) : passed(evidence);
  },
};

/** How the NodePool may buy instances of the families. */
function capacitiesOf(lab: LabView, { spot }: FamilyVcpuQuota): readonly (keyof RunningVcpus)[] {
  return [
    ...(allowedCapacityTypes(lab.nodePool.requirements).includes('on-demand') ? ['onDemand' as const] : []),
    ...(usesSpot(lab) && spot !== undefined ? ['spot' as const] : []),
  ];
}

async function familyFinding(context: CheckContext, { families, categories, ...codes }: FamilyVcpuQuota, capacity: keyof RunningVcpus, isOnlyChoice: boolean): Promise<CheckFinding> {
  const { lab, launch: { replicas, podRequest } } = context;
  const { [capacity]: code = '' } = codes;
  const quota: ServiceQuota = { service: 'ec2', code, unit: `vCPUs of ${capacity === 'spot' ? 'spot' : 'on-demand'} ${families} instances` };
  const isCounted = (instanceType: string): boolean => categories.includes(/^[a-z]+/.exec(instanceType)?.[0] ?? '');
  const [limit, running] = await Promise.all([quotaLimit(quota, context), runningVcpus(context, isCounted)]);
  // The pods' requests: which instances they would make, no table knows. Karpenter takes spot first, and others where it may.
  const pods = Math.ceil((replicas + seatCount(lab) * EXERCISE_REPLICAS) * podRequest.cpuMillis / 1000);
  const isNeeded = isOnlyChoice && (capacity === 'spot' || codes.spot === undefined || !usesSpot(lab));
  return quotaFinding({
    quota,
    limit,
    used: running[capacity],
    needed: isNeeded ? pods : 0,
    neededFor: isNeeded ? 'at least, by the requests of the pods' : 'Karpenter has other choices',
    wanted: Math.max(isNeeded ? pods : 0, limitVcpus(lab)),
    wantedFor: `limit of NodePool ${lab.nodePool.metadata.name}`,
  });
}
