import type { LabView } from '../assembly/lab-view';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import { idleCostLines, nodeVolumePricePerHour, unpricedSystemNodes } from '../plan/cost';
import { noPriceTable, priceTableOf } from '../plan/price-table';
import { pricePerHour } from './exercise-timeline';

/** What the lab costs, at list price. An estimate: the bill decides. */
export interface CostNow {
  /** USD per hour of what the stack created: the plan's idle cost. */
  readonly idlePerHour: number;
  /** USD per hour of Karpenter's present nodes, with their volumes. */
  readonly karpenterPerHour: number;
  readonly totalPerHour: number;
  /** USD since the lab began. @default - nobody knows since when */
  readonly sinceDeploy?: number;
  /** When the lab began, as ISO 8601 in UTC. @default - unknown */
  readonly since?: string;
  /** Instance types that the price table lacks, so that every figure is too low. @default - none: the figures are complete */
  readonly unpriced?: readonly string[];
  /** What the figures cover and what they leave out, one sentence each. */
  readonly basis: readonly string[];
  /** Why there are no figures. Where it is set, they are all 0 and mean nothing. @default - they are known */
  readonly unavailable?: string;
}

const MILLIS_PER_HOUR = 3_600_000;

/**
 * What the lab costs an hour, and what it has cost since it began.
 *
 * @param began when the cluster was created, as ISO 8601
 */
export function costNow(lab: LabView, nodeClaims: readonly NodeClaim[], began: string | undefined, now: Date): CostNow {
  const { region } = lab.stack;
  const table = priceTableOf(region);
  if (table === undefined) {
    return { idlePerHour: 0, karpenterPerHour: 0, totalPerHour: 0, basis: [], unavailable: `${noPriceTable(region)}, so no price is given.` };
  }
  const launched = nodeClaims.filter(({ instanceType }) => instanceType !== undefined);
  const pricer = nodePricer(lab);
  const priceOf = (claim: NodeClaim): number => pricer(claim) ?? nodeVolumePricePerHour(lab, table);
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
  return {
    ...figures,
    since: began,
    sinceDeploy: idlePerHour * hoursBetween(began, now) + sum(launched.map((claim) => priceOf(claim) * hoursBetween(claim.metadata.createdAt, now))),
    basis: [...figures.basis, 'Since the namespace kube-system was made, some minutes after the control plane is billed. Nodes that are gone again, traffic, logs and tax are left out.'],
  };
}

/**
 * What a node of Karpenter's costs with its volume, in USD an hour.
 *
 * @returns undefined for a node whose type the price table lacks
 */
export function nodePricer(lab: LabView): (claim: Pick<NodeClaim, 'instanceType' | 'capacityType'>) => number | undefined {
  const { region } = lab.stack;
  const table = priceTableOf(region);
  const volume = table === undefined ? 0 : nodeVolumePricePerHour(lab, table);
  return (claim) => {
    const price = pricePerHour(claim, region);
    return price === undefined ? undefined : price + volume;
  };
}

/** Hours from a moment, as ISO 8601, to now. 0 where this computer's clock is behind. */
export function hoursBetween(time: string, now: Date): number {
  return Math.max(0, now.getTime() - Date.parse(time)) / MILLIS_PER_HOUR;
}

function sum(prices: readonly number[]): number {
  return prices.reduce((total, price) => total + price, 0);
}
