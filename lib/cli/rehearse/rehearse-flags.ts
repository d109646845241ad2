import type { DrillName } from '../../exercise/exercise-result';
import { LabError } from '../../lab-error';
import { DEFAULT_REHEARSAL, rehearsalPaths } from '../../rehearsal/rehearsal-paths';
import type { AssemblyFlags } from '../assembly-flag';
import { UsageError } from '../errors';
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

/** `--vcpu-quota`: what the account may run, for the bounds of a class. */
export const vcpuQuotaFlag: VerbFlag = {
  flags: '--vcpu-quota <vcpus>',
  summary: 'with --students: on-demand vCPUs that your account may run, EC2 quota L-1216C47A (default: that of a new account)',
  parse: (text) => {
    const quota = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    if (quota < 1) {
      throw new UsageError({
        code: 'InvalidVcpuQuota',
        message: '--vcpu-quota takes a whole number of vCPUs, 1 or more.',
        received: text,
        remedy: 'See what the account has: aws service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A.',
      });
    }
    return quota;
  },
};

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
