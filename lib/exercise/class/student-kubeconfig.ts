import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ApiEndpoint } from '../../kubernetes/connection';
import { LabError } from '../../lab-error';

/** Whose kubeconfig it is, and what it leads to. */
export interface StudentKubeconfigProps {
  readonly endpoint: ApiEndpoint;
  readonly clusterName: string;
  /** Name of the seat: of the namespace in which kubectl works. */
  readonly seat: string;
  readonly token: string;
}

/** A kubeconfig by which a student comes in: the cluster as the instructor reaches it, and a token of the student's own. */
export function studentKubeconfig({ endpoint, clusterName, seat, token }: StudentKubeconfigProps): string {
  const { server, certificateAuthority, tlsServerName } = endpoint;
  return stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{
      name: clusterName,
      cluster: {
        server,
        ...(certificateAuthority === undefined ? {} : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }),
        ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
      },
    }],
    'users': [{ name: seat, user: { token } }],
    'contexts': [{ name: seat, context: { cluster: clusterName, user: seat, namespace: seat } }],
    'current-context': seat,
  }, { lineWidth: 0 });
}

/** Name of the file with the kubeconfig of a seat. */
export function kubeconfigName(seat: string): string {
  return `${seat}.kubeconfig`;
}

/**
 * Makes a folder that nobody else on this computer may read, or makes sure that it is one.
 *
 * @throws LabError `ClassFolderNotPrivate` for a folder that others may read; `ClassFolderNotWritable`
 */
export async function privateFolder(folder: string): Promise<void> {
  try {
    // A folder that is there keeps its mode, and the umask may take from that of a new one.
    if (await mkdir(folder, { recursive: true, mode: 0o700 }) !== undefined) await chmod(folder, 0o700);
    const { mode } = await stat(folder);
    if ((mode & 0o077) === 0) return;
  } catch (cause) {
    throw new LabError({
      code: 'ClassFolderNotWritable',
      message: `The folder for the students' kubeconfigs cannot be made: ${cause instanceof Error ? cause.message : String(cause)}.`,
      received: folder,
      remedy: 'Give another one with --output.',
      cause,
    });
  }
  throw new LabError({
    code: 'ClassFolderNotPrivate',
    message: 'Others on this computer may read the folder for the students\' kubeconfigs, and whoever has one is that student.',
    received: folder,
    remedy: `Close it: chmod 700 ${folder}. Or give another one with --output, not on a disk of Windows.`,
  });
}

/** Writes a file that only its owner may read. A reader sees the old content or the new, never a part of it. */
export async function writePrivately(folder: string, name: string, content: string): Promise<void> {
  const unfinished = join(folder, `.${name}.${randomUUID()}`);
  try {
    await writeFile(unfinished, content, { mode: 0o600 });
    await rename(unfinished, join(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Deletes the kubeconfigs of some seats. One that leads to another cluster, such as a class's that was rehearsed meanwhile, stays.
 *
 * @param server URL of the API server whose tokens are dead
 * @returns names of the files that were deleted
 */
export async function deleteKubeconfigs(folder: string, seats: readonly string[], server: string): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const name of seats.map(kubeconfigName)) {
    const text = await contentOf(join(folder, name));
    if (text?.includes(`server: ${server}\n`) !== true) continue;
    await rm(join(folder, name));
    deleted.push(name);
  }
  return deleted;
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
