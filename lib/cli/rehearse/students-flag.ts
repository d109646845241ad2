import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** Names of three digits tell them apart. */
const MOST_STUDENTS = 999;

/** `--students`: how many do the exercise at once. */
export const studentsFlag: VerbFlag = {
  flags: '--students <count>',
  summary: 'run the exercise for a class of this many at once',
  parse: (text) => {
    const students = /^\d+$/.test(text) ? Number(text) : 0;
    if (students < 1 || students > MOST_STUDENTS) {
      throw new UsageError({
        code: 'InvalidStudents',
        message: `--students takes a whole number from 1 to ${MOST_STUDENTS}.`,
        received: text,
        remedy: 'Give the size of the class: `--students 30`.',
      });
    }
    return students;
  },
};
