import { priceTableOf } from '../../estimates/price-table';
import type { NodeClaim } from '../../kubernetes/node-claim';
import type { Pod } from '../../kubernetes/pod';
import type { LaunchedNode } from '../exercise-result';

/** Nodes of NodeClaims, with their price and how many of the pods run there. */
export function launchedNodes(nodeClaims: readonly NodeClaim[], pods: readonly Pod[], region: string): readonly LaunchedNode[] {
  return nodeClaims.filter(({ nodeName }) => nodeName !== undefined).map((claim) => ({
    name: claim.nodeName ?? '',
    nodeClaim: claim.metadata.name,
    instanceType: claim.instanceType ?? '',
    zone: claim.zone ?? '',
    capacityType: claim.capacityType ?? '',
    exercisePods: pods.filter(({ nodeName }) => nodeName === claim.nodeName).length,
    pricePerHour: pricePerHour(claim, region),
  }));
}

/** USD per hour of a NodeClaim's instance by the price table; undefined where the table lacks it. */
export function pricePerHour({ instanceType, capacityType }: Pick<NodeClaim, 'instanceType' | 'capacityType'>, region: string): number | undefined {
  const type = priceTableOf(region)?.instanceTypes.find(({ name }) => name === instanceType);
  return capacityType === 'spot' ? type?.spotPricePerHour : type?.pricePerHour;
}
