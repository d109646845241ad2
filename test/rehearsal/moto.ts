import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../lib/rehearsal/process/loopback';
import type { MotoImage } from '../../lib/rehearsal/published-images';
import { temporaryFolder } from './fake-program';

/** A moto that runs. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the moto server whose path is in `REHEARSAL_MOTO`, and waits until it answers.
 *
 * @param images the images that it has
 */
export async function startMoto(images: readonly MotoImage[]): Promise<Moto> {
  const program = process.env['REHEARSAL_MOTO'];
  if (program === undefined) throw new Error('REHEARSAL_MOTO has no path of a moto_server: npm run test:rehearsal sets it');

  const imagesFile = join(temporaryFolder(), 'images.json');
  writeFileSync(imagesFile, JSON.stringify(images));
  const { moto: port } = await freePorts(['moto']);
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_AMIS_PATH: imagesFile, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, () => server.exitCode);
  return {
    url,
    stop: async () => {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
    },
  };
}

/** Resolves when the server answers; Jest's time limit is the deadline. */
async function answering(url: string, exitCode: () => number | null): Promise<void> {
  for (;;) {
    if (exitCode() !== null) throw new Error(`moto ended with ${exitCode()}`);
    const isUp = await fetch(`${url}/moto-api/data.json`).then(({ ok }) => ok, () => false);
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
