import { UsageError } from '../errors/usage-error';
import type { Invocation, VerbFlag } from '../verb';

/** `--yes`: change or delete without asking. */
export const yesFlag: VerbFlag = { flags: '-y, --yes', summary: 'do not ask: for scripts' };

/** What the user wrote about being asked. */
export interface YesFlags {
  /** @default false */
  readonly yes?: boolean;
}

/**
 * Asks before something is changed or deleted.
 *
 * @returns whether to go on
 * @throws UsageError `ConfirmationMissing` where nobody can be asked
 */
export async function confirmed(question: string, { yes }: YesFlags, { host }: Pick<Invocation, 'host'>): Promise<boolean> {
  if (yes === true) return true;
  if (host.confirm === undefined) {
    throw new UsageError({
      code: 'ConfirmationMissing',
      message: `Nobody can be asked: ${question}`,
      remedy: 'Run it in a terminal, or say --yes.',
    });
  }
  return host.confirm(question);
}
