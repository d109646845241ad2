import type { LabView } from '../assembly/lab-view';
import { HOURS_PER_MONTH, noPriceTable, type PriceTable } from './price-table';
import { mebibytes } from '../kubernetes/allocatable';
import type { CostEstimate, CostLine, LaunchedNodes, LaunchEstimate, UnpricedInstances } from './plan-result';
import { counted } from '../words';

/** How long a class takes, and how much of it the exercise is scaled out. */
export interface ClassTime {
  readonly classHours: number;
  readonly scaledOutHours: number;
}

/** Root volume that Karpenter gives an AL2023 node where the EC2NodeClass names none. */
const DEFAULT_NODE_VOLUMES = ['20Gi'];

const MEBIBYTES_PER_GIBIBYTE = 1024;

/**
 * The bill per hour and for a class, at list price.
 *
 * @param seatNodes nodes of each seat while it is scaled out
 */
export function estimateCost(lab: LabView, table: PriceTable | undefined, launch: LaunchEstimate, time: ClassTime, seatNodes: readonly LaunchedNodes[] = []): CostEstimate {
  if (table === undefined) return unknownCost(lab.stack.region, time);

  const idleLines = idleCostLines(lab, table);
  const scaledOutLines = scaledOutLinesOf(lab, table, launch, seatNodes);
  const unpriced = [...unpricedSystemNodes(lab, table), ...(launch.unavailable === undefined ? [] : [{ what: 'Karpenter nodes' }])];
  const idlePerHour = total(idleLines);
  const scaledOutPerHour = total(scaledOutLines);
  return {
    currency: table.currency,
    ratesAsOf: table.ratesAsOf,
    instancePricesAsOf: table.asOf,
    priceSources: table.sources,
    idleLines,
    idlePerHour,
    scaledOutLines,
    scaledOutPerHour,
    classHours: time.classHours,
    classTotal: idlePerHour * time.classHours + scaledOutPerHour * time.scaledOutHours,
    scaledOutHours: time.scaledOutHours,
    ...(unpriced.length > 0 && { unpriced }),
    notIncluded: notIncluded(table),
  };
}

/** System nodes that {@link idleCostLines} has no line for, because no price of their type is known. */
export function unpricedSystemNodes({ nodeGroups }: LabView, { instanceTypes }: PriceTable): readonly UnpricedInstances[] {
  return nodeGroups
    .filter(({ instanceType }) => !instanceTypes.some(({ name }) => name === instanceType))
    .map(({ instanceType, desiredSize }) => ({ what: `System nodes, ${instanceType}`, quantity: desiredSize }));
}

/** What the lab costs while nothing is scaled out, line by line, as far as prices are known. */
export function idleCostLines(lab: LabView, { rates, instanceTypes }: PriceTable): readonly CostLine[] {
  const { network, stack } = lab;
  const nodeLines = lab.nodeGroups.flatMap(({ instanceType, desiredSize, volumeGiB }) => {
    const price = instanceTypes.find(({ name }) => name === instanceType)?.pricePerHour;
    return [
      ...(price === undefined ? [] : [line(`System nodes, ${instanceType}`, desiredSize, price)]),
      line(`Volumes of system nodes, gp3 ${volumeGiB} GiB`, desiredSize, monthly(volumeGiB * rates.gp3PerGBMonth)),
    ];
  });
  const keys = stack.resourcesOfType('AWS::KMS::Key').length;
  return [
    line('EKS control plane', 1, rates.eksControlPlanePerHour),
    ...nodeLines,
    line('NAT gateways', network.natGateways.length, rates.natGatewayPerHour),
    line('Public IPv4 addresses', network.elasticAddresses.length, rates.publicIpv4PerHour),
    line('KMS keys', keys, monthly(rates.kmsKeyPerMonth)),
    line('Interface endpoints, each in one zone', network.interfaceEndpointZones, rates.interfaceEndpointPerHourPerZone),
  ].filter(({ quantity }) => quantity > 0);
}

/** Size of the volumes of each node that Karpenter launches. */
function nodeVolumeGiB({ nodeClass }: LabView): number {
  const volumes = nodeClass.volumeSizes.length > 0 ? nodeClass.volumeSizes : DEFAULT_NODE_VOLUMES;
  return volumes.reduce((sum, size) => sum + mebibytes(size) / MEBIBYTES_PER_GIBIBYTE, 0);
}

/** USD per hour for the volumes of each node that Karpenter launches. */
export function nodeVolumePricePerHour(lab: LabView, { rates }: PriceTable): number {
  return monthly(nodeVolumeGiB(lab) * rates.gp3PerGBMonth);
}

/** USD per hour for nodes that Karpenter launches, with their volumes. */
export function launchedPricePerHour(lab: LabView, table: PriceTable, nodes: readonly LaunchedNodes[]): number {
  return nodes.reduce((sum, { count, pricePerHour }) => sum + count * (pricePerHour + nodeVolumePricePerHour(lab, table)), 0);
}

function scaledOutLinesOf(lab: LabView, table: PriceTable, launch: LaunchEstimate, seatNodes: readonly LaunchedNodes[]): readonly CostLine[] {
  const seats = lab.class?.seats.length ?? 0;
  const groups = [
    ...launch.likely.map((nodes) => ({ ...nodes, what: 'Karpenter nodes' })),
    ...seatNodes.map((nodes) => ({ ...nodes, what: `Nodes of ${counted(seats, 'seat')}`, count: seats * nodes.count })),
  ];
  const nodeCount = groups.reduce((sum, { count }) => sum + count, 0);
  return [
    ...groups.map(({ what, instanceType, count, pricePerHour }) => line(`${what}, ${instanceType}`, count, pricePerHour)),
    line(`Volumes of Karpenter nodes, gp3 ${nodeVolumeGiB(lab)} GiB`, nodeCount, nodeVolumePricePerHour(lab, table)),
  ].filter(({ quantity }) => quantity > 0);
}

function notIncluded({ rates }: PriceTable): readonly string[] {
  return [`traffic (NAT ${rates.natGatewayPerGB} USD/GB)`, 'logs', 'what students make', 'tax'];
}

function unknownCost(region: string, time: ClassTime): CostEstimate {
  return {
    currency: 'USD',
    ratesAsOf: '',
    instancePricesAsOf: '',
    priceSources: [],
    unavailable: `${noPriceTable(region)}, so no price is given.`,
    idleLines: [],
    idlePerHour: 0,
    scaledOutLines: [],
    scaledOutPerHour: 0,
    classHours: time.classHours,
    classTotal: 0,
    scaledOutHours: time.scaledOutHours,
    notIncluded: [],
  };
}

function line(what: string, quantity: number, unitPricePerHour: number): CostLine {
  return { what, quantity, unitPricePerHour, pricePerHour: quantity * unitPricePerHour };
}

function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { pricePerHour }) => sum + pricePerHour, 0);
}

function monthly(price: number): number {
  return price / HOURS_PER_MONTH;
}
