import { existsSync, readFileSync } from 'node:fs';
import { type JsonObject, objectAt, parseJson } from '../json';

/** The objects in a file of JSON lines that is still written to; none where there is no file. A line without its end is left for the next time. */
export function readJsonLines(file: string): readonly JsonObject[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => objectAt(parseJson(line)));
}
