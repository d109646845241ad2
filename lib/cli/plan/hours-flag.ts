import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

const LONGEST_CLASS_HOURS = 720;

/** `--hours`: the length of the class that the total cost is for. */
export const hoursFlag: VerbFlag = {
  flags: '--hours <hours>',
  summary: 'length of the class that the total cost is for, such as 2.5',
  parse: classHours,
};

function classHours(text: string): number {
  const hours = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(hours > 0 && hours <= LONGEST_CLASS_HOURS)) {
    throw new UsageError({
      code: 'InvalidClassHours',
      message: `--hours takes a number of hours above 0 and up to ${LONGEST_CLASS_HOURS}, which is 30 days.`,
      received: text,
      remedy: 'Give the length of the class in hours: `--hours 3`, `--hours 2.5`.',
    });
  }
  return hours;
}
