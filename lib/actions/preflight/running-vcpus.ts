import { paginateDescribeInstances, type Instance } from '@aws-sdk/client-ec2';
import { asking } from '../../aws/aws-failure';
import { instanceTypeShape } from '../../estimates/price-table';
import type { CheckContext } from './check';
import { ownStack } from './own-stack';

/** vCPUs that count against a quota of EC2. */
export interface RunningVcpus {
  readonly onDemand: number;
  readonly spot: number;
}

/** Families of the "Standard" quotas: A, C, D, H, I, M, R, T and Z. Others, such as G or X, have quotas of their own. */
const STANDARD_FAMILY = /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/;

/** Whether instances of a type count against the "Standard" quotas. */
export function isStandardType(instanceType: string): boolean {
  return STANDARD_FAMILY.test(instanceType);
}

/**
 * vCPUs of the Standard instances that run in the region now, without the lab's own nodes where the lab is deployed already.
 *
 * @throws LabError what `awsFailure` says
 */
export async function runningVcpus(context: CheckContext): Promise<RunningVcpus> {
  const { aws, signal } = context;
  const isDeployed = (await ownStack(context)).stack !== undefined;
  const ownTag = `kubernetes.io/cluster/${context.lab.cluster.name}`;
  return asking('ec2:DescribeInstances', async () => {
    const sum = { onDemand: 0, spot: 0 };
    const filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
    for await (const { Reservations } of paginateDescribeInstances({ client: aws.ec2, pageSize: 500 }, { Filters: filters }, { abortSignal: signal })) {
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
