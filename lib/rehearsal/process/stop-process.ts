import { LabError } from '../../lab-error';
import { deadlineIn, runContext } from '../../run-context';
import { pause } from '../../wait-for';
import { isProcessRunning, type ProcessRecord } from './running-processes';

/** How a process is stopped. */
export interface StopProcessOptions {
  /**
   * Seconds that it has to end by itself before it is killed.
   *
   * @default 3
   */
  readonly graceSeconds?: number;
}

/** Seconds within which the kernel ends a killed process, unless it hangs in a device. */
const KILL_SECONDS = 10;

/**
 * Stops a process: asks it to end, waits, then kills it. A process that is gone, or whose id belongs
 * to another process by now, is left alone.
 *
 * @returns whether the process ran
 * @throws LabError `ProcessRemained` when it runs on although it was killed
 */
export async function stopProcess(record: ProcessRecord, options: StopProcessOptions = {}): Promise<boolean> {
  if (!isProcessRunning(record)) return false;
  signalProcess(record, 'SIGTERM');
  if (await endsWithin(record, options.graceSeconds ?? 3)) return true;
  signalProcess(record, 'SIGKILL');
  if (await endsWithin(record, KILL_SECONDS)) return true;
  throw new LabError({
    code: 'ProcessRemained',
    message: `${record.name} still runs although it was killed.`,
    received: record.pid,
    remedy: 'See what it waits for with ps -o pid,stat,wchan,cmd. A machine that hangs on a disk needs a restart.',
  });
}

function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): void {
  // Looked at again, because time has passed since the last look.
  if (!isProcessRunning(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endsWithin(record: ProcessRecord, seconds: number): Promise<boolean> {
  const deadline = deadlineIn(runContext(), seconds);
  while (isProcessRunning(record)) {
    if (deadline.isPassed) return false;
    await pause(0.02);
  }
  return true;
}
