import type { ProcessRecord } from '../rehearsal-record';
import { processStartTicks } from './process-start-ticks';

/** Whether the very process of the record runs: not another one that was given its id later. */
export function isProcessRunning(record: Pick<ProcessRecord, 'pid' | 'startTicks'>): boolean {
  return processStartTicks(record.pid) === record.startTicks;
}
