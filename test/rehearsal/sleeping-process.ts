import { join } from 'node:path';
import type { ProcessRecord } from '../../lib/rehearsal/process/running-processes';
import { startProcess } from '../../lib/rehearsal/process/start-process';
import { temporaryFolder } from './fake-program';

/** A real process that would sleep for a minute, with this environment. */
export async function sleepingProcess(env: Readonly<Record<string, string>> = {}, name = 'sleep', command = '/bin/sleep'): Promise<ProcessRecord> {
  const folder = temporaryFolder();
  const { record } = await startProcess({
    name, command, args: ['60'], env, workingDirectory: folder, logFile: join(folder, 'sleep.log'),
  });
  return record;
}
