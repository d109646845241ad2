import type { LabView } from '../../assembly/lab-view';
import { priceTableOf } from '../../estimates/price-table';
import type { NodeClaim } from '../../kubernetes/node-claim';
import { pricePerHour } from '../exercise/launched-nodes';
import { idleCostLines, nodeVolumePricePerHour, unpricedSystemNodes } from '../plan/cost';
import type { CostNow } from './lab-status-result';

const MILLIS_PER_HOUR = 3_600_000;

/**
 * What the lab costs an hour, and has cost since it began.
 *
 * @param began when the cluster came to be, as ISO 8601
 */
export function costNow(lab: LabView, nodeClaims: readonly NodeClaim[], began: string | undefined, now: Date): CostNow {
  const { region } = lab.stack;
  const table = priceTableOf(region);
  if (table === undefined) {
    return { idlePerHour: 0, karpenterPerHour: 0, totalPerHour: 0, basis: [], unavailable: `There is no price table for ${region}, so no price is given.` };
  }
  const launched = nodeClaims.filter(({ instanceType }) => instanceType !== undefined);
  const volume = nodeVolumePricePerHour(lab, table);
  const priceOf = (claim: NodeClaim): number => (pricePerHour(claim, region) ?? 0) + volume;
  const idlePerHour = sum(idleCostLines(lab, table).map((line) => line.pricePerHour));
  const karpenterPerHour = sum(launched.map(priceOf));
  const unpricedClaims = launched.filter((claim) => pricePerHour(claim, region) === undefined);
  const unpriced = [...unpricedSystemNodes(lab, table).map(({ what }) => what), ...new Set(unpricedClaims.map(({ instanceType }) => `Karpenter nodes, ${instanceType}`))];
  const figures = {
    idlePerHour,
    karpenterPerHour,
    totalPerHour: idlePerHour + karpenterPerHour,
    basis: [
      `An estimate at list prices of ${table.ratesAsOf}: what the template makes, and Karpenter's nodes that are there.`,
      ...(unpriced.length === 0 ? [] : [`Incomplete: without ${unpriced.join('; ')}, which the price table lacks.`]),
    ],
    ...(unpriced.length > 0 && { unpriced }),
  };
  if (began === undefined || Number.isNaN(Date.parse(began))) return figures;
  const hoursSince = (time: string): number => Math.max(0, now.getTime() - Date.parse(time)) / MILLIS_PER_HOUR;
  return {
    ...figures,
    since: began,
    sinceDeploy: idlePerHour * hoursSince(began) + sum(launched.map((claim) => priceOf(claim) * hoursSince(claim.metadata.createdAt))),
    basis: [...figures.basis, 'Since the namespace kube-system was made, some minutes after the control plane is billed. Nodes that are gone again, traffic, logs and tax are left out.'],
  };
}

function sum(prices: readonly number[]): number {
  return prices.reduce((total, price) => total + price, 0);
}
