import { DeleteLoadBalancerCommand, DescribeTagsCommand, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing';
import { awsFailure, isAwsError } from '../aws-failure';
import type { LabAws } from '../lab-aws';
import { gathered, type LeftoverKind, type Tags, tagsFrom, tryRemoval } from './leftover';
import { inBatches, loadBalancerEvidence, TAGGED_AT_ONCE } from './load-balancer-leftovers';

const NOT_FOUND = ['LoadBalancerNotFound', 'AccessPointNotFoundException'];

/** Classic load balancers, which Kubernetes makes for a Service where no controller of AWS's is installed. */
export const CLASSIC_LOAD_BALANCERS: LeftoverKind = {
  kind: 'classicLoadBalancer',
  find: async (aws, { clusterName }) => {
    const balancers = await gathered(
      'elasticloadbalancing:DescribeLoadBalancers',
      paginateDescribeLoadBalancers({ client: aws.classicLoadBalancers, pageSize: 400 }, {}),
      ({ LoadBalancerDescriptions }) => LoadBalancerDescriptions,
    );
    const tags = new Map<string, Tags>();
    for (const batch of inBatches(balancers.flatMap(({ LoadBalancerName }) => LoadBalancerName ?? []), TAGGED_AT_ONCE)) {
      for (const [name, own] of await tagsOf(aws, batch)) tags.set(name, own);
    }
    return balancers.flatMap(({ LoadBalancerName: id = '', CreatedTime }) => {
      const evidence = loadBalancerEvidence(tags.get(id) ?? new Map(), clusterName);
      return evidence === undefined
        ? []
        : [{ kind: 'classicLoadBalancer' as const, id, name: id, evidence, isBillable: true, createdAt: CreatedTime?.toISOString() }];
    });
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'elasticloadbalancing:DeleteLoadBalancer', gone: NOT_FOUND,
  }, () => aws.classicLoadBalancers.send(new DeleteLoadBalancerCommand({ LoadBalancerName: id }))),
};

async function tagsOf(aws: LabAws, names: readonly string[]): Promise<readonly (readonly [string, Tags])[]> {
  try {
    const { TagDescriptions } = await aws.classicLoadBalancers.send(new DescribeTagsCommand({ LoadBalancerNames: [...names] }));
    return (TagDescriptions ?? []).map(({ LoadBalancerName, Tags }) => [LoadBalancerName ?? '', tagsFrom(Tags)] as const);
  } catch (error) {
    if (!isAwsError(error, ...NOT_FOUND)) throw awsFailure(error, 'elasticloadbalancing:DescribeTags');
    if (names.length === 1) return [];
    const single = [];
    for (const name of names) single.push(...await tagsOf(aws, [name]));
    return single;
  }
}
