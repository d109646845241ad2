import { DescribeTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { awsFailure, isAwsError } from '../aws-failure';
import type { LabAws } from '../lab-aws';
import { inBatches } from './in-batches';
import { TAGGED_AT_ONCE } from './load-balancer-evidence';
import { tagsFrom, type Tags } from './tags';

/** Names of errors that say that something in a batch went away meanwhile. */
const NOT_FOUND = ['LoadBalancerNotFound', 'LoadBalancerNotFoundException', 'TargetGroupNotFound', 'TargetGroupNotFoundException'];

/** Tags of load balancers or target groups, by ARN. One that went away meanwhile is left out. */
export async function tagsByArn(aws: LabAws, arns: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, Tags>> {
  const found = new Map<string, Tags>();
  for (const batch of inBatches(arns, TAGGED_AT_ONCE)) {
    for (const [arn, tags] of await tagsOfBatch(aws, batch, signal)) found.set(arn, tags);
  }
  return found;
}

async function tagsOfBatch(aws: LabAws, arns: readonly string[], signal: AbortSignal | undefined): Promise<readonly (readonly [string, Tags])[]> {
  try {
    const { TagDescriptions } = await aws.loadBalancers.send(new DescribeTagsCommand({ ResourceArns: [...arns] }), { abortSignal: signal });
    return (TagDescriptions ?? []).map(({ ResourceArn, Tags }) => [ResourceArn ?? '', tagsFrom(Tags)] as const);
  } catch (error) {
    if (!isAwsError(error, ...NOT_FOUND)) throw awsFailure(error, 'elasticloadbalancing:DescribeTags');
    // One that is gone fails its whole batch: the others are asked for one by one.
    if (arns.length === 1) return [];
    const single = [];
    for (const arn of arns) single.push(...await tagsOfBatch(aws, [arn], signal));
    return single;
  }
}
