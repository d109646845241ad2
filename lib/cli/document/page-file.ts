import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors';
import type { Invocation } from '../verb';
import type { LabDocument } from './document';
import { renderPage } from './render-page';

/**
 * Makes sure that a page can be written before anything is started.
 *
 * @param file where it goes, as the user wrote it; undefined where no page is wanted
 * @returns a function that writes it
 * @throws UsageError `PageFolderMissing`, `PageIsFolder`
 */
export async function pageWriter(file: string | undefined, { host, note }: Pick<Invocation, 'host' | 'note'>): Promise<(document: LabDocument) => Promise<void>> {
  if (file === undefined) return () => Promise.resolve();
  const path = resolve(host.workingDirectory, file);
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
  return async (document) => {
    await writeFileAtomically(path, renderPage(document));
    note(`Page written to ${path}`);
  };
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'absent';
    throw error;
  }
}

/** Writes a file so that a reader sees the old content or the new, never a part of it. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    await writeFile(unfinished, content, 'utf8');
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
