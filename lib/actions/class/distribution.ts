import type { Distribution } from '../exercise-result';

/** How numbers are spread, each figure being one of them (nearest rank). All 0 where there are none. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const atPercent = (percent: number): number => sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? 0;
  return { min: sorted[0] ?? 0, median: atPercent(50), p90: atPercent(90), max: sorted.at(-1) ?? 0 };
}
