import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { isFound, nameClashFinding } from './name-clash';

/** Whether the name of the cluster is free. */
export const clusterNameCheck: Check = {
  name: 'Names: cluster',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::EKS::Cluster',
    noun: 'cluster',
    exists: (name) => asking('eks:DescribeCluster', () => isFound(
      () => context.aws.eks.send(new DescribeClusterCommand({ name }), { abortSignal: context.signal }), 'ResourceNotFoundException')),
  }),
};
