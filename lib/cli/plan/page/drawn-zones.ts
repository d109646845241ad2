import type { LaunchedNodes, PlanResult, PlannedSubnet } from '../../../actions/plan-result';

/** A system node in a drawing. */
export interface DrawnSystemNode {
  readonly hasKarpenter: boolean;
}

/** One Availability Zone in a drawing. */
export interface DrawnZone {
  readonly name: string;
  readonly publicSubnets: readonly PlannedSubnet[];
  readonly privateSubnets: readonly PlannedSubnet[];
  readonly natGatewayCount: number;
  readonly systemNodes: readonly DrawnSystemNode[];
  readonly launchedNodes: readonly LaunchedNodes[];
}

/** The zones of the plan with an example of what runs where: the template spreads nodes, it doesn't place them. */
export function drawnZones(plan: PlanResult): readonly DrawnZone[] {
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
