import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const madeFolders: string[] = [];
process.on('exit', () => madeFolders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Makes an empty folder, which is removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  madeFolders.push(folder);
  return folder;
}

/** Writes a shell script that stands for a program, and gives its path. */
export function fakeProgram(folder: string, name: string, ...lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}
