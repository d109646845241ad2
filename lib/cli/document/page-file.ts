import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors';
import type { Invocation } from '../verb';
import type { LabDocument } from './document';
import { renderPage } from './render-page';

/** What a file is for, by which it is named in an error. */
export type WrittenFile = 'page' | 'grades';

/** What errors say of each file. */
const WRITTEN: Readonly<Record<WrittenFile, { readonly subject: string; readonly example: string }>> = {
  page: { subject: 'The page', example: '--html plan.html' },
  grades: { subject: 'The grades', example: '--csv grades.csv' },
};

/** {@link fileWriter} of a page. */
export async function pageWriter(file: string | undefined, invocation: Pick<Invocation, 'host' | 'note'>): Promise<(document: LabDocument) => Promise<void>> {
  const write = await fileWriter(file, 'page', invocation);
  return (document) => write(file === undefined ? '' : renderPage(document));
}

/**
 * Makes sure that a file can be written before anything is started.
 *
 * @param file where it goes, as the user wrote it; undefined where none is wanted
 * @returns a function that writes it
 * @throws UsageError `PageFolderMissing`, `PageIsFolder`, `GradesFolderMissing`, `GradesAreFolder`
 */
export async function fileWriter(file: string | undefined, what: WrittenFile, { host, note }: Pick<Invocation, 'host' | 'note'>): Promise<(content: string) => Promise<void>> {
  if (file === undefined) return () => Promise.resolve();
  const path = resolve(host.workingDirectory, file);
  const folder = dirname(path);
  const { subject, example } = WRITTEN[what];
  if (await kindOf(folder) !== 'folder') {
    throw new UsageError({
      code: what === 'page' ? 'PageFolderMissing' : 'GradesFolderMissing',
      message: `${subject} can't be written: ${folder} is not an existing folder.`,
      received: file,
      remedy: 'Make the folder first, or give a file in a folder that exists.',
    });
  }
  if (await kindOf(path) === 'folder') {
    throw new UsageError({
      code: what === 'page' ? 'PageIsFolder' : 'GradesAreFolder',
      message: `${subject} can't be written: ${path} is a folder.`,
      received: file,
      remedy: `Give the name of a file, such as \`${example}\`.`,
    });
  }
  return async (content) => {
    await writeFileAtomically(path, content);
    note(`${what === 'page' ? 'Page' : 'Grades'} written to ${path}`);
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
