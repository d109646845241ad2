import { DeleteNetworkInterfaceCommand, paginateDescribeNetworkInterfaces, type NetworkInterface } from '@aws-sdk/client-ec2';
import { gathered } from './gathered';
import type { LeftoverKind } from './leftover';
import { clusterSecurityGroups } from './security-groups';
import { exactTag, tagsFrom, type Tags } from './tags';
import { tryRemoval } from './try-removal';

/** What the VPC CNI writes as the description of each interface it makes. */
const CNI_DESCRIPTION = 'aws-K8S-';

/** The VPC CNI's tag for its cluster. */
const CNI_CLUSTER_TAG = 'cluster.k8s.amazonaws.com/name';

/** The VPC CNI's tag for itself. */
const CNI_OWNER = ['eks:eni:owner', 'amazon-vpc-cni'] as const;

/**
 * Network interfaces that the VPC CNI made and left behind: attached to nothing, and tagged for the cluster, or, where an
 * older CNI wrote no name, in the security group that EKS made for the cluster.
 */
export const NETWORK_INTERFACES: LeftoverKind = {
  kind: 'networkInterface',
  find: async (aws, lab, signal) => {
    const groups = new Set((await clusterSecurityGroups(aws, lab, signal)).map(({ id }) => id));
    const interfaces = await gathered(
      'ec2:DescribeNetworkInterfaces',
      paginateDescribeNetworkInterfaces({ client: aws.ec2, pageSize: 500 }, {
        Filters: [{ Name: 'description', Values: [`${CNI_DESCRIPTION}*`] }],
      }, { abortSignal: signal }),
      ({ NetworkInterfaces }) => NetworkInterfaces,
    );
    return interfaces.flatMap((networkInterface) => {
      const { NetworkInterfaceId: id, Description = '', Status, TagSet, Association } = networkInterface;
      const evidence = evidenceOf(tagsFrom(TagSet), networkInterface, lab.clusterName, groups);
      if (id === undefined || evidence === undefined || Status !== 'available' || !Description.startsWith(CNI_DESCRIPTION)) return [];
      // The interface itself costs nothing; a public address on it does.
      return [{ kind: 'networkInterface' as const, id, name: Description, evidence, isBillable: Association?.PublicIp !== undefined }];
    });
  },
  remove: (aws, { id }, signal) => tryRemoval({
    request: 'ec2:DeleteNetworkInterface',
    gone: ['InvalidNetworkInterfaceID.NotFound'],
    inUse: ['InvalidNetworkInterface.InUse', 'InvalidParameterValue', 'OperationNotPermitted'],
  }, () => aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }), { abortSignal: signal })),
};

function evidenceOf(tags: Tags, { Groups }: NetworkInterface, clusterName: string, clusterGroups: ReadonlySet<string>): string | undefined {
  if (tags.has(CNI_CLUSTER_TAG)) return exactTag(tags, [CNI_CLUSTER_TAG, clusterName]);
  const owner = exactTag(tags, CNI_OWNER);
  const group = Groups?.find(({ GroupId }) => GroupId !== undefined && clusterGroups.has(GroupId));
  return owner === undefined || group === undefined ? undefined : `${owner} and security group ${group.GroupId} of the cluster`;
}
