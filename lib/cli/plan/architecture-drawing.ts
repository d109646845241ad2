import type { LaunchedNodes, PlannedSubnet, PlanResult } from '../../plan/plan-result';
import { counted } from '../../words';
import { html, type Html } from '../document/html';
import { ARROW_HEAD, arrowShape, type Box, boxShape, textShape } from '../document/svg-shapes';

/** A system node in a drawing. */
interface DrawnSystemNode {
  readonly hasKarpenter: boolean;
}

/** One Availability Zone in a drawing. */
interface DrawnZone {
  readonly name: string;
  readonly publicSubnets: readonly PlannedSubnet[];
  readonly privateSubnets: readonly PlannedSubnet[];
  readonly natGatewayCount: number;
  readonly systemNodes: readonly DrawnSystemNode[];
  readonly launchedNodes: readonly LaunchedNodes[];
}

/** The zones of the plan with an example of what runs where: the template does not say which node is in which zone. */
function drawnZones(plan: PlanResult): readonly DrawnZone[] {
  const { network, systemNodes } = plan;
  const names = [...new Set(network.subnets.map((subnet) => subnet.availabilityZone))];
  const controllers = systemNodes.pods.find((pod) => pod.name === 'karpenter')?.count ?? 1;
  const launched = launchedByZone(plan, names);
  return names.map((name, index) => ({
    name,
    publicSubnets: network.subnets.filter((subnet) => subnet.availabilityZone === name && subnet.kind === 'public'),
    privateSubnets: network.subnets.filter((subnet) => subnet.availabilityZone === name && subnet.kind === 'private'),
    natGatewayCount: dealt(network.natGatewayCount, names.length, index).length,
    systemNodes: dealt(systemNodes.nodeCount, names.length, index).map((node) => ({ hasKarpenter: node < controllers })),
    launchedNodes: launched.get(name) ?? [],
  }));
}

/** The numbers from 0 up to `count` that zone `index` of `zones` gets when they are dealt in turn. */
function dealt(count: number, zones: number, index: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number).filter((number) => number % zones === index);
}

/** The likely nodes one by one, dealt over the zones that offer their type. */
function launchedByZone({ launch }: PlanResult, names: readonly string[]): ReadonlyMap<string, readonly LaunchedNodes[]> {
  const byZone = new Map<string, LaunchedNodes[]>();
  const nodes = launch.likely.flatMap((likely) => Array.from({ length: likely.count }, () => likely));
  for (const [index, node] of nodes.entries()) {
    const offered = launch.candidates.find((candidate) => candidate.instanceType === node.instanceType)?.zones ?? names;
    const possible = names.filter((name) => offered.includes(name));
    // The exercise's own log shows its node in the middle zone.
    const zone = possible[(index + Math.floor(possible.length / 2)) % possible.length];
    if (zone !== undefined) {
      byZone.set(zone, [...byZone.get(zone) ?? [], node]);
    }
  }
  return byZone;
}

const WIDTH = 1080;
const MARGIN = 16;
const GAP = 12;
const MAIN: Pick<Box, 'x' | 'width'> = { x: 32, width: 780 };
const SIDE: Pick<Box, 'x' | 'width'> = { x: 852, width: 196 };
const CLASS_BOX: Box = { x: MAIN.x, y: 2, width: 340, height: 50 };
const REGION_TOP = 84;
const CONTROL_PLANE: Box = { ...MAIN, y: REGION_TOP + 32, height: 58 };
const VPC_TOP = CONTROL_PLANE.y + CONTROL_PLANE.height + 36;
const ZONES_TOP = VPC_TOP + 36;
const PUBLIC_TOP = ZONES_TOP + 30;
const PUBLIC_HEIGHT = 82;
const PRIVATE_TOP = PUBLIC_TOP + PUBLIC_HEIGHT + GAP;
const NODES_TOP = PRIVATE_TOP + 50;
const MOST_SYSTEM_ROWS = 3;
const MOST_LAUNCHED_ROWS = 2;

interface Rows {
  readonly system: number;
  readonly launched: number;
}

/** The architecture of the lab, drawn from the plan: as many zones, gateways and nodes as there are. */
export function architectureDrawing(plan: PlanResult): Html {
  const zones = drawnZones(plan);
  const rows: Rows = {
    system: rowCount(zones.map((zone) => zone.systemNodes.length), MOST_SYSTEM_ROWS),
    launched: rowCount(zones.map((zone) => zone.launchedNodes.length), MOST_LAUNCHED_ROWS),
  };
  const privateHeight = NODES_TOP - PRIVATE_TOP + (rows.system + rows.launched) * (NODE_HEIGHT + GAP) + 8;
  const vpcHeight = PRIVATE_TOP + privateHeight + 2 * GAP - VPC_TOP;
  const height = VPC_TOP + vpcHeight + 2 * MARGIN;
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="architecture-title architecture-description">
<title id="architecture-title">Architecture of ${plan.lab.clusterName}</title>
<desc id="architecture-description">${description(plan, zones)}</desc>
${ARROW_HEAD}
${classAndControlPlane(plan, height)}
${boxShape({ ...MAIN, y: VPC_TOP, height: vpcHeight }, 'vpc')}
${textShape(`VPC ${plan.network.vpcCidr}`, { x: MAIN.x + GAP, y: VPC_TOP + 24, width: 360 }, 'title')}
${textShape(`${counted(plan.network.podAddressCapacity)} addresses for pods`, { x: MAIN.x + MAIN.width - GAP, y: VPC_TOP + 24, width: 300 }, 'small', 'end')}
${zones.map((zone, index) => zoneShape(zone, zoneColumn(index, zones.length), privateHeight, rows, plan))}
${sideShapes(zones, rows)}
</svg>`;
}

function rowCount(nodes: readonly number[], most: number): number {
  return Math.min(most, Math.max(0, ...nodes));
}

function zoneColumn(index: number, count: number): Pick<Box, 'x' | 'width'> {
  const width = (MAIN.width - GAP * (count + 1)) / count;
  return { x: MAIN.x + GAP + index * (width + GAP), width };
}

function classAndControlPlane({ lab, security }: PlanResult, height: number): Html {
  const [first, ...others] = security.apiAccess;
  const isReached = security.endpoint !== 'private' && first !== undefined;
  const source = isReached ? `from ${first}${others.length > 0 ? ` and ${others.length} more` : ''}` : 'the API endpoint is private';
  const center = CLASS_BOX.x + CLASS_BOX.width / 2;
  const inner = { x: CONTROL_PLANE.x + GAP, width: CONTROL_PLANE.width - 2 * GAP };
  return html`${boxShape({ x: MARGIN / 2, y: REGION_TOP, width: WIDTH - MARGIN, height: height - REGION_TOP - MARGIN / 2 }, 'region')}
${textShape(`AWS Region ${lab.region}`, { x: WIDTH - MARGIN - GAP, y: REGION_TOP + 22, width: 340 }, 'small', 'end')}
${namedBox(CLASS_BOX, 'outside', 'The class: kubectl', source)}
${isReached ? arrowShape([[center, CLASS_BOX.y + CLASS_BOX.height], [center, CONTROL_PLANE.y - 2]], 'to-api') : []}
${textShape(isReached ? 'Kubernetes API' : 'no way in from outside the VPC', { x: isReached ? center + 10 : CLASS_BOX.x + GAP, y: REGION_TOP - 12, width: 240 }, 'small')}
${boxShape(CONTROL_PLANE, 'managed')}
${textShape(`EKS control plane ${lab.clusterName}`, { ...inner, y: CONTROL_PLANE.y + 24 }, 'title')}
${textShape(`Kubernetes ${lab.kubernetesVersion}, run by AWS, endpoint ${security.endpoint}`, { ...inner, y: CONTROL_PLANE.y + 44 }, 'small')}
${arrowShape([[MAIN.x + MAIN.width / 2, CONTROL_PLANE.y + CONTROL_PLANE.height], [MAIN.x + MAIN.width / 2, VPC_TOP - 2]], 'to-vpc')}
${textShape('API endpoint inside the VPC, for nodes and pods', { x: MAIN.x + MAIN.width / 2 + 10, y: VPC_TOP - 14, width: 330 }, 'small')}`;
}

function zoneShape(zone: DrawnZone, column: Pick<Box, 'x' | 'width'>, privateHeight: number, rows: Rows, plan: PlanResult): Html {
  const subnet = { x: column.x + 8, width: column.width - 16 };
  const node = { x: subnet.x + 10, width: subnet.width - 20 };
  const launchedTop = NODES_TOP + rows.system * (NODE_HEIGHT + GAP);
  const hidden = Math.max(0, zone.systemNodes.length - MOST_SYSTEM_ROWS) + Math.max(0, zone.launchedNodes.length - MOST_LAUNCHED_ROWS);
  return html`<g>
${boxShape({ ...column, y: ZONES_TOP, height: PRIVATE_TOP + privateHeight + GAP - ZONES_TOP }, 'zone')}
${textShape(zone.name, { x: column.x + GAP, y: ZONES_TOP + 20, width: column.width - 2 * GAP }, 'label')}
${namedBox({ ...subnet, y: PUBLIC_TOP, height: PUBLIC_HEIGHT }, 'public', 'Public subnet', cidrsOf(zone.publicSubnets))}
${zone.natGatewayCount === 0 ? [] : tagBox({ ...node, y: PUBLIC_TOP + 46, height: 26 }, 'gateway', zone.natGatewayCount === 1 ? 'NAT gateway' : `${zone.natGatewayCount} NAT gateways`)}
${namedBox({ ...subnet, y: PRIVATE_TOP, height: privateHeight }, 'private', 'Private subnet', cidrsOf(zone.privateSubnets))}
${zone.systemNodes.slice(0, MOST_SYSTEM_ROWS).map((systemNode, row) =>
    systemNodeShape(systemNode, plan, { ...node, y: NODES_TOP + row * (NODE_HEIGHT + GAP), height: NODE_HEIGHT }))}
${zone.launchedNodes.slice(0, MOST_LAUNCHED_ROWS).map((nodes, row) =>
    launchedNodeShape(nodes, { ...node, y: launchedTop + row * (NODE_HEIGHT + GAP), height: NODE_HEIGHT }))}
${hidden === 0 ? [] : textShape(`and ${counted(hidden, 'more node')}`, { x: node.x, y: PRIVATE_TOP + privateHeight - 8, width: node.width }, 'small')}
</g>`;
}

function cidrsOf(subnets: readonly PlannedSubnet[]): string {
  return subnets.map(({ cidr }) => cidr).join(', ');
}

/** A box with its name, and a note below that. */
function namedBox(box: Box, className: string, name: string, note: string): Html {
  const place = { x: box.x + 10, width: box.width - 20 };
  return html`${boxShape(box, className)}
${textShape(name, { ...place, y: box.y + 20 }, 'label')}
${textShape(note, { ...place, y: box.y + 38 }, 'small')}`;
}

/** A low box with one line in its middle. */
function tagBox(box: Box, className: string, text: string): Html {
  return html`${boxShape(box, className)}
${textShape(text, { x: box.x + box.width / 2, y: box.y + 17, width: box.width - 12 }, 'small', 'middle')}`;
}

/** What Karpenter talks to outside the VPC: interruption events come in, nodes are asked for. */
function sideShapes(zones: readonly DrawnZone[], rows: Rows): Html {
  const bus: Box = { ...SIDE, y: PUBLIC_TOP, height: 64 };
  const queue: Box = { ...SIDE, y: NODES_TOP, height: 64 };
  const center = SIDE.x + SIDE.width / 2;
  return html`${namedBox(bus, 'managed', 'EventBridge rules', 'spot and health events')}
${arrowShape([[center, bus.y + bus.height], [center, queue.y - 2]], 'to-queue')}
${namedBox(queue, 'managed', 'SQS queue', 'Karpenter reads it')}
${arrowInto(zones, (zone) => zone.systemNodes[0]?.hasKarpenter === true, queue.y + queue.height / 2)}
${rows.launched === 0 ? [] : capacityShapes(zones, NODES_TOP + rows.system * (NODE_HEIGHT + GAP))}`;
}

function capacityShapes(zones: readonly DrawnZone[], launchedTop: number): Html {
  const capacity: Box = { ...SIDE, y: launchedTop, height: 64 };
  return html`${namedBox(capacity, 'managed', 'EC2 capacity', 'Karpenter asks for it')}
${arrowInto(zones, (zone) => zone.launchedNodes.length > 0, capacity.y + capacity.height / 2)}`;
}

/** An arrow from the side to the node nearest to it in a zone that matches. */
function arrowInto(zones: readonly DrawnZone[], matches: (zone: DrawnZone) => boolean, y: number): Html | readonly Html[] {
  const index = zones.findLastIndex(matches);
  if (index < 0) {
    return [];
  }
  const column = zoneColumn(index, zones.length);
  return arrowShape([[SIDE.x, y], [column.x + column.width - 16, y]], 'to-node');
}

function description({ lab, network, systemNodes, launch }: PlanResult, zones: readonly DrawnZone[]): string {
  const likely = launch.likely.map((nodes) => `${nodes.count} ${nodes.instanceType} with ${counted(nodes.podsEach, 'pod')} each`).join(', ');
  const nothing = launch.unavailable === undefined ? 'no node' : 'what is not estimated';
  return `VPC ${network.vpcCidr} over ${counted(zones.length, 'Availability Zone')} (${zones.map((zone) => zone.name).join(', ')}), `
    + `each with a public and a private subnet; ${counted(network.natGatewayCount, 'NAT gateway')}. `
    + `The EKS control plane of ${lab.clusterName} serves ${counted(systemNodes.nodeCount, 'system node')} of type ${systemNodes.instanceType}, `
    + `where Karpenter ${lab.karpenterVersion} runs. Karpenter reads an SQS queue that EventBridge rules fill, and would launch ${likely === '' ? nothing : likely}.`;
}

/** Height of every node in the drawing. */
const NODE_HEIGHT = 84;

const POD_SIZE = 16;
const POD_GAP = 5;
const MOST_PODS = 8;

/** A node of the managed node group, with Karpenter's controller where it runs. */
function systemNodeShape(node: DrawnSystemNode, { lab, systemNodes }: PlanResult, box: Box): Html {
  const controller: Box = { x: box.x + 10, y: box.y + 50, width: box.width - 20, height: 24 };
  return html`${namedBox(box, 'node', systemNodes.instanceType, 'system node')}
${node.hasKarpenter ? tagBox(controller, 'karpenter', `Karpenter ${lab.karpenterVersion}`) : []}`;
}

/** A node that Karpenter would launch, with the exercise's pods on it. */
function launchedNodeShape(nodes: LaunchedNodes, box: Box): Html {
  const shown = Math.min(nodes.podsEach, MOST_PODS);
  const podsEnd = box.x + 10 + shown * (POD_SIZE + POD_GAP);
  return html`${namedBox(box, 'launched', nodes.instanceType, 'launched by Karpenter')}
${Array.from({ length: shown }, (_, index) => boxShape(
    { x: box.x + 10 + index * (POD_SIZE + POD_GAP), y: box.y + 54, width: POD_SIZE, height: POD_SIZE }, 'pod'))}
${textShape(counted(nodes.podsEach, 'pod'), { x: podsEnd + 4, y: box.y + 66, width: box.x + box.width - podsEnd - 8 }, 'small')}`;
}
