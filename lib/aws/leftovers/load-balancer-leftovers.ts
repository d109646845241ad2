import {
  DeleteLoadBalancerCommand, DeleteTargetGroupCommand, DescribeTagsCommand, paginateDescribeLoadBalancers, paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { awsFailure, isAwsError } from '../aws-failure';
import type { LabAws } from '../lab-aws';
import { exactTag, gathered, type LeftoverKind, ownedByCluster, type Tags, tagsFrom, tryRemoval } from './leftover';

/** The tag by which AWS's load balancer controller says for which cluster it works. */
export const LOAD_BALANCER_CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

/** Tags that DescribeTags of both load balancer services gives at once. */
export const TAGGED_AT_ONCE = 20;

/** Evidence that a controller of this cluster made a load balancer or a target group. */
export function loadBalancerEvidence(tags: Tags, clusterName: string): string | undefined {
  return exactTag(tags, [LOAD_BALANCER_CLUSTER_TAG, clusterName], ownedByCluster(clusterName));
}

/** A list in parts of at most this length. */
export function inBatches<T>(list: readonly T[], length: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, index) => list.slice(index * length, (index + 1) * length));
}

/** Names of errors that say that something in a batch went away meanwhile. */
const ELBV2_NOT_FOUND = ['LoadBalancerNotFound', 'LoadBalancerNotFoundException', 'TargetGroupNotFound', 'TargetGroupNotFoundException'];

/** Tags of load balancers or target groups, by ARN. One that went away meanwhile is left out. */
export async function tagsByArn(aws: LabAws, arns: readonly string[]): Promise<ReadonlyMap<string, Tags>> {
  const found = new Map<string, Tags>();
  for (const batch of inBatches(arns, TAGGED_AT_ONCE)) {
    for (const [arn, tags] of await tagsOfBatch(aws, batch)) found.set(arn, tags);
  }
  return found;
}

async function tagsOfBatch(aws: LabAws, arns: readonly string[]): Promise<readonly (readonly [string, Tags])[]> {
  try {
    const { TagDescriptions } = await aws.loadBalancers.send(new DescribeTagsCommand({ ResourceArns: [...arns] }));
    return (TagDescriptions ?? []).map(({ ResourceArn, Tags }) => [ResourceArn ?? '', tagsFrom(Tags)] as const);
  } catch (error) {
    if (!isAwsError(error, ...ELBV2_NOT_FOUND)) throw awsFailure(error, 'elasticloadbalancing:DescribeTags');
    // One that is gone fails its whole batch: the others are asked for one by one.
    if (arns.length === 1) return [];
    const single = [];
    for (const arn of arns) single.push(...await tagsOfBatch(aws, [arn]));
    return single;
  }
}

/** Application and network load balancers of Services and Ingresses. Their listeners go with them. */
export const LOAD_BALANCERS: LeftoverKind = {
  kind: 'loadBalancer',
  find: async (aws, { clusterName }) => {
    const balancers = await gathered(
      'elasticloadbalancing:DescribeLoadBalancers',
      paginateDescribeLoadBalancers({ client: aws.loadBalancers, pageSize: 400 }, {}),
      ({ LoadBalancers }) => LoadBalancers,
    );
    const tags = await tagsByArn(aws, balancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []));
    return balancers.flatMap(({ LoadBalancerArn: id = '', LoadBalancerName: name = id, CreatedTime }) => {
      const evidence = loadBalancerEvidence(tags.get(id) ?? new Map(), clusterName);
      return evidence === undefined ? [] : [{ kind: 'loadBalancer' as const, id, name, evidence, isBillable: true, createdAt: CreatedTime?.toISOString() }];
    });
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'elasticloadbalancing:DeleteLoadBalancer',
    gone: ['LoadBalancerNotFound', 'LoadBalancerNotFoundException'],
    inUse: ['ResourceInUse', 'ResourceInUseException'],
    // Deletion protection is on: somebody's wish, which is not overruled.
    refused: ['OperationNotPermitted', 'OperationNotPermittedException'],
  }, () => aws.loadBalancers.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }))),
};

/** Target groups of Services and Ingresses. They stay when their load balancer goes. */
export const TARGET_GROUPS: LeftoverKind = {
  kind: 'targetGroup',
  find: async (aws, { clusterName }) => {
    const groups = await gathered(
      'elasticloadbalancing:DescribeTargetGroups',
      paginateDescribeTargetGroups({ client: aws.loadBalancers, pageSize: 400 }, {}),
      ({ TargetGroups }) => TargetGroups,
    );
    const tags = await tagsByArn(aws, groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []));
    return groups.flatMap(({ TargetGroupArn: id = '', TargetGroupName: name = id }) => {
      const evidence = loadBalancerEvidence(tags.get(id) ?? new Map(), clusterName);
      return evidence === undefined ? [] : [{ kind: 'targetGroup' as const, id, name, evidence, isBillable: false }];
    });
  },
  remove: (aws, { id }) => tryRemoval({
    request: 'elasticloadbalancing:DeleteTargetGroup',
    gone: ['TargetGroupNotFound', 'TargetGroupNotFoundException'],
    inUse: ['ResourceInUse', 'ResourceInUseException'],
  }, () => aws.loadBalancers.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }))),
};
