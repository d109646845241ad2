import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startBoardServer } from '../lib/cli/class/board-server';
import { renderPicture } from '../lib/cli/document/picture';
import { timelineDrawing } from '../lib/cli/document/timeline-drawing';
import { architectureDrawing } from '../lib/cli/plan/architecture-drawing';
import { planDocument } from '../lib/cli/plan/plan-document';
import { awsTimeline, lifeDocument, lifeTimeline } from '../lib/cli/rehearse/life-document';
import type { ClassStatus } from '../lib/exercise/class/class-status';
import type { LifeResult } from '../lib/exercise/life-result';
import { plan } from '../lib/plan/plan';
import { runCommand } from '../lib/run-command';
import { machineClock } from '../lib/run-context';
import { LANGUAGES } from '../lib/words';

const FOLDER = join('docs', 'images');

/**
 * Makes the pictures of the README: the plan of the lab in cdk.out, a life of it, and the board of a class where a status of one is
 * given. Run from the project's root, as npm does. The board needs Chromium.
 *
 * @example
 * npm run --silent lab -- rehearse --life --json > life.json && npm run pictures -- life.json
 * npm run --silent lab -- class status --json > class.json && npm run pictures -- life.json class.json
 */
async function main([lifeFile, classFile]: readonly string[]): Promise<void> {
  if (lifeFile === undefined) throw new Error('Give the file that `npm run --silent lab -- rehearse --life --json` has written.');
  const life = JSON.parse(readFileSync(lifeFile, 'utf8')) as LifeResult;
  if (life.verdict !== 'passed') throw new Error('The life has failed.');
  const planned = plan({ assemblyDirectory: resolve('cdk.out'), now: new Date() });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'plan.svg'), renderPicture({
    ...planDocument(planned), drawings: [{ heading: 'Architecture', drawing: architectureDrawing(planned) }],
  }));
  writeFileSync(join(FOLDER, 'life.svg'), renderPicture({
    ...lifeDocument(life),
    drawings: [
      { heading: 'On this computer', drawing: timelineDrawing(lifeTimeline(life), 'life') },
      { heading: 'On AWS, estimated', drawing: timelineDrawing(awsTimeline(life), 'aws') },
    ],
  }));
  process.stdout.write(`${FOLDER}/plan.svg and ${FOLDER}/life.svg are written.\n`);
  if (classFile !== undefined) await boardPictures(JSON.parse(readFileSync(classFile, 'utf8')) as ClassStatus);
}

/** What a projector shows of a class, in each language. */
async function boardPictures(status: ClassStatus): Promise<void> {
  const board = await startBoardServer({ port: 0, choice: { language: 'en', areNamesShown: false }, clock: machineClock });
  try {
    board.show(status);
    for (const language of LANGUAGES) {
      const file = join(FOLDER, `board-${language}.png`);
      const { exitCode, stderr } = await runCommand({
        command: 'chromium',
        args: ['--headless', '--no-sandbox', '--hide-scrollbars', '--window-size=1920,1080', `--screenshot=${file}`, `${board.url}/?language=${language}`],
        env: process.env,
        workingDirectory: process.cwd(),
      });
      if (exitCode !== 0) throw new Error(stderr);
      process.stdout.write(`${file} is written.\n`);
    }
  } finally {
    await board.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
