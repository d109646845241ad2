import type { VerbFlag } from '../verb';

/** `--dry-run`: show what would be done. */
export const dryRunFlag: VerbFlag = { flags: '--dry-run', summary: 'show what would be removed, and change nothing' };

/** What the user wrote about trying it first. */
export interface DryRunFlags {
  /** @default false */
  readonly dryRun?: boolean;
}
