import { DeleteTargetGroupCommand, paginateDescribeTargetGroups } from '@aws-sdk/client-elastic-load-balancing-v2';
import { gathered } from './gathered';
import type { LeftoverKind } from './leftover';
import { loadBalancerEvidence } from './load-balancer-evidence';
import { tagsByArn } from './tags-by-arn';
import { tryRemoval } from './try-removal';

/** Target groups of Services and Ingresses. They stay when their load balancer goes. */
export const TARGET_GROUPS: LeftoverKind = {
  kind: 'targetGroup',
  find: async (aws, { clusterName }, signal) => {
    const groups = await gathered(
      'elasticloadbalancing:DescribeTargetGroups',
      paginateDescribeTargetGroups({ client: aws.loadBalancers, pageSize: 400 }, {}, { abortSignal: signal }),
      ({ TargetGroups }) => TargetGroups,
    );
    const tags = await tagsByArn(aws, groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []), signal);
    return groups.flatMap(({ TargetGroupArn: id = '', TargetGroupName: name = id }) => {
      const evidence = loadBalancerEvidence(tags.get(id) ?? new Map(), clusterName);
      return evidence === undefined ? [] : [{ kind: 'targetGroup' as const, id, name, evidence, isBillable: false }];
    });
  },
  remove: (aws, { id }, signal) => tryRemoval({
    request: 'elasticloadbalancing:DeleteTargetGroup',
    gone: ['TargetGroupNotFound', 'TargetGroupNotFoundException'],
    inUse: ['ResourceInUse', 'ResourceInUseException'],
  }, () => aws.loadBalancers.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }), { abortSignal: signal })),
};
