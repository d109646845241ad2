import type { DeadlineMove } from '../../actions/extend/extend-lab';
import { expiresAtViolation } from '../../config/expires-at';
import { parseMoment } from '../../deadline/moment';
import { UsageError } from '../errors/usage-error';

const DURATION = /^(?:(?<days>\d{1,3})d)?(?:(?<hours>\d{1,4})h)?(?:(?<minutes>\d{1,5})m)?$/;

/**
 * Reads where the deadline goes: `2h` and `1h30m` are later than it is, `2026-12-01T18:00+09:00` is a moment.
 *
 * @throws UsageError `InvalidDeadline`
 */
export function deadlineMove(text: string): DeadlineMove {
  const to = parseMoment(text);
  if (to !== undefined) return { to };
  const { days = 0, hours = 0, minutes = 0 } = DURATION.exec(text)?.groups ?? {};
  const bySeconds = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60;
  if (bySeconds > 0) return { bySeconds };
  throw new UsageError({
    code: 'InvalidDeadline',
    message: 'lab extend takes how much later, such as 2h, 90m or 1h30m, or a moment with its zone.',
    received: text,
    remedy: /^\d{4}-/.test(text) ? expiresAtViolation(text)?.remedy ?? '' : 'Write it as `lab extend 2h` or `lab extend 2026-12-01T18:00+09:00`.',
  });
}
