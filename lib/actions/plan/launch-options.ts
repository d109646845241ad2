import { numberAt, objectAt, textAt, type JsonObject } from '../../assembly/json';
import type { LabView } from '../../assembly/lab-view';
import type { SubnetView } from '../../assembly/network-view';
import type { NodeRequirement } from '../../assembly/node-provisioning-view';
import { allocatableOf, capacityOf, type ReservationSettings, type Resources } from '../../estimates/allocatable';
import type { PriceTable } from '../../estimates/price-table';
import { allowedCapacityTypes, instanceLabels, isKnownKey, satisfies } from './instance-requirements';
import type { LaunchOption } from './node-packing';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Instance types that satisfy the NodePool, priced. */
export interface LaunchOptions {
  readonly options: readonly LaunchOption[];
  readonly capacityType: string;
  /** Availability Zones of the subnets that the EC2NodeClass selects. */
  readonly zones: readonly string[];
  /** Keys of requirements that the price table cannot check. */
  readonly uncheckedKeys: readonly string[];
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
    uncheckedKeys: first === undefined ? [] : requirements.map(({ key }) => key).filter((key) => !isKnownKey(first.labels, key)),
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

/** How many identical pods fit a node beside what takes a part of it already. */
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
    kubeReserved: quantities(nodeClass.kubelet, 'kubeReserved'),
    systemReserved: quantities(nodeClass.kubelet, 'systemReserved'),
  };
}

function quantities(kubelet: JsonObject, key: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(objectAt(kubelet, key)).map((resource) => [resource, textAt(kubelet, key, resource) ?? '']));
}
