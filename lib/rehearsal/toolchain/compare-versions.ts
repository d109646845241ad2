/**
 * Compares two versions such as `1.26.6` number by number; a missing number is 0. Anything after the
 * numbers, such as `rc1`, is not compared.
 *
 * @returns negative, 0 or positive: as `a` is older, equal or newer
 */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
