import { type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { LabView } from '../assembly/lab-view';
import { asking } from '../aws/aws-failure';
import { cpuMillis } from '../kubernetes/allocatable';
import { allowedCapacityTypes } from '../plan/launch-options';
import type { LaunchEstimate } from '../plan/plan-result';
import { instanceTypeShape } from '../plan/price-table';
import { isStandardType, standardVcpus, systemVcpus, VCPU_QUOTA_CODES } from '../plan/vcpu-quota';
import { clusterTag } from '../well-known-keys';
import { type Check, type CheckContext, type CheckFinding, ownStack, passed } from './preflight-check';
import { quotaFinding, quotaLimit, type ServiceQuota } from './service-quota';

/** vCPUs that count against a quota of EC2. */
interface RunningVcpus {
  readonly onDemand: number;
  readonly spot: number;
}

/**
 * vCPUs of the Standard instances that run in the region now, without the lab's own nodes where the lab is deployed already.
 *
 * @throws LabError what `awsFailure` says
 */
async function runningVcpus(context: CheckContext): Promise<RunningVcpus> {
  const { aws } = context;
  const isDeployed = (await ownStack(context)).stack !== undefined;
  const ownTag = clusterTag(context.lab.cluster.name);
  return asking('ec2:DescribeInstances', async () => {
    const sum = { onDemand: 0, spot: 0 };
    const filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
    for await (const { Reservations } of paginateDescribeInstances({ client: aws.ec2, pageSize: 500 }, { Filters: filters })) {
      for (const instance of (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
        const isOwn = isDeployed && instance.Tags?.some(({ Key }) => Key === ownTag) === true;
        if (isOwn || !isStandardType(instance.InstanceType ?? '')) continue;
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
  readonly neededFor: string;
  /** The same with all that the NodePool's limit allows. */
  readonly wanted: number;
  readonly wantedFor: string;
}

/** Whether Karpenter may launch spot instances for the exercise. */
export function usesSpot(lab: LabView): boolean {
  return allowedCapacityTypes(lab.nodePool.requirements).includes('spot');
}

/** vCPUs that the lab asks of on-demand capacity: the system nodes, and Karpenter's where the NodePool allows them. */
function onDemandDemand(lab: LabView, launch: LaunchEstimate): VcpuDemand {
  const system = systemVcpus(lab);
  const parts = `system nodes ${system}`;
  const isAllowed = allowedCapacityTypes(lab.nodePool.requirements).includes('on-demand');
  if (!isAllowed) return { needed: system, neededFor: parts, wanted: system, wantedFor: parts };
  // Karpenter takes spot first and falls back, so with both allowed only the fallback is on demand.
  const likely = usesSpot(lab) ? 0 : standardVcpus(launch.likely);
  const limit = Math.max(likely, limitVcpus(lab));
  return {
    needed: system + likely,
    neededFor: likely === 0 ? parts : `${parts}, exercise ${likely}`,
    wanted: system + limit,
    wantedFor: `${parts}, limit of NodePool ${lab.nodePool.metadata.name} ${limit}`,
  };
}

/** vCPUs that the lab asks of spot capacity, where the NodePool allows it. */
function spotDemand(lab: LabView, launch: LaunchEstimate): VcpuDemand {
  const likely = standardVcpus(launch.likely);
  const limit = Math.max(likely, limitVcpus(lab));
  return {
    needed: likely,
    neededFor: `exercise ${likely}`,
    wanted: limit,
    wantedFor: `limit of NodePool ${lab.nodePool.metadata.name} ${limit}`,
  };
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
  run: (context) => vcpuFinding(context, 'onDemand', onDemandDemand(context.lab, context.launch)),
};

/** Whether EC2 allows the spot instances that the NodePool does. */
export const spotQuotaCheck: Check = {
  name: 'Quota: spot vCPUs',
  asksAws: true,
  run: (context) => usesSpot(context.lab)
    ? vcpuFinding(context, 'spot', spotDemand(context.lab, context.launch))
    : passed(`NodePool ${context.lab.nodePool.metadata.name} launches no spot instances.`),
};

async function vcpuFinding(context: CheckContext, capacity: keyof RunningVcpus, demand: VcpuDemand): Promise<CheckFinding> {
  const quota: ServiceQuota = { service: 'ec2', code: VCPU_QUOTA_CODES[capacity], unit: `vCPUs of ${capacity === 'spot' ? 'spot' : 'on-demand'} Standard instances` };
  const [limit, running] = await Promise.all([quotaLimit(quota, context), runningVcpus(context)]);
  return quotaFinding({ quota, limit, used: running[capacity], ...demand });
}
