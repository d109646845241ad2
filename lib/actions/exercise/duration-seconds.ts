const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * A duration as Karpenter writes it, such as `30s` or `1h30m`, in seconds.
 *
 * @returns undefined for `Never`
 */
export function durationSeconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ''] ?? 0), 0);
}
