import { runContext, sideBySide } from '../lib/run-context';

/** Ends when its signal is aborted, a moment later, as a program that is interrupted does. */
async function untilInterrupted(signal: AbortSignal, ended: string[], name: string): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  ended.push(name);
  throw new Error(`${name} was interrupted`);
}

describe('parts that run side by side', () => {
  it('are waited for, all of them', async () => {
    const ended: string[] = [];
    const part = async (name: string, millis: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, millis));
      ended.push(name);
    };
    await sideBySide(runContext(), () => [part('slow', 20), part('fast', 1)]);
    expect(ended).toEqual(['fast', 'slow']);
  });

  it('fails when one of them does, with its error, after the others were interrupted and have ended', async () => {
    const ended: string[] = [];
    await expect(sideBySide(runContext(), ({ signal }) => [
      untilInterrupted(signal, ended, 'other'),
      Promise.reject(new Error('the first cause')),
    ])).rejects.toThrow('the first cause');
    expect(ended).toEqual(['other']);
  });

  it('fails when the run is interrupted, with its reason, after all have ended', async () => {
    const abort = new AbortController();
    const ended: string[] = [];
    const running = sideBySide(runContext({ signal: abort.signal }), ({ signal }) => [untilInterrupted(signal, ended, 'one'), untilInterrupted(signal, ended, 'two')]);
    abort.abort(new Error('Ctrl-C'));
    await expect(running).rejects.toThrow('Ctrl-C');
    expect(ended).toEqual(['one', 'two']);
  });
});
