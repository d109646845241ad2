import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { everythingIn } from '../rehearsal/account-contents';
import { admitInstructor } from '../rehearsal/deploy-into';
import { keptPrograms } from '../rehearsal/rehearsal-programs';
import type { RehearsalRecord } from '../rehearsal/rehearsal-state';
import { RehearsalTerminal } from '../rehearsal/rehearsal-terminal';
import { startRehearsal, type StartRehearsalOptions } from '../rehearsal/start-rehearsal';
import { stopRehearsal } from '../rehearsal/stop-rehearsal';
import type { RunContext } from '../run-context';
import { shellWord } from '../words';
import { type LifeMeans, walkLife } from './life';
import { LIFE_REHEARSAL, type LifeResult } from './life-result';

/** A life to rehearse. */
export type RehearseLifeOptions = Omit<StartRehearsalOptions, 'isEmpty'> & {
  /** @default 'life' */
  readonly name?: string;
};

/**
 * Rehearses the whole life of a class, from an empty account to an empty account. When all of it passes, the rehearsal is stopped,
 * for nothing is left in it. When a step fails it goes on running, to be looked at.
 *
 * @throws LabError what {@link startRehearsal} says; `RehearsalNotEmpty` when a rehearsal of this name runs with the lab in it
 * @throws the reason of the signal
 */
export async function rehearseLife({ name = LIFE_REHEARSAL, ...options }: RehearseLifeOptions, run: RunContext): Promise<LifeResult> {
  const began = run.clock.nowMillis();
  const record = await startRehearsal({ ...options, name, isEmpty: true }, run);
  const startSeconds = Math.round((run.clock.nowMillis() - began) / 100) / 10;
  const lab = readLab(readAssembly(options.assemblyDirectory));
  const result = await walkLife({
    rehearsal: name, lab, startSeconds,
    means: meansOf(record, run, () => admitInstructor({ ...record, lab, tokenCommand: keptPrograms(record.directory).eksToken }, run)),
  }, run);
  if (result.verdict === 'passed') await stopRehearsal({ projectDirectory: options.projectDirectory, name }, run);
  return result;
}

function meansOf({ accountId, awsEndpoint, region, terminal, assemblyDirectory, directory }: RehearsalRecord, run: RunContext, admit: () => Promise<void>): LifeMeans {
  return {
    terminal: new RehearsalTerminal(terminal, run),
    assemblyDirectory,
    everythingInAccount: () => everythingIn({ accountId, endpoint: awsEndpoint, region, run }),
    admitInstructor: admit,
    writeFile: (name, objects) => {
      const file = join(directory, name);
      writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
      return shellWord(relative(terminal.projectDirectory, file));
    },
  };
}
