import type { LabView } from '../assembly/lab-view';
import type { SubnetView } from '../assembly/network-view';
import { type JsonObject, numberAt, objectAt, textAt } from '../json';
import { allocatableOf, capacityOf, type ReservationSettings, type Resources } from '../kubernetes/allocatable';
import type { NodeRequirement } from '../kubernetes/karpenter-kinds';
import { readTexts } from '../kubernetes/objects';
import {
  ARCHITECTURE_LABEL, CAPACITY_TYPE_LABEL, INSTANCE_CATEGORY_LABEL, INSTANCE_CPU_LABEL, INSTANCE_FAMILY_LABEL, INSTANCE_GENERATION_LABEL,
  INSTANCE_HYPERVISOR_LABEL, INSTANCE_MEMORY_LABEL, INSTANCE_SIZE_LABEL, INSTANCE_TYPE_LABEL, OPERATING_SYSTEM_LABEL, REGION_LABEL,
  ZONE_LABEL,
} from '../well-known-keys';
import type { LaunchOption } from './node-packing';
import type { InstanceType, PriceTable } from './price-table';

/** Labels, by key, of the nodes that an instance type can become; several values where EC2 chooses, such as the zone. */
type InstanceLabels = Readonly<Record<string, readonly string[]>>;

/** Category and generation in the name of an instance type, as Karpenter reads it. */
const TYPE_NAME = /^([a-z]+)(?:-[0-9]+tb)?([0-9]+).*\./;

/**
 * Labels that Karpenter derives for an instance type, as far as the price table knows them.
 *
 * @param zones Availability Zones that both the type and the EC2NodeClass's subnets have
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/pkg/providers/instancetype/types.go `computeRequirements`
 */
function instanceLabels(type: InstanceType, region: string, zones: readonly string[]): InstanceLabels {
  const [, category, generation] = TYPE_NAME.exec(type.name) ?? [];
  const [family, size] = type.name.split('.');
  return {
    [INSTANCE_TYPE_LABEL]: [type.name],
    [ARCHITECTURE_LABEL]: [type.architecture],
    [OPERATING_SYSTEM_LABEL]: ['linux'],
    [REGION_LABEL]: [region],
    [ZONE_LABEL]: zones,
    [CAPACITY_TYPE_LABEL]: type.spotPricePerHour === undefined ? ['on-demand'] : ['on-demand', 'spot'],
    [INSTANCE_CATEGORY_LABEL]: asList(category),
    [INSTANCE_GENERATION_LABEL]: asList(generation),
    [INSTANCE_FAMILY_LABEL]: asList(family),
    [INSTANCE_SIZE_LABEL]: asList(size),
    [INSTANCE_HYPERVISOR_LABEL]: asList(type.hypervisor),
    [INSTANCE_CPU_LABEL]: [String(type.vcpu)],
    [INSTANCE_MEMORY_LABEL]: [String(type.memoryMiB)],
    'karpenter.k8s.aws/instance-capability-flex': [String(family?.includes('-flex') ?? false)],
  };
}

/**
 * Whether a node of the type can have a label that the requirement asks for. A key that the price table does not have,
 * such as `instance-local-nvme`, counts as satisfied, and is one of {@link LaunchOptions.uncheckedKeys}.
 */
function satisfies(labels: InstanceLabels, requirement: NodeRequirement): boolean {
  const offered = labels[requirement.key];
  if (offered === undefined) return true;
  if (requirement.operator === 'DoesNotExist') return offered.length === 0;
  return offered.some((value) => allows(requirement, value));
}

/** Capacity types that all requirements allow, in the order in which Karpenter prefers them. */
export function allowedCapacityTypes(requirements: readonly NodeRequirement[]): readonly string[] {
  return allowedValues(requirements, CAPACITY_TYPE_LABEL, ['reserved', 'spot', 'on-demand']);
}

/** Those of the candidates, values of one label, that all requirements allow. */
export function allowedValues(requirements: readonly NodeRequirement[], label: string, candidates: readonly string[]): readonly string[] {
  const own = requirements.filter(({ key }) => key === label);
  return candidates.filter((candidate) => own.every((requirement) => allows(requirement, candidate)));
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

function asList(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** Instance types that satisfy the NodePool, priced. */
export interface LaunchOptions {
  readonly options: readonly LaunchOption[];
  readonly capacityType: string;
  /** Availability Zones of the subnets that the EC2NodeClass selects. */
  readonly zones: readonly string[];
  /** Keys of requirements that the price table cannot check. */
  readonly uncheckedKeys: readonly string[];
  /** Types that requirements name and of which no price is known. */
  readonly unpriced: readonly UnpricedValues[];
}

/** Values of a requirement that no type of the price table has. */
export interface UnpricedValues {
  /** Such as `karpenter.k8s.aws/instance-category`. */
  readonly key: string;
  /** Such as `g`. */
  readonly values: readonly string[];
  /** Whether the requirement also names values that types of the table have. */
  readonly hasOthers: boolean;
}

/** Requirements by which a NodePool names types, families or categories that the table may lack: it has some categories only. */
const TYPE_NAMING_KEYS: readonly string[] = [INSTANCE_CATEGORY_LABEL, INSTANCE_FAMILY_LABEL, INSTANCE_TYPE_LABEL];

/** Types, families and categories that requirements name and that the price table lacks. */
export function unpricedValues(requirements: readonly NodeRequirement[], { instanceTypes, region }: PriceTable): readonly UnpricedValues[] {
  return requirements
    .filter(({ key, operator }) => operator === 'In' && TYPE_NAMING_KEYS.includes(key))
    .map(({ key, values: named }) => {
      const priced = new Set(instanceTypes.flatMap((type) => instanceLabels(type, region, [])[key] ?? []));
      const missing = named.filter((value) => !priced.has(value));
      return { key, values: missing, hasOthers: missing.length < named.length };
    })
    .filter(({ values: missing }) => missing.length > 0);
}

/** Instance types of the table that satisfy the NodePool in at least one zone of its subnets. */
export function launchOptions(lab: LabView, table: PriceTable, pod: Resources, daemons: Resources): LaunchOptions {
  const { requirements } = lab.nodePool;
  const zones = selectedZones(lab);
  const settings = reservationSettings(lab);

  const compatible = table.instanceTypes
    .map((type) => ({ type, zones: type.zones.filter((zone) => zones.includes(zone) && allowsZone(requirements, zone)) }))
    .map((offer) => ({ ...offer, labels: instanceLabels(offer.type, table.region, offer.zones) }))
    .filter((offer) => offer.zones.length > 0 && requirements.every((requirement) => satisfies(offer.labels, requirement)));

  const isSpot = allowedCapacityTypes(requirements).includes('spot')
    && compatible.some(({ type }) => type.spotPricePerHour !== undefined);
  const options = compatible.flatMap(({ type, zones: offeredZones }): readonly LaunchOption[] => {
    const pricePerHour = isSpot ? type.spotPricePerHour : type.pricePerHour;
    if (pricePerHour === undefined) return [];
    const allocatable = allocatableOf(type, settings);
    return [{
      type,
      capacity: capacityOf(type, settings),
      allocatable,
      podsThatFit: podsThatFit(allocatable, daemons, pod),
      capacityType: isSpot ? 'spot' : 'on-demand',
      pricePerHour,
      zones: offeredZones,
    }];
  });

  const [first] = compatible;
  return {
    options,
    capacityType: isSpot ? 'spot' : 'on-demand',
    zones,
    unpriced: unpricedValues(requirements, table),
    uncheckedKeys: first === undefined ? [] : requirements.map(({ key }) => key).filter((key) => !(key in first.labels)),
  };
}

/** Subnets that the EC2NodeClass's selector terms match. */
export function selectedSubnets({ network, nodeClass }: LabView): readonly SubnetView[] {
  return network.subnets.filter((subnet) => nodeClass.subnetSelectorTerms.some((term) => matchesTags(term, subnet.tags)));
}

/** Availability Zones of the subnets that the EC2NodeClass's selector terms match. */
export function selectedZones(lab: LabView): readonly string[] {
  return [...new Set(selectedSubnets(lab).map(({ availabilityZone }) => availabilityZone))];
}

function allowsZone(requirements: readonly NodeRequirement[], zone: string): boolean {
  return requirements.every((requirement) => requirement.key !== ZONE_LABEL || satisfies({ [ZONE_LABEL]: [zone] }, requirement));
}

/** A term names tags that a subnet must all have; the value `*` stands for any. */
function matchesTags(term: JsonObject, tags: Readonly<Record<string, string>>): boolean {
  const wanted = Object.keys(objectAt(term, 'tags'));
  return wanted.length > 0 && wanted.every((key) => {
    const value = textAt(term, 'tags', key);
    return key in tags && (value === '*' || value === tags[key]);
  });
}

/** How many identical pods fit on a node besides the pods of its DaemonSets. */
export function podsThatFit(allocatable: Resources, daemons: Resources, pod: Resources): number {
  const byCpu = pod.cpuMillis === 0 ? Infinity : (allocatable.cpuMillis - daemons.cpuMillis) / pod.cpuMillis;
  const byMemory = pod.memoryMiB === 0 ? Infinity : (allocatable.memoryMiB - daemons.memoryMiB) / pod.memoryMiB;
  return Math.max(0, Math.floor(Math.min(byCpu, byMemory, allocatable.pods - daemons.pods)));
}

function reservationSettings({ karpenter, nodeClass }: LabView): ReservationSettings {
  return {
    vmMemoryOverheadPercent: numberAt(karpenter.values, 'settings', 'vmMemoryOverheadPercent'),
    reservedEnis: numberAt(karpenter.values, 'settings', 'reservedENIs'),
    maxPods: numberAt(nodeClass.kubelet, 'maxPods'),
    kubeReserved: readTexts(nodeClass.kubelet['kubeReserved']),
    systemReserved: readTexts(nodeClass.kubelet['systemReserved']),
  };
}
