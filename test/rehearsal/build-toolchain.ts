import { resolve } from 'node:path';
import type { ProgressEvent } from '../../lib/progress';
import setUp from '../support/set-up';
import { ensureToolchain } from '../../lib/rehearsal/toolchain/ensure-toolchain';
import { runContext } from '../../lib/run-context';

/** Seconds between two lines while the toolchain is built. */
const LINE_SECONDS = 15;

/** Builds the guard's code and the toolchain before the first test, so that no test waits for them, and says where moto is. */
export default async function buildToolchain(): Promise<void> {
  setUp();
  let writtenAt = 0;
  const onProgress = ({ step, state, detail, fraction }: ProgressEvent): void => {
    if (state === 'running' && Date.now() - writtenAt < LINE_SECONDS * 1000) return;
    writtenAt = Date.now();
    const percent = fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`;
    process.stderr.write(`${step}: ${state}${percent} ${detail ?? ''}\n`);
  };
  const toolchain = await ensureToolchain({ projectDirectory: resolve(__dirname, '../..'), env: process.env }, runContext({ onProgress }));
  process.env['REHEARSAL_MOTO'] = toolchain.motoServer;
}
