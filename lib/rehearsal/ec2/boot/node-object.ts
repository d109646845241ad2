import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../json';
import { allocatableOf, capacityOf, type InstanceShape, type Resources } from '../../../kubernetes/allocatable';
import {
  ARCHITECTURE_LABEL, CLOUD_PROVIDER_LABEL, HOSTNAME_LABEL, INSTANCE_TYPE_LABEL, LEGACY_ARCHITECTURE_LABEL, LEGACY_INSTANCE_TYPE_LABEL,
  LEGACY_OPERATING_SYSTEM_LABEL, LEGACY_REGION_LABEL, LEGACY_ZONE_LABEL, OPERATING_SYSTEM_LABEL, REGION_LABEL, SIMULATED_ANNOTATION,
  ZONE_ID_LABEL, ZONE_LABEL,
} from '../../../well-known-keys';
import { type NodeImage, nodeImageName } from '../../aws-answers/node-image';
import type { BootingInstance } from './booting-instance';
import type { NodeConfig } from './node-config';

/** Taint of a node that the cloud controller has not seen yet. Kubelets register with it; the cloud controller takes it away. */
export const UNINITIALIZED_TAINT = 'node.cloudprovider.kubernetes.io/uninitialized';

/** What a node is made of. */
export interface NodeObjectOptions {
  readonly instance: BootingInstance;
  readonly image: NodeImage;
  readonly config: NodeConfig;
  readonly shape: InstanceShape;
  /** Version of the API server, such as `1.35.8`: that of the kubelet, too, where the image is of the same minor version. */
  readonly serverVersion: string;
}

/** The Node with which the kubelet of an EKS image registers. kwok keeps it ready afterwards. */
export function nodeObject({ instance, image, config, shape, serverVersion }: NodeObjectOptions): JsonObject {
  const name = instance.privateDnsName;
  const settings = { maxPods: config.maxPods, kubeReserved: config.kubeReserved, systemReserved: config.systemReserved };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { [SIMULATED_ANNOTATION]: 'fake' },
      labels: {
        ...config.labels,
        [ARCHITECTURE_LABEL]: shape.architecture,
        [LEGACY_ARCHITECTURE_LABEL]: shape.architecture,
        [OPERATING_SYSTEM_LABEL]: 'linux',
        [LEGACY_OPERATING_SYSTEM_LABEL]: 'linux',
        [HOSTNAME_LABEL]: name,
      },
    },
    spec: {
      providerID: providerId(instance),
      taints: [
        { key: UNINITIALIZED_TAINT, value: 'true', effect: 'NoSchedule' },
        ...config.taints.map(({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) })),
      ],
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: instance.privateIp },
        { type: 'InternalDNS', address: name },
        // On EKS the node's own name, which nothing resolves here: the API server asks kwok for logs, on this computer.
        { type: 'Hostname', address: 'localhost' },
      ],
      capacity: { ...resources(capacityOf(shape, settings)), 'ephemeral-storage': `${instance.volumeGiB}Gi` },
      allocatable: { ...resources(allocatableOf(shape, settings)), 'ephemeral-storage': `${allocatableGiB(instance.volumeGiB)}Gi` },
      nodeInfo: {
        architecture: shape.architecture,
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1.5',
        kernelVersion: '6.12.0 (simulated)',
        kubeProxyVersion: '',
        kubeletVersion: kubeletVersion(image, serverVersion),
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023',
        systemUUID: '',
      },
    },
  };
}

/** Labels that the cloud controller adds: a kubelet may not set those of other domains than its own. */
export function cloudLabels({ type, zone, zoneId }: Pick<BootingInstance, 'type' | 'zone' | 'zoneId'>, region: string, clusterName: string): JsonObject {
  return {
    [INSTANCE_TYPE_LABEL]: type,
    [LEGACY_INSTANCE_TYPE_LABEL]: type,
    [REGION_LABEL]: region,
    [ZONE_LABEL]: zone,
    [LEGACY_REGION_LABEL]: region,
    [LEGACY_ZONE_LABEL]: zone,
    [ZONE_ID_LABEL]: zoneId,
    // EKS's is a hash of 32 digits as well, of what nobody outside it knows.
    [CLOUD_PROVIDER_LABEL]: createHash('md5').update(clusterName).digest('hex'),
  };
}

/** Such as `aws:///ap-northeast-2b/i-02fd00557cbb11e88`. */
export function providerId({ id, zone }: Pick<BootingInstance, 'id' | 'zone'>): string {
  return `aws:///${zone}/${id}`;
}

function resources({ cpuMillis, memoryMiB, pods }: Resources): JsonObject {
  return { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi`, pods: String(pods) };
}

/** GiB of a volume that pods may fill: one is reserved, and below a tenth the kubelet evicts. */
function allocatableGiB(volumeGiB: number): number {
  return Math.floor(volumeGiB * 0.9 - 1);
}

/** `v1.35.8-eks-0123abc`: AWS's build of the version, by a mark that is the image's own. */
function kubeletVersion(image: NodeImage, serverVersion: string): string {
  const patch = serverVersion.startsWith(`${image.kubernetesVersion}.`) ? serverVersion : `${image.kubernetesVersion}.0`;
  return `v${patch}-eks-${createHash('sha256').update(nodeImageName(image)).digest('hex').slice(0, 7)}`;
}
