import { stringify } from 'yaml';
import type { JsonObject } from '../../json';
import { capacityOf } from '../../kubernetes/allocatable';
import { instanceTypeShape } from '../../plan/price-table';
import { NODE_GROUP_CAPACITY_TYPE_LABEL } from '../../well-known-keys';
import type { ActiveCluster, NodeGroup, NodeGroupTaint } from './cluster';

/** Label of the nodes of a managed node group. Its value is the group's name. */
const NODE_GROUP_LABEL = 'eks.amazonaws.com/nodegroup';

/**
 * User data of a node group's instances as EKS makes it for Amazon Linux 2023: a MIME archive with a NodeConfig, by which
 * nodeadm starts the kubelet.
 *
 * @param instanceType what is launched: it decides how many pods a node takes
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/
 */
export function nodeUserData(cluster: ActiveCluster, group: NodeGroup, instanceType: string): string {
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="//"',
    '',
    '--//',
    'Content-Type: application/node.eks.aws',
    '',
    `---\n${stringify(nodeConfig(cluster, group, instanceType))}`,
    '--//--',
    '',
  ].join('\n');
}

function nodeConfig(cluster: ActiveCluster, group: NodeGroup, instanceType: string): JsonObject {
  const shape = instanceTypeShape(instanceType);
  return {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: {
      cluster: {
        name: cluster.name,
        apiServerEndpoint: cluster.endpoint,
        certificateAuthority: cluster.certificateAuthority,
        cidr: cluster.serviceCidr,
      },
      kubelet: {
        config: {
          ...(shape === undefined ? {} : { maxPods: capacityOf(shape).pods }),
          // The tenth address of Services is that of DNS.
          clusterDNS: [cluster.serviceCidr.replace(/\.0\/\d+$/, '.10')],
          ...(group.taints.length === 0 ? {} : { registerWithTaints: group.taints.map(asNodeTaint) }),
        },
        flags: [`--node-labels=${Object.entries(nodeLabels(group)).map(([key, value]) => `${key}=${value}`).join(',')}`],
      },
    },
  };
}

function nodeLabels({ name, capacityType, labels, template: { imageId, launchTemplate } }: NodeGroup): Readonly<Record<string, string>> {
  return {
    ...(launchTemplate === undefined ? {} : {
      'eks.amazonaws.com/sourceLaunchTemplateId': launchTemplate.id,
      'eks.amazonaws.com/sourceLaunchTemplateVersion': launchTemplate.version,
    }),
    'eks.amazonaws.com/nodegroup-image': imageId,
    [NODE_GROUP_CAPACITY_TYPE_LABEL]: capacityType,
    [NODE_GROUP_LABEL]: name,
    ...labels,
  };
}

/** EKS writes `NO_SCHEDULE`, Kubernetes `NoSchedule`. */
function asNodeTaint({ key, value, effect }: NodeGroupTaint): JsonObject {
  const words = effect.toLowerCase().split('_').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return { key, ...(value === undefined ? {} : { value }), effect: words.join('') };
}
