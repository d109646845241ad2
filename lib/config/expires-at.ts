import { MOMENT_PATTERN, parseMoment } from '../deadline/moment';
import type { Violation } from './violation';

/** The form of a moment, or nothing. */
export const EXPIRES_AT_PATTERN = new RegExp(`^(${MOMENT_PATTERN.source.slice(1, -1)})?$`);

/** What {@link expiresAtViolation} accepts. */
export const EXPIRES_AT_ALLOWED = 'a date and time with its offset from UTC, such as 2026-12-01T18:00+09:00 or 2026-12-01T09:00Z, or ""';

/**
 * Refuses a moment that could be misread, and one that does not exist. Whether it has passed is for who has a clock: the plan
 * and the deployment.
 */
export function expiresAtViolation(value: string): Violation | undefined {
  return value === '' || parseMoment(value) !== undefined ? undefined : { allowed: EXPIRES_AT_ALLOWED, remedy: remedyFor(value) };
}

function remedyFor(value: string): string {
  const asSeoul = [value, `${value}T18:00`].map((start) => `${start}+09:00`).find((moment) => parseMoment(moment) !== undefined);
  if (asSeoul !== undefined) {
    return `Say which zone is meant: ${asSeoul} is in Seoul. Without a zone it would be the one of each computer.`;
  }
  return MOMENT_PATTERN.test(value)
    ? 'Correct it: no calendar has this day, no clock this time, or no place this offset.'
    : 'Write date, T, time and offset, without spaces: 2026-12-01T18:00+09:00 is six in the evening in Seoul.';
}
