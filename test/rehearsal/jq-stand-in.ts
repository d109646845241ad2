import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fakeProgram } from './fake-program';

/**
 * Reads JSON documents one after the other, as jq does, and applies what the exercise asks of it: `-s` makes one list of all of
 * them, `-r` with a path takes one value of each. Anything else it refuses.
 */
const STAND_IN = `
const [option, path, ...others] = process.argv.slice(2);
const isList = option === '-s' && path === undefined;
const isPath = option === '-r' && /^(\\.\\w+|\\[\\d+\\])+$/.test(path ?? '') && others.length === 0;
if (!isList && !isPath) fail('the stand-in knows -s, and -r with a path', 3);

const documents = [];
let text = '';
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n')) {
  text += line + '\\n';
  try {
    documents.push(JSON.parse(text));
    text = '';
  } catch {
    // The document goes on in the next line, or ends the input with an error below.
  }
}
if (text.trim() !== '') fail('parse error: ' + text.trim().slice(0, 60), 2);
for (const value of isList ? [documents] : documents.map(at)) console.log(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));

function at(document) {
  return path.match(/\\w+/g).reduce((value, key) => value?.[key] ?? null, document);
}

function fail(message, exitCode) {
  console.error('jq: ' + message);
  process.exit(exitCode);
}
`;

/** Writes a program `jq` that does what the exercise asks of jq, for computers that have none, and gives the folder that it is in. */
export function writeJqStandIn(folder: string): string {
  const directory = join(folder, 'jq-stand-in');
  mkdirSync(directory);
  const script = join(directory, 'jq.cjs');
  writeFileSync(script, STAND_IN);
  fakeProgram(directory, 'jq', `exec '${process.execPath}' '${script}' "$@"`);
  return directory;
}
