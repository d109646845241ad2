import type { CostEstimate } from '../../actions/plan-result';

/** USD per hour of the whole lab while the exercise is scaled out. */
export function scaledOutPrice(cost: CostEstimate): number {
  return cost.idlePerHour + cost.scaledOutPerHour;
}
