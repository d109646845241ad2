import type { Violation } from './violation';

/** Durations as the NodePool's schema takes them. */
export const DURATION_PATTERN = /^((\d+(s|m|h))+|Never)$/;

/** What {@link durationViolation} accepts. */
export const DURATION_ALLOWED = 'a duration in hours, minutes and seconds such as 30s, 5m or 1h30m, or Never';

/** Refuses what a NodePool does not take as a duration. */
export function durationViolation(value: string): Violation | undefined {
  return DURATION_PATTERN.test(value) ? undefined : {
    allowed: DURATION_ALLOWED,
    remedy: 'Write a whole number with its unit, such as 30s; 0s means at once.',
  };
}
