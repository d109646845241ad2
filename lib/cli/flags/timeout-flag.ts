import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** What the user wrote about the time that something may take. */
export interface TimeoutFlags {
  /** Seconds. @default - the verb's own */
  readonly timeout?: number;
}

/**
 * `--timeout`: seconds that something may take.
 *
 * @param summary what it limits, and the default
 */
export function timeoutFlag(summary: string): VerbFlag {
  return { flags: '--timeout <seconds>', summary, parse: timeoutSeconds };
}

function timeoutSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError({ code: 'InvalidTimeout', message: '--timeout takes a whole number of seconds from 1 to 86400.', received: text, remedy: 'Give it in seconds: `--timeout 600`.' });
}
