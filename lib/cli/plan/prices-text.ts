import type { CostEstimate } from '../../actions/plan-result';

/** Where the prices are from and of which day: the sources of the rates and of most instances. The page names all. */
export function pricesText(cost: CostEstimate): string {
  return `Prices: ${cost.priceSources.slice(0, 2).join('; ')}`;
}
