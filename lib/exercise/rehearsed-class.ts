import { join } from 'node:path';
import { type LabView, readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { GUIDE_FOLDER, guideChapters, pageFor, readGuide } from '../guide/guide-page';
import { arrayAt, type JsonObject, objectAt, parseJson, textAt } from '../json';
import { apiByKubeconfig } from '../kubernetes/api-by-kubeconfig';
import { LabError } from '../lab-error';
import { markedMebibytes } from '../rehearsal/process/running-processes';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import { RehearsalTerminal, type TypedResult } from '../rehearsal/rehearsal-terminal';
import type { RunContext } from '../run-context';
import { nodePricer } from './cost-now';
import type { ClassResult } from './exercise-result';
import { followClass } from './class/class-keeper';
import { type ClassMeans, playClass } from './class/play-class';
import { seatExpectations } from './class/seat-expectations';
import { guideNames } from './class/seat-guide';
import { StudentDesk } from './class/student-desk';

/** A class to play on a rehearsal. */
export interface RehearsedClassOptions {
  readonly rehearsal: RehearsalRecord;
  /** How many students come. The class of its lab has as many seats, or more. */
  readonly students: number;
}

/**
 * Plays students on a rehearsal, each typing the pages of the guide up to the exercise.
 *
 * @throws LabError `CommandFailed` when the seats cannot be opened or graded; `KubeconfigUnreadable` or `KubernetesUnreachable`; the
 * reason of the signal
 */
export async function runRehearsedClass({ rehearsal, students }: RehearsedClassOptions, run: RunContext): Promise<ClassResult> {
  const lab = readLab(readAssembly(rehearsal.assemblyDirectory));
  const api = await apiByKubeconfig(rehearsal, run);
  try {
    return await playClass(api, lab.cluster.name, students, await meansOf(rehearsal, lab, run), run);
  } finally {
    api.close();
  }
}

async function meansOf({ assemblyDirectory, kubeconfig, directory, terminal, karpenterNamespace }: RehearsalRecord, lab: LabView, run: RunContext): Promise<ClassMeans> {
  const instructor = new RehearsalTerminal(terminal, run);
  const { projectDirectory } = terminal;
  const guide = join(projectDirectory, GUIDE_FOLDER);
  const pages = playedChapters(guide).map((chapter) => readGuide(guide, 'en', chapter));
  const hasJq = (await instructor.shell('command -v jq')).exitCode === 0;
  return {
    open: async () => {
      const opened = resultOf(await instructor.lab(['class', 'open', '--assembly', assemblyDirectory, '--output', join(directory, 'class'), '--json']));
      const folder = textAt(opened, 'folder') ?? '';
      return new Map(arrayAt(opened, 'seats').map((seat) => [textAt(seat, 'seat') ?? '', join(folder, textAt(seat, 'kubeconfig') ?? '')]));
    },
    sitDown: (seat, own) => new StudentDesk({ seat, kubeconfig: own, folder: join(directory, 'desks', seat), karpenterNamespace, terminal, hasJq }, run),
    blocksOf: (seat) => pages.flatMap((page) => pageFor(page, guideNames(lab, seat)).blocks),
    expectationsOf: (seat) => seatExpectations(lab, seat),
    keep: (keeping) => followClass({ assemblyDirectory, kubeconfig, projectDirectory }, () => undefined, keeping),
    grade: async () => {
      const graded = resultOf(await instructor.lab(['grade', '--assembly', assemblyDirectory, '--json']), [0, 1]);
      return new Set(arrayAt(graded, 'seats').flatMap((seat) => textAt(seat, 'verdict') === 'passed' ? textAt(seat, 'seat') ?? [] : []));
    },
    priceOf: nodePricer(lab),
    memoryMebibytes: () => markedMebibytes(directory),
  };
}

/** Names of the pages that a student types: those up to the exercise. */
function playedChapters(guide: string): readonly string[] {
  const chapters = guideChapters(guide, 'en');
  return chapters.slice(0, chapters.indexOf(EXERCISE_CHAPTER) + 1);
}

/** The page with the exercise. */
export const EXERCISE_CHAPTER = '01-scaling';

/** The result that a verb wrote with `--json`. */
function resultOf({ command, exitCode, output, errors }: TypedResult, exitCodes: readonly number[] = [0]): JsonObject {
  if (exitCodes.includes(exitCode)) return objectAt(parseJson(output.join('\n')));
  throw new LabError({
    code: 'CommandFailed',
    message: `A command of the instructor's failed, with exit code ${exitCode}.`,
    received: [command, ...errors.slice(-MOST_LINES), ...output.slice(-MOST_LINES)].join('\n'),
    remedy: 'Look at what it says, and type it yourself in a terminal that is pointed at the rehearsal.',
  });
}

/** Lines of output and of errors that are shown of a command that failed. */
const MOST_LINES = 12;
