import type { DrillName } from '../../actions/exercise-result';
import { UsageError } from '../errors/usage-error';
import type { AssemblyFlags } from '../flags/assembly-flag';

/** What the user wrote after `lab rehearse`. */
export interface RehearseFlags extends AssemblyFlags {
  /** @default 'default' */
  readonly name?: string;
  /** @default false */
  readonly run?: boolean;
  /** @default - no drill */
  readonly drill?: readonly DrillName[];
  /** @default - no class */
  readonly students?: number;
  /** @default false */
  readonly raiseLimits?: boolean;
  /** @default - that of a new account is assumed */
  readonly vcpuQuota?: number;
  /** @default false */
  readonly stop?: boolean;
  /** @default false */
  readonly status?: boolean;
  /** @default false */
  readonly clean?: boolean;
  /** @default false */
  readonly toolchain?: boolean;
  /** @default - no page */
  readonly html?: string;
}

/** One of the things that `lab rehearse` does. */
export type RehearseTask = 'start' | 'run' | 'class' | 'stop' | 'status' | 'clean';

type FlagName = keyof RehearseFlags;

/** The flags that ask for a task. Without any of them the rehearsal is started. */
const TASK_FLAGS: readonly (readonly [flag: FlagName, task: RehearseTask])[] = [
  ['run', 'run'],
  ['drill', 'run'],
  ['students', 'class'],
  ['stop', 'stop'],
  ['status', 'status'],
  ['clean', 'clean'],
];

/** The further flags that a task takes. `--name` goes with all of them. */
const FLAGS_OF_TASK: Readonly<Record<RehearseTask, readonly FlagName[]>> = {
  start: ['assembly', 'context'],
  run: ['assembly', 'context', 'html'],
  class: ['assembly', 'context', 'html', 'raiseLimits', 'vcpuQuota'],
  stop: [],
  status: [],
  clean: ['toolchain'],
};

const FURTHER_FLAGS: readonly FlagName[] = ['assembly', 'context', 'html', 'raiseLimits', 'vcpuQuota', 'toolchain'];

/**
 * Which task the flags ask for.
 *
 * @throws UsageError `FlagsInConflict` where they ask for two, or one of them has no meaning for the task
 */
export function taskOf(flags: RehearseFlags): RehearseTask {
  const asked = TASK_FLAGS.filter(([flag]) => flags[flag] !== undefined);
  const [task = 'start', other] = [...new Set(asked.map(([, asksFor]) => asksFor))];
  if (other !== undefined) {
    throw conflict('One command does one of these.', asked.map(([flag]) => `--${flag}`), 'Give one of them.');
  }
  const meaningless = FURTHER_FLAGS.filter((flag) => flags[flag] !== undefined && !FLAGS_OF_TASK[task].includes(flag));
  if (meaningless.length > 0) {
    const own = asked.map(([flag]) => `--${flag}`);
    throw conflict(
      `${named(meaningless)} has no meaning ${own.length === 0 ? 'where a rehearsal is only started' : `with ${own.join(' ')}`}.`,
      [...own, ...meaningless.map(dashed)],
      remedyOf(meaningless),
    );
  }
  return task;
}

function named(flags: readonly FlagName[]): string {
  return flags.map(dashed).join(' and ');
}

function dashed(flag: FlagName): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function remedyOf(meaningless: readonly FlagName[]): string {
  if (meaningless.includes('html')) return 'Add --run, --drill or --students: they have a result to write.';
  if (meaningless.includes('raiseLimits')) return 'Add --students: a class may need more than the NodePool allows.';
  if (meaningless.includes('vcpuQuota')) return 'Add --students: the quota bounds how large a class may be.';
  return meaningless.includes('toolchain') ? 'Add --clean: it removes the toolchain too.' : 'Leave it out.';
}

function conflict(message: string, received: readonly string[], remedy: string): UsageError {
  return new UsageError({ code: 'FlagsInConflict', message, received: received.join(' '), remedy });
}
