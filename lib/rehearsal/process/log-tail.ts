import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes at the end of a log among which its last lines are looked for. */
const TAIL_BYTES = 16 * 1024;

/** The last lines of a log, without empty ones; none where there is no file. */
export function logTail(file: string, lineCount: number): readonly string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').split('\n').filter((line) => line.trim() !== '').slice(-lineCount);
  } finally {
    closeSync(descriptor);
  }
}
