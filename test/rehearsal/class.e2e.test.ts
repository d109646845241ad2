import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import type { ClassStatus } from '../../lib/exercise/class/class-status';
import { ClassWatch } from '../../lib/exercise/class/class-watch';
import type { CloseClassResult } from '../../lib/exercise/class/close-class';
import type { GradeResult } from '../../lib/exercise/class/grade-class';
import type { OpenClassResult } from '../../lib/exercise/class/open-class';
import type { ResetSeatResult } from '../../lib/exercise/class/reset-seat';
import { seatExpectations } from '../../lib/exercise/class/seat-expectations';
import { StudentDesk } from '../../lib/exercise/class/student-desk';
import { guideNames } from '../../lib/exercise/class/seat-guide';
import { WRITTEN_NAMES } from '../../lib/guide/guide-names';
import { GUIDE_FOLDER, guideChapters, readGuide } from '../../lib/guide/guide-page';
import { DEPLOYMENTS } from '../../lib/kubernetes/core-kinds';
import { apiByKubeconfig } from '../../lib/kubernetes/api-by-kubeconfig';
import type { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { everythingIn } from '../../lib/rehearsal/account-contents';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { RehearsalTerminal, type TypedResult } from '../../lib/rehearsal/rehearsal-terminal';
import { runContext } from '../../lib/run-context';
import { pollFor } from '../../lib/wait-for';
import type { Language } from '../../lib/words';
import { differences, typePage, type TypedPage } from '../../scripts/typed-guide';
import { deployableAssembly } from '../support/deployable-assembly';
import { LabUser } from './lab-command';

const projectDirectory = resolve(__dirname, '../..');
const guide = join(projectDirectory, GUIDE_FOLDER);
const NAME = 'e2e-class';

/** `WHOLE_CLASS=yes`: thirty students, all of whom type the whole guide, for half an hour. */
const IS_WHOLE_CLASS = process.env['WHOLE_CLASS'] === 'yes';
const STUDENTS = IS_WHOLE_CLASS ? 30 : 7;

/** Students who type the whole guide: two of each language. The others go as far as consolidation. */
const WHOLE_GUIDE_STUDENTS = IS_WHOLE_CLASS ? STUDENTS : 4;
const LAST_CHAPTER_OF_OTHERS = '02-consolidation';

/** What the deployment and what the whole guide may take, on a computer that is busy with other things. */
const START_MILLIS = 600_000;
const GUIDE_MILLIS = 2_400_000;

/** Seconds in which a board tells something, on a computer that is busy with other things. */
const SILENT_SECONDS = 60;

/** A seat is to be as it was within so many seconds. */
const RESET_SECONDS = 10;

const chapters = guideChapters(guide, 'en');
const pagesOf = (language: Language, areForInstructors: boolean) =>
  chapters.map((chapter) => readGuide(guide, language, chapter)).filter(({ isForInstructors }) => isForInstructors === areForInstructors);

/** A board that runs. */
interface Board {
  readonly url: string;
  /** Rejects as soon as the board ends, or is silent for long. @param signal ends the looking */
  readonly failed: (signal: AbortSignal) => Promise<never>;
  readonly end: () => Promise<void>;
}

/** A student, and what the pages of the guide came to at their desk. */
interface Student {
  readonly seat: string;
  readonly language: Language;
  readonly desk: StudentDesk;
  readonly pages: TypedPage[];
}

describe(`a class of ${STUDENTS} on a rehearsal`, () => {
  const user = new LabUser();
  const run = runContext();
  let rehearsal: RehearsalRecord;
  let lab: LabView;
  let api: KubernetesApi;
  let opened: OpenClassResult;
  let students: readonly Student[];
  let watch: ClassWatch | undefined;
  let board: Board | undefined;

  const instructor = (): RehearsalTerminal => new RehearsalTerminal(rehearsal.terminal, run);
  const verb = (...args: readonly string[]): Promise<TypedResult> => instructor().lab([...args, '--assembly', rehearsal.assemblyDirectory]);
  const json = async <Result>(...args: readonly string[]): Promise<Result> => {
    const { exitCode, output, errors } = await verb(...args, '--json');
    if (exitCode !== 0) throw new Error(`lab ${args.join(' ')} ended with ${exitCode}: ${[...output, ...errors.slice(-10)].join('\n')}`);
    return JSON.parse(output.join('\n')) as Result;
  };
  const classFolder = (): readonly string[] => ['--output', join(rehearsal.directory, 'class')];
  const deskOf = (seat: string, kubeconfig: string): StudentDesk => new StudentDesk({
    seat, kubeconfig, folder: join(rehearsal.directory, 'desks', seat), karpenterNamespace: rehearsal.karpenterNamespace, terminal: rehearsal.terminal,
  }, run);

  /** Starts `lab class board`, and waits until it says where it is. */
  const startBoard = async (): Promise<Board> => {
    const ending = new AbortController();
    const terminal = new RehearsalTerminal(rehearsal.terminal, runContext({ signal: ending.signal }));
    let toldAt = performance.now();
    let ended: Promise<string | undefined> = Promise.resolve(undefined);
    const url = await new Promise<string>((resolve, reject) => {
      ended = terminal.lab(['class', 'board', '--port', '0', '--json', '--assembly', rehearsal.assemblyDirectory], (line) => {
        const address = /"board":"([^"]+)"/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
        if (line.startsWith('{"status"')) toldAt = performance.now();
      }).then(({ exitCode, errors }) => `The board ended with ${exitCode}: ${errors.join('\n')}`, () => undefined);
      void ended.then((failure) => reject(new Error(failure)));
    });
    return {
      url,
      failed: async (signal) => {
        for (;;) {
          const failure = await Promise.race([ended, pause(1000, undefined, { signal })]);
          if (failure !== undefined) throw new Error(failure);
          const silent = Math.round((performance.now() - toldAt) / 1000);
          if (silent > SILENT_SECONDS) throw new Error(`The board has told nothing for ${silent} seconds.`);
        }
      },
      end: async () => {
        ending.abort(new Error('The class is over.'));
        await ended;
      },
    };
  };

  beforeAll(async () => {
    await user.json('rehearse', '--clean', '--name', NAME);
    const assembly = await deployableAssembly({ 'class.students': String(STUDENTS) });
    ({ rehearsal } = await user.json<{ readonly rehearsal: RehearsalRecord }>('rehearse', '--name', NAME, '--assembly', assembly));
    lab = readLab(readAssembly(rehearsal.assemblyDirectory));
    api = await apiByKubeconfig(rehearsal, run);
  }, START_MILLIS);

  afterAll(async () => {
    watch?.stop();
    await board?.end();
    await user.json('rehearse', '--clean', '--name', NAME);
  }, START_MILLIS);

  test('is opened: a kubeconfig for each seat', async () => {
    opened = await json<OpenClassResult>('class', 'open', ...classFolder());
    expect(opened.seats).toHaveLength(STUDENTS);
    students = opened.seats.map(({ seat, kubeconfig }, index) => ({
      seat, language: index % 2 === 0 ? 'en' : 'ko', desk: deskOf(seat, join(opened.folder, kubeconfig)), pages: [],
    }));
    const { replicas } = seatExpectations(lab, students[0]?.seat ?? '');
    watch = await ClassWatch.start(api, { seats: students.map(({ seat }) => seat), replicas });
    board = await startBoard();
  }, START_MILLIS);

  test('types the guide at once, and nothing of it fails', async () => {
    const work = Promise.all(students.map(async ({ seat, language, desk, pages }, index) => {
      for (const page of pagesOf(language, false)) {
        if (index >= WHOLE_GUIDE_STUDENTS && page.chapter > LAST_CHAPTER_OF_OTHERS) return;
        const typed = await typePage(desk, page, guideNames(lab, seat));
        pages.push(typed);
        if (typed.failed !== undefined) return;
      }
    }));
    // While they work, the instructor looks how far they are.
    const [status] = await Promise.all([
      json<ClassStatus>('class', 'status'),
      pollFor(async () => (await (await fetch(board?.url ?? '')).text()).includes('student-001'), {
        what: 'the board shows the first seat', deadlineSeconds: 60, everySeconds: 1, describeMissing: () => [],
      }),
    ]);
    expect(status.seats.map(({ isOpen }) => isOpen)).toEqual(Array.from({ length: STUDENTS }, () => true));
    const typed = new AbortController();
    try {
      await Promise.race([work, board?.failed(typed.signal)]);
    } finally {
      typed.abort();
    }
    expect(students.flatMap(({ seat, pages }) => pages.flatMap(({ chapter, failed }) =>
      failed === undefined ? [] : [`${seat}, ${chapter}: exit code ${failed.exitCode}\n$ ${failed.command}\n${failed.output.slice(-500)}`]))).toEqual([]);
  }, GUIDE_MILLIS);

  test('has a node for each student, and no pod on the node of another', () => {
    expect([...watch?.outcomes.keys() ?? []].toSorted()).toEqual(students.map(({ seat }) => seat));
    expect(watch?.strays).toEqual([]);
    watch?.stop();
  });

  test.each(['en', 'ko'] as const)('sees what the guide shows in %s', (language) => {
    // Who scaled while Karpenter decided has two nodes, and an output that nobody else has: one student is enough.
    const told = pagesOf(language, false).flatMap((page, index) => {
      const typed = students.filter((student) => student.language === language).flatMap(({ pages }) => pages[index] ?? []);
      const found = typed.length === 0 ? [[`${page.chapter}: nobody has typed it`]] : typed.map((pageOfStudent) => differences(page, pageOfStudent));
      return found.some((lines) => lines.length === 0) ? [] : found.toSorted((a, b) => a.length - b.length)[0] ?? [];
    });
    expect(told).toEqual([]);
  });

  test('is shown by the instructor what the pages for instructors show', async () => {
    const desk = deskOf('the-instructor', rehearsal.kubeconfig);
    for (const page of pagesOf('en', true)) {
      expect(differences(page, await typePage(desk, page, { ...WRITTEN_NAMES, karpenterNamespace: rehearsal.karpenterNamespace }))).toEqual([]);
    }
  }, GUIDE_MILLIS);

  test('passes when it is graded, though all have scaled back', async () => {
    const { seats } = await json<GradeResult>('grade');
    expect(seats.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
    expect(seats).toHaveLength(STUDENTS);
  });

  test('has one seat reset within seconds, and nobody else is touched', async () => {
    const [student] = students;
    const all = async (): Promise<readonly string[]> => (await api.list(DEPLOYMENTS)).items.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid}`);
    const others = (lines: readonly string[]): readonly string[] => lines.filter((line) => !line.startsWith(`${student?.seat ?? ''}/`));
    const before = await all();
    const result = await json<ResetSeatResult>('class', 'reset', student?.seat ?? '', '--yes');
    expect(result).toMatchObject({ outcome: 'reset', isOpen: true });
    expect(result.seconds).toBeLessThan(RESET_SECONDS);
    const after = await all();
    expect(after.length).toBeLessThan(before.length);
    expect(others(after)).toEqual(others(before));
    api.close();
    expect(await student?.desk.type({ command: 'kubectl get deployments' })).toMatchObject({ exitCode: 0, output: expect.stringContaining('No resources found') as string });
  });

  test('is closed: tokens are refused at once, and no node is left', async () => {
    await board?.end();
    const result = await json<CloseClassResult>('class', 'close', '--yes', ...classFolder());
    expect(result).toMatchObject({ outcome: 'closed', openSeats: STUDENTS, problems: [] });
    const [student] = students;
    expect(await student?.desk.type({ command: 'kubectl get pods' })).toMatchObject({ exitCode: 1 });
  }, START_MILLIS);

  test('is torn down to an empty account with a seat in which somebody works, and tells what was in it', async () => {
    const { folder, seats: [late] } = await json<OpenClassResult>('class', 'open', '--seat', 'student-007', ...classFolder());
    const desk = deskOf('student-007', join(folder, late?.kubeconfig ?? ''));
    const { exitCode } = await desk.type({ command: 'kubectl apply -f basic-deploy.yaml && kubectl scale deployment inflate --replicas 5' });
    expect(exitCode).toBe(0);
    await pause(5000);
    const { exitCode: ended, output, errors } = await verb('teardown', '--yes');
    expect([...output, ...errors].join('\n')).toContain('student-007 made 1 Deployment');
    expect(ended).toBe(0);
    const { accountId, awsEndpoint, region } = rehearsal;
    expect(await everythingIn({ accountId, endpoint: awsEndpoint, region, run })).toEqual([]);
  }, START_MILLIS);
});
