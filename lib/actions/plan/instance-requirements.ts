import type { NodeRequirement } from '../../assembly/node-provisioning-view';
import type { InstanceType } from '../../estimates/price-table';

/** Labels of the nodes that an instance type can become; several values where EC2 has a choice. */
export type InstanceLabels = Readonly<Record<string, readonly string[]>>;

const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';

/** How Karpenter reads an instance type's name: category, then generation. */
const TYPE_NAME = /^([a-z]+)(?:-[0-9]+tb)?([0-9]+).*\./;

/**
 * Labels that Karpenter derives for an instance type, as far as the price table knows them.
 *
 * @param zones Availability Zones that both the type and the EC2NodeClass's subnets have
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/pkg/providers/instancetype/types.go `computeRequirements`
 */
export function instanceLabels(type: InstanceType, region: string, zones: readonly string[]): InstanceLabels {
  const [, category, generation] = TYPE_NAME.exec(type.name) ?? [];
  const [family, size] = type.name.split('.');
  return {
    'node.kubernetes.io/instance-type': [type.name],
    'kubernetes.io/arch': [type.architecture],
    'kubernetes.io/os': ['linux'],
    'topology.kubernetes.io/region': [region],
    'topology.kubernetes.io/zone': zones,
    [CAPACITY_TYPE_LABEL]: type.spotPricePerHour === undefined ? ['on-demand'] : ['on-demand', 'spot'],
    'karpenter.k8s.aws/instance-category': values(category),
    'karpenter.k8s.aws/instance-generation': values(generation),
    'karpenter.k8s.aws/instance-family': values(family),
    'karpenter.k8s.aws/instance-size': values(size),
    'karpenter.k8s.aws/instance-hypervisor': values(type.hypervisor),
    'karpenter.k8s.aws/instance-cpu': [String(type.vcpu)],
    'karpenter.k8s.aws/instance-memory': [String(type.memoryMiB)],
    'karpenter.k8s.aws/instance-capability-flex': [String(family?.includes('-flex') ?? false)],
  };
}

/**
 * Whether a node of the type can have a label that the requirement asks for. A key that the table
 * knows nothing about, such as `instance-local-nvme`, counts as satisfied: see {@link isKnownKey}.
 */
export function satisfies(labels: InstanceLabels, requirement: NodeRequirement): boolean {
  const offered = labels[requirement.key];
  if (offered === undefined) return true;
  if (requirement.operator === 'DoesNotExist') return offered.length === 0;
  return offered.some((value) => allows(requirement, value));
}

/** Whether the price table can tell the values of a label. */
export function isKnownKey(labels: InstanceLabels, key: string): boolean {
  return key in labels;
}

/** Capacity types that all requirements allow, in the order in which Karpenter prefers them. */
export function allowedCapacityTypes(requirements: readonly NodeRequirement[]): readonly string[] {
  const own = requirements.filter(({ key }) => key === CAPACITY_TYPE_LABEL);
  return ['reserved', 'spot', 'on-demand'].filter((type) => own.every((requirement) => allows(requirement, type)));
}

function allows({ operator, values: allowed }: NodeRequirement, value: string): boolean {
  const bound = Number(allowed[0]);
  switch (operator) {
    case 'In': return allowed.includes(value);
    case 'NotIn': return !allowed.includes(value);
    case 'Gt': return Number(value) > bound;
    case 'Gte': return Number(value) >= bound;
    case 'Lt': return Number(value) < bound;
    case 'Lte': return Number(value) <= bound;
    case 'DoesNotExist': return false;
    default: return true;
  }
}

function values(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
