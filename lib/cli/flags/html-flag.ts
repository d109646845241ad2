import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** `--html`: where the page goes. */
export const htmlFlag: VerbFlag = {
  flags: '--html <file>',
  summary: 'also write the result as one self-contained web page',
};

/** The absolute path of the page, once it is sure that a file can be written there. */
export async function checkedPagePath(file: string, workingDirectory: string): Promise<string> {
  const path = resolve(workingDirectory, file);
  const folder = dirname(path);
  if (await kindOf(folder) !== 'folder') {
    throw new UsageError({
      code: 'PageFolderMissing',
      message: `The page can't be written: ${folder} is not an existing folder.`,
      received: file,
      remedy: 'Make the folder first, or give a file in a folder that exists.',
    });
  }
  if (await kindOf(path) === 'folder') {
    throw new UsageError({
      code: 'PageIsFolder',
      message: `The page can't be written: ${path} is a folder.`,
      received: file,
      remedy: 'Give the name of a file, such as `--html plan.html`.',
    });
  }
  return path;
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isAbsence(error)) {
      return 'absent';
    }
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
