// Types the guide on a rehearsal with a class, the students' pages at a seat and the instructor's pages with the instructor's kubeconfig,
// and writes into docs/guide what the commands print.
//
//   npm run guide:outputs                 all pages
//   npm run guide:outputs -- 03-spot ...  these pages
import { join } from 'node:path';
import { readLab } from '../lib/assembly/lab-view';
import { readAssembly } from '../lib/assembly/read-assembly';
import { synthesize } from '../lib/assembly/synthesize';
import { openClass } from '../lib/exercise/class/open-class';
import { StudentDesk } from '../lib/exercise/class/student-desk';
import { guideNames } from '../lib/exercise/class/seat-guide';
import { EXERCISE_CHAPTER } from '../lib/exercise/rehearsed-class';
import type { GuideNames } from '../lib/guide/guide-names';
import { GUIDE_FOLDER, type GuidePage, guideChapters, readGuide, writeOutputs } from '../lib/guide/guide-page';
import type { ProgressEvent } from '../lib/progress';
import { startRehearsal } from '../lib/rehearsal/start-rehearsal';
import { cleanRehearsal } from '../lib/rehearsal/stop-rehearsal';
import { runContext } from '../lib/run-context';
import { typePage } from './typed-guide';

const run = runContext({ onProgress: ({ step, state, detail }: ProgressEvent) => {
  if (state !== 'running') process.stderr.write(`${step}: ${[state, detail].filter(Boolean).join(', ')}\n`);
} });

/** @param asked names of pages; empty: all */
async function updateOutputs(asked: readonly string[]): Promise<void> {
  const projectDirectory = process.cwd();
  const guide = join(projectDirectory, GUIDE_FOLDER);
  const assemblyDirectory = join(projectDirectory, '.lab', 'guide.out');
  const rehearsal = { projectDirectory, name: 'guide', env: process.env };
  await synthesize({ assemblyDirectory, context: { 'class.students': '1' } }, run);
  try {
    await cleanRehearsal(rehearsal, run);
    const record = await startRehearsal({ ...rehearsal, assemblyDirectory }, run);
    const { directory, kubeconfig, karpenterNamespace, terminal } = record;
    const lab = readLab(readAssembly(assemblyDirectory));
    const { folder, seats: [open] } = await openClass({ projectDirectory, assemblyDirectory, kubeconfig, folder: join(directory, 'class') }, run);
    const seat = open?.seat ?? '';
    const student = new StudentDesk({ seat, kubeconfig: join(folder, open?.kubeconfig ?? ''), folder: join(directory, 'desks', seat), karpenterNamespace, terminal }, run);
    const instructor = new StudentDesk({ seat: 'the instructor', kubeconfig, folder: join(directory, 'desks', 'instructor'), karpenterNamespace, terminal }, run);

    const isAsked = ({ chapter }: GuidePage): boolean => asked.length === 0 || asked.includes(chapter);
    // The other pages go on with the Deployment of the exercise.
    const pages = guideChapters(guide, 'en').map((chapter) => readGuide(guide, 'en', chapter)).filter((page) => isAsked(page) || page.chapter === EXERCISE_CHAPTER);
    const typeAll = async (desk: StudentDesk, ofThem: readonly GuidePage[], names: GuideNames): Promise<void> => {
      for (const page of ofThem) {
        const outputs = await typed(desk, page, names);
        if (isAsked(page)) writeOutputs(guide, page.chapter, outputs);
      }
    };
    // Both at once: most of the time is spent waiting for nodes to go.
    await Promise.all([
      typeAll(student, pages.filter(({ isForInstructors }) => !isForInstructors), guideNames(lab, seat)),
      typeAll(instructor, pages.filter(({ isForInstructors }) => isForInstructors), guideNames(lab)),
    ]);
  } finally {
    await cleanRehearsal(rehearsal, run);
  }
}

/** What the blocks of a page print. @throws Error with the block that fails */
async function typed(desk: StudentDesk, page: GuidePage, names: GuideNames): Promise<readonly string[]> {
  const { outputs, failed } = await typePage(desk, page, names);
  if (failed !== undefined) throw new Error(`${page.chapter} at ${desk.seat} failed with ${failed.exitCode}:\n$ ${failed.command}\n${failed.output}`);
  process.stderr.write(`${page.chapter}: ${outputs.length} blocks typed\n`);
  return outputs;
}

void updateOutputs(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
