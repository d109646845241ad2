import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectMetadata } from '../../kubernetes/objects';
import { errorsIn } from './log-lines';

/**
 * File of the log of one process of a pod, in the format of container runtimes. Its folder is made.
 *
 * @param restart how many processes the pod had before
 */
export function podLogFile(logsDirectory: string, { namespace, name }: Pick<ObjectMetadata, 'namespace' | 'name'>, restart: number): string {
  const folder = join(logsDirectory, `${namespace ?? ''}_${name}`);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${restart}.log`);
}

/** What stands before each line: the time at which it was written, its stream, and a mark for a whole line. */
const PREFIX = /^(\S+) (?:stdout|stderr) [FP] (.*)$/;

/**
 * Lines of the logs of all of Karpenter's pods, as Karpenter wrote them, in the order of time. Those of processes that have ended
 * and of pods that are gone are among them.
 *
 * @param logsDirectory the folder that the pods were run with
 */
export function karpenterLogLines(logsDirectory: string): readonly string[] {
  if (!existsSync(logsDirectory)) return [];
  return readdirSync(logsDirectory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.log'))
    .toSorted()
    .flatMap((file) => timedLines(join(logsDirectory, file)))
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .map(({ line }) => line);
}

/** What a log says last about a failure: its last error or panic, else its last line; undefined for an empty one. */
export function lastError(file: string): string | undefined {
  const lines = timedLines(file).map(({ line }) => line);
  const last = lines.findLast((line) => errorsIn([line]).length > 0 || line.startsWith('panic: ')) ?? lines.at(-1);
  if (last === undefined) return undefined;
  const [error] = errorsIn([last]);
  if (error === undefined) return last;
  return error.error === error.message ? error.message : `${error.message}: ${error.error}`;
}

function timedLines(file: string): readonly { readonly at: string; readonly line: string }[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap((text) => {
    const [, at, line] = PREFIX.exec(text) ?? [];
    return at === undefined || line === undefined ? [] : [{ at, line }];
  });
}
