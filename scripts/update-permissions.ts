// Plays the lab of cdk.out with the exercise and the drills, and writes docs/controller-permissions.md.
//
//   npm run update:permissions
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../lib/assembly/read-assembly';
import { versions } from '../lib/config/versions';
import { DRILL_NAMES, type DrillName } from '../lib/exercise/exercise-result';
import { runRehearsedExercise } from '../lib/exercise/rehearsed-exercise';
import type { ProgressEvent } from '../lib/progress';
import { readPolicyUses } from '../lib/rehearsal/iam/policy-uses';
import { rehearsalPaths } from '../lib/rehearsal/rehearsal-paths';
import { startRehearsal } from '../lib/rehearsal/start-rehearsal';
import { cleanRehearsal } from '../lib/rehearsal/stop-rehearsal';
import { runContext } from '../lib/run-context';
import { controllerStatements, permissionsDocument, type PlayedPart } from './permissions-table';

/** Drills after which there is no lab. In one run, each of them deploys it anew. */
const REMOVING_DRILLS: readonly DrillName[] = ['deadline', 'stuck', 'destroy', 'teardown', 'rollback'];

const run = runContext({ onProgress: ({ step, state, detail }: ProgressEvent) => {
  if (state !== 'running') process.stderr.write(`${step}: ${[state, detail].filter(Boolean).join(', ')}\n`);
} });

async function updatePermissions(): Promise<void> {
  const projectDirectory = process.cwd();
  const assemblyDirectory = join(projectDirectory, 'cdk.out');
  const rehearsal = { projectDirectory, name: 'permissions', env: process.env };
  const { policyUsesFile } = rehearsalPaths(projectDirectory, rehearsal.name);
  const parts: PlayedPart[] = [];
  let known = 0;
  const note = (name: string): void => {
    const uses = readPolicyUses(policyUsesFile);
    parts.push({ name, uses: uses.slice(known) });
    known = uses.length;
  };
  try {
    await cleanRehearsal(rehearsal, run);
    const record = await startRehearsal({ ...rehearsal, assemblyDirectory }, run);
    note('the deployment');
    const play = async (name: string, drills: readonly DrillName[]): Promise<void> => {
      const { verdict } = await runRehearsedExercise({ rehearsal: record, drills }, run);
      if (verdict === 'failed') process.stderr.write(`${name} failed: what it did not come to is missing in the table\n`);
      note(name);
    };
    await play('the exercise', []);
    for (const drill of DRILL_NAMES.filter((name) => !REMOVING_DRILLS.includes(name))) await play(`the drill ${drill}`, [drill]);
    await play('the drills that remove the lab', REMOVING_DRILLS);
  } finally {
    await cleanRehearsal(rehearsal, run);
  }
  writeFileSync('docs/controller-permissions.md', permissionsDocument(controllerStatements(readAssembly(assemblyDirectory)), parts, versions.karpenter));
}

void updatePermissions().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
