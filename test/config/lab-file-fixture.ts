import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories: string[] = [];

/** Makes a directory that is removed after the tests. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lab-config-'));
  directories.push(directory);
  return directory;
}

/** Writes a configuration file into a directory of its own and gives its path. */
export function writeLabFile(content: string | Uint8Array): string {
  const file = join(emptyDirectory(), 'lab.yaml');
  writeFileSync(file, content);
  return file;
}

afterAll(() => {
  for (const directory of directories.splice(0)) {
    rmSync(directory, { recursive: true });
  }
});
