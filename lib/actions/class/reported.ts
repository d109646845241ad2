import type { ProgressListener } from '../../progress';

/** How much is left of how much. */
export type RemainderListener = (left: number, of: number) => void;

/** Does a step of which one can count what is left, and reports it. One that fails has ended as well. */
export async function reported(onProgress: ProgressListener, step: string, work: (news: RemainderListener) => Promise<unknown>): Promise<void> {
  onProgress({ step, state: 'started' });
  let lastLeft = -1;
  try {
    await work((left, of) => {
      if (left === lastLeft) return;
      lastLeft = left;
      onProgress({ step, state: 'running', detail: `${of - left} of ${of}`, fraction: of === 0 ? 1 : (of - left) / of });
    });
  } catch (error) {
    onProgress({ step, state: 'skipped', detail: 'not done to its end' });
    throw error;
  }
  onProgress({ step, state: 'finished' });
}
