import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { renderPicture } from '../lib/cli/document/picture';
import { timelineDrawing } from '../lib/cli/document/timeline-drawing';
import { architectureDrawing } from '../lib/cli/plan/architecture-drawing';
import { planDocument } from '../lib/cli/plan/plan-document';
import { awsTimeline, lifeDocument, lifeTimeline } from '../lib/cli/rehearse/life-document';
import type { LifeResult } from '../lib/exercise/life-result';
import { plan } from '../lib/plan/plan';

const FOLDER = join('docs', 'images');

/**
 * Makes the pictures of the README: the plan of the lab in cdk.out, and a life of it. Run from the project's root, as npm does.
 *
 * @example
 * npm run --silent lab -- rehearse --life --json > life.json && npm run pictures -- life.json
 */
function main([lifeFile]: readonly string[]): void {
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
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
