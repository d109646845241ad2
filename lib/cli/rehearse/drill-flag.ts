import type { DrillName } from '../../actions/exercise-result';
import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** Every drill, in the order in which they can follow one another: the last takes everything down. */
const DRILLS: readonly DrillName[] = ['consolidation', 'limit', 'spot', 'teardown'];

/** `--drill`: what to do beyond the exercise. */
export const drillFlag: VerbFlag = {
  flags: '--drill <name>',
  summary: `run the exercise, then a drill: ${DRILLS.join(', ')}; can be repeated`,
  parse: (text, previous) => {
    const drill = DRILLS.find((name) => name === text);
    if (drill === undefined) {
      throw new UsageError({
        code: 'UnknownDrill',
        message: 'There is no drill of that name.',
        received: text,
        remedy: `The drills are ${DRILLS.join(', ')}.`,
      });
    }
    const chosen: readonly unknown[] = Array.isArray(previous) ? previous : [];
    return DRILLS.filter((name) => name === drill || chosen.includes(name));
  },
};
