import { chmod, cp, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies a folder of a module, and makes the copy writable. */
export async function copyWritable(source: string, target: string): Promise<void> {
  await cp(source, target, { recursive: true });
  await makeWritable(target);
}

/** Removes a folder, read-only parts included. A folder that does not exist is no error. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await makeWritable(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(directory, { recursive: true, force: true });
}

/** Go keeps downloaded modules read-only, and so is a copy of one: only root could rename or remove it. */
async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await makeWritable(path);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode | 0o200);
  }
}
