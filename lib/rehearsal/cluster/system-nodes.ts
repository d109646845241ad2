import { Address4 } from 'ip-address';
import type { NodeGroupView } from '../../assembly/cluster-view';
import { referencesIn } from '../../assembly/intrinsics';
import { textAt, type JsonObject } from '../../assembly/json';
import type { LabView } from '../../assembly/lab-view';
import type { SubnetView } from '../../assembly/network-view';
import { allocatableOf, capacityOf } from '../../estimates/allocatable';
import { instanceTypeShape } from '../../estimates/price-table';
import { LabError } from '../../lab-error';

/** Addresses at the start of a subnet that are not a node's: AWS keeps the first four, and the rest reads better. */
const FIRST_HOST = 10;

/**
 * Nodes of the managed node groups, as Kubernetes objects: as many as desired, over the groups'
 * subnets. kwok keeps them alive.
 *
 * @throws LabError `InstanceTypeUnknown` for a type that no price table has
 */
export function systemNodes(lab: LabView, kubernetesVersion: string): readonly JsonObject[] {
  return lab.nodeGroups.flatMap((nodeGroup, groupIndex) => {
    const subnets = subnetsOf(lab, nodeGroup);
    return Array.from({ length: nodeGroup.desiredSize }, (_unused, index) => {
      const subnet = subnets[index % subnets.length];
      const host = FIRST_HOST + groupIndex * 100 + Math.floor(index / Math.max(subnets.length, 1));
      return systemNode({ lab, nodeGroup, subnet, host, serial: groupIndex * 1000 + index, kubernetesVersion });
    });
  });
}

interface SystemNode {
  readonly lab: LabView;
  readonly nodeGroup: NodeGroupView;
  readonly subnet: SubnetView | undefined;
  /** Which address of the subnet. */
  readonly host: number;
  /** Tells its instance id from the others'. */
  readonly serial: number;
  readonly kubernetesVersion: string;
}

function systemNode({ lab, nodeGroup, subnet, host, serial, kubernetesVersion }: SystemNode): JsonObject {
  const { region } = lab.stack;
  const zone = subnet?.availabilityZone ?? `${region}a`;
  const address = addressIn(subnet?.cidr ?? lab.network.vpcCidr, host);
  const name = `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;
  const shape = shapeOf(nodeGroup.instanceType);
  const properties = lab.stack.resources.get(nodeGroup.logicalId)?.properties;
  const storage = `${nodeGroup.volumeGiB}Gi`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      // The annotation without the label of the same name: nodes with the label that are no simulated
      // instance are deleted by Karpenter's simulation.
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'eks.amazonaws.com/capacityType': 'ON_DEMAND',
        'eks.amazonaws.com/nodegroup': textAt(properties, 'NodegroupName') ?? nodeGroup.logicalId,
        'kubernetes.io/arch': shape.architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': nodeGroup.instanceType,
        'topology.kubernetes.io/region': region,
        'topology.kubernetes.io/zone': zone,
      },
    },
    spec: { providerID: `aws:///${zone}/i-0${String(serial).padStart(16, '0')}` },
    status: {
      addresses: [{ type: 'InternalIP', address }, { type: 'Hostname', address: 'localhost' }],
      capacity: resources(capacityOf(shape), storage),
      allocatable: resources(allocatableOf(shape), storage),
      nodeInfo: {
        architecture: shape.architecture,
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1',
        kernelVersion: 'simulated',
        kubeProxyVersion: '',
        kubeletVersion: `v${kubernetesVersion}`,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023 (simulated)',
        systemUUID: '',
      },
    },
  };
}

function resources(
  { cpuMillis, memoryMiB, pods }: { readonly cpuMillis: number; readonly memoryMiB: number; readonly pods: number },
  storage: string,
): JsonObject {
  return { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi`, pods: String(pods), 'ephemeral-storage': storage };
}

function shapeOf(instanceType: string): NonNullable<ReturnType<typeof instanceTypeShape>> {
  const shape = instanceTypeShape(instanceType);
  if (shape !== undefined) return shape;
  throw new LabError({
    code: 'InstanceTypeUnknown',
    message: 'The size of the system nodes is not known, so they cannot be rehearsed.',
    received: instanceType,
    remedy: 'Choose an instance type of lib/estimates/prices, or add this one there.',
  });
}

/** Subnets of a node group; all private ones where the template does not say. */
function subnetsOf(lab: LabView, nodeGroup: NodeGroupView): readonly SubnetView[] {
  const properties = lab.stack.resources.get(nodeGroup.logicalId)?.properties ?? {};
  const referenced = referencesIn(properties['Subnets'] ?? []);
  const own = lab.network.subnets.filter(({ logicalId }) => referenced.has(logicalId));
  return own.length > 0 ? own : lab.network.subnets.filter(({ isPublic }) => !isPublic);
}

function addressIn(cidr: string, host: number): string {
  const first = new Address4(cidr).startAddress().bigInt();
  return Address4.fromBigInt(first + BigInt(host)).address;
}
