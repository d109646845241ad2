import { runContext } from '../lib/run-context';
import { forEachBounded, pollFor } from '../lib/wait-for';

describe('looking again and again', () => {
  const nothingLeft = { what: 'none is left', everySeconds: 0.01, describeMissing: () => ['1 instance'] };

  test('ends with what there is to see', async () => {
    const answers = [undefined, false, 'i-1'] as const;
    let looks = 0;
    expect(await pollFor(() => answers[looks++], { ...nothingLeft, deadlineSeconds: 5 })).toBe('i-1');
    expect(looks).toBe(3);
  });

  test('fails when the deadline passes, by the clock of the run, and says what is missing', async () => {
    let seconds = 0;
    let looks = 0;
    const clock = { ...runContext().clock, nowMillis: () => seconds * 1000 };
    const late = pollFor(() => {
      looks += 1;
      seconds += 10;
      return false;
    }, { ...nothingLeft, deadlineSeconds: 25 }, { clock });
    await expect(late).rejects.toMatchObject({ code: 'DeadlinePassed', missing: ['1 instance'], message: 'Not within 25 s: none is left. 1 instance.' });
    expect(looks).toBe(3);
  });

  test('fails when the deadline passes, with the caller\'s own error', async () => {
    await expect(pollFor(() => undefined, { deadlineSeconds: 0, onDeadline: () => new Error('locked') })).rejects.toThrow('locked');
  });

  test('fails when it is interrupted, and looks no more', async () => {
    const interrupted = new AbortController();
    let looks = 0;
    const interruptedPoll = pollFor(() => {
      looks += 1;
      interrupted.abort(new Error('Ctrl-C'));
      return false;
    }, { ...nothingLeft, deadlineSeconds: 5 }, { signal: interrupted.signal });
    await expect(interruptedPoll).rejects.toThrow('Ctrl-C');
    expect(looks).toBe(1);
  });
});

describe('bounded work', () => {
  test('has only so much at once, and ends with its first failure', async () => {
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
    };
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, work);
    expect(most).toBe(3);
    const done: number[] = [];
    await expect(forEachBounded([1, 2, 3, 4], 1, async (item) => {
      await work();
      done.push(item);
      if (item === 2) throw new Error('second');
    })).rejects.toThrow('second');
    expect(done).toEqual([1, 2]);
  });
});
