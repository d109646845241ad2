import { Option } from '@commander-js/extra-typings';
import { MOST_SEATS } from '../../config/seats';
import { DRILL_NAMES, type DrillName } from '../../exercise/exercise-result';
import { LabError } from '../../lab-error';
import { DEFAULT_REHEARSAL, rehearsalPaths } from '../../rehearsal/rehearsal-paths';
import { assemblyFlag } from '../assembly-flag';
import { contextFlag } from '../context-flag';
import { UsageError } from '../errors';
import { htmlFlag } from '../flags';
import type { FlagsOf } from '../verb';

function chosenDrills(text: string, previous: readonly DrillName[] | undefined): readonly DrillName[] {
  const drill = DRILL_NAMES.find((name) => name === text);
  if (drill === undefined) {
    throw new UsageError({
      code: 'UnknownDrill',
      message: 'There is no drill of that name.',
      received: text,
      remedy: `The drills are ${DRILL_NAMES.join(', ')}.`,
    });
  }
  return DRILL_NAMES.filter((name) => name === drill || previous?.includes(name));
}

function rehearsalName(text: string): string {
  try {
    rehearsalPaths('', text);
    return text;
  } catch (error) {
    throw error instanceof LabError ? new UsageError(error) : error;
  }
}

function studentCount(text: string): number {
  const students = /^\d+$/.test(text) ? Number(text) : 0;
  if (students >= 1 && students <= MOST_SEATS) return students;
  throw new UsageError({
    code: 'InvalidStudents',
    message: `--students takes a whole number from 1 to ${MOST_SEATS}.`,
    received: text,
    remedy: 'Give the size of the class: `--students 30`.',
  });
}

/** The flags of `lab rehearse`. */
export const REHEARSE_FLAGS = [
  new Option('--name <name>', `which rehearsal, where several run side by side (default: "${DEFAULT_REHEARSAL}")`).argParser(rehearsalName),
  assemblyFlag,
  new Option('--empty', 'start the AWS account, and leave it empty: you deploy into it yourself'),
  new Option('--run', 'walk the exercise step by step, and say whether it passed'),
  new Option('--drill <name>', `run the exercise, then a drill: ${DRILL_NAMES.join(', ')}; can be repeated`).argParser(chosenDrills),
  new Option('--life', 'walk the whole life of a class, from an empty account to an empty account, in a rehearsal of its own'),
  new Option('--students <count>', 'play this many students, who type the first chapter of the guide at once, each in a seat of their own, in a rehearsal of its own')
    .argParser(studentCount),
  htmlFlag,
  new Option('--status', 'say what runs'),
  new Option('--stop', 'stop it'),
  new Option('--clean', 'stop it and remove its folder'),
  new Option('--toolchain', 'with --clean: remove what was built, too'),
  contextFlag,
] as const;

/** What the user wrote after `lab rehearse`. */
export type RehearseFlags = FlagsOf<typeof REHEARSE_FLAGS>;

/** One of the things that `lab rehearse` does. */
export type RehearseTask = 'start' | 'empty' | 'run' | 'life' | 'class' | 'stop' | 'status' | 'clean';

type FlagName = keyof RehearseFlags;

/** The flags that ask for a task. Without any of them the rehearsal is started. */
const TASK_FLAGS: readonly (readonly [flag: FlagName, task: RehearseTask])[] = [
  ['empty', 'empty'],
  ['run', 'run'],
  ['drill', 'run'],
  ['life', 'life'],
  ['students', 'class'],
  ['stop', 'stop'],
  ['status', 'status'],
  ['clean', 'clean'],
];

/** The further flags that a task takes. `--name` goes with all of them. */
const FLAGS_OF_TASK: Readonly<Record<RehearseTask, readonly FlagName[]>> = {
  start: ['assembly', 'context'],
  empty: ['assembly', 'context'],
  run: ['assembly', 'context', 'html'],
  life: ['assembly', 'context', 'html'],
  class: ['assembly', 'context', 'html'],
  stop: [],
  status: [],
  clean: ['toolchain'],
};

const FURTHER_FLAGS: readonly FlagName[] = ['assembly', 'context', 'html', 'toolchain'];

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
  if (meaningless.includes('html')) return 'Add --run, --drill, --life or --students: they have a result to write.';
  return meaningless.includes('toolchain') ? 'Add --clean: it removes the toolchain too.' : 'Leave it out.';
}

function conflict(message: string, received: readonly string[], remedy: string): UsageError {
  return new UsageError({ code: 'FlagsInConflict', message, received: received.join(' '), remedy });
}
