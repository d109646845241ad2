import type { CostEstimate } from '../../actions/plan-result';

/** How old the prices are, and where they are kept. */
export function pricesText(cost: CostEstimate): string {
  return `Prices of ${cost.ratesAsOf} (rates), ${cost.instancePricesAsOf} (instances); see lib/estimates/prices`;
}
