import { LabError } from '../../lab-error';
import { DEFAULT_REHEARSAL, rehearsalPaths } from '../../rehearsal/state/rehearsal-paths';
import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** `--name`: which rehearsal, where several run side by side. */
export const rehearsalNameFlag: VerbFlag = {
  flags: '--name <name>',
  summary: `which rehearsal, where several run side by side (default: "${DEFAULT_REHEARSAL}")`,
  parse: (text) => {
    try {
      rehearsalPaths('', text);
      return text;
    } catch (error) {
      throw error instanceof LabError ? new UsageError(error) : error;
    }
  },
};
