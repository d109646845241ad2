import { momentInUtc } from './moment';

const MILLIS_OF_HOUR = 3_600_000;
const MILLIS_OF_MINUTE = 60_000;

/**
 * The value of `expiresAt` for a lab that is to live for some hours: `-c expiresAt=${expiryAfter(6, new Date())}`.
 *
 * @param hours from `now` to the deadline; fractions are welcome
 * @param now the moment the hours are counted from
 * @returns a moment in UTC, rounded up to the minute, which is as fine as EventBridge Scheduler keeps time
 */
export function expiryAfter(hours: number, now: Date): string {
  const millis = now.getTime() + hours * MILLIS_OF_HOUR;
  return momentInUtc(new Date(Math.ceil(millis / MILLIS_OF_MINUTE) * MILLIS_OF_MINUTE));
}
