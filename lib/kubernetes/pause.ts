import { setTimeout as timeout } from 'node:timers/promises';

/**
 * Waits between two tries.
 *
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await timeout(seconds * 1000, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
