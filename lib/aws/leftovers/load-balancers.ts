import { DeleteLoadBalancerCommand, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2';
import { gathered } from './gathered';
import type { LeftoverKind } from './leftover';
import { loadBalancerEvidence } from './load-balancer-evidence';
import { tagsByArn } from './tags-by-arn';
import { tryRemoval } from './try-removal';

/** Application and network load balancers of Services and Ingresses. Their listeners go with them. */
export const LOAD_BALANCERS: LeftoverKind = {
  kind: 'loadBalancer',
  find: async (aws, { clusterName }, signal) => {
    const balancers = await gathered(
      'elasticloadbalancing:DescribeLoadBalancers',
      paginateDescribeLoadBalancers({ client: aws.loadBalancers, pageSize: 400 }, {}, { abortSignal: signal }),
      ({ LoadBalancers }) => LoadBalancers,
    );
    const tags = await tagsByArn(aws, balancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []), signal);
    return balancers.flatMap(({ LoadBalancerArn: id = '', LoadBalancerName: name = id, CreatedTime }) => {
      const evidence = loadBalancerEvidence(tags.get(id) ?? new Map(), clusterName);
      return evidence === undefined ? [] : [{ kind: 'loadBalancer' as const, id, name, evidence, isBillable: true, createdAt: CreatedTime?.toISOString() }];
    });
  },
  remove: (aws, { id }, signal) => tryRemoval({
    request: 'elasticloadbalancing:DeleteLoadBalancer',
    gone: ['LoadBalancerNotFound', 'LoadBalancerNotFoundException'],
    inUse: ['ResourceInUse', 'ResourceInUseException'],
    // Deletion protection is on: somebody's wish, which is not overruled.
    refused: ['OperationNotPermitted', 'OperationNotPermittedException'],
  }, () => aws.loadBalancers.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }), { abortSignal: signal })),
};
