import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { nameClashFinding } from './name-clash';
import { makingStack, unlessAbsent } from './name-holder';

/** Whether the name of the cluster is free. */
export const clusterNameCheck: Check = {
  name: 'Names: cluster',
  asksAws: true,
  run: (context) => nameClashFinding(context, {
    type: 'AWS::EKS::Cluster',
    noun: 'cluster',
    holder: (name) => asking('eks:DescribeCluster', async () => {
      const found = await unlessAbsent(() => context.aws.eks.send(new DescribeClusterCommand({ name }), { abortSignal: context.signal }), 'ResourceNotFoundException');
      return found === undefined ? undefined : { physicalId: name, stack: makingStack(found.cluster?.tags ?? {}) };
    }),
    deletion: ({ physicalId }) => `aws eks delete-cluster --region ${context.lab.stack.region} --name ${physicalId}`,
  }),
};
