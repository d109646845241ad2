import { markedProcesses } from './process/marked-processes';
import { stopProcess } from './process/stop-process';
import type { ProcessRecord } from './rehearsal-record';

/** Processes that end before the others, so that they can still say goodbye to them. */
const FIRST = ['karpenter'];

/**
 * Stops every process of a rehearsal: those that were written down, then any other that carries its marker.
 *
 * @param directory folder of the rehearsal
 * @returns names of those that still ran
 * @throws LabError `ProcessRemained`
 */
export async function stopProcesses(directory: string, processes: readonly ProcessRecord[]): Promise<readonly string[]> {
  const stopped: string[] = [];
  const stopAll = async (some: readonly ProcessRecord[]): Promise<void> => {
    await Promise.all(some.map(async (process) => {
      if (await stopProcess(process)) stopped.push(process.name);
    }));
  };
  await stopAll(processes.filter(({ name }) => FIRST.includes(name)));
  await stopAll(processes.filter(({ name }) => !FIRST.includes(name)));
  // Again until there is none: one of them may have been starting others.
  for (let marked = markedProcesses(directory); marked.length > 0; marked = markedProcesses(directory)) {
    await stopAll(marked);
  }
  return stopped;
}
