import { MARKER } from '../../../lib/rehearsal/process/process-environment';
import { markedProcesses, processStartTicks } from '../../../lib/rehearsal/process/running-processes';
import { stopProcess } from '../../../lib/rehearsal/process/stop-process';
import { sleepingProcess } from '../sleeping-process';

describe('a process of a rehearsal', () => {
  it('is found by its marker, and only by the marker of its own folder', async () => {
    const sleeper = await sleepingProcess({ [MARKER]: '/lab/one' });
    expect(markedProcesses('/lab/one').map(({ pid }) => pid)).toEqual([sleeper.pid]);
    expect(markedProcesses('/lab/on')).toEqual([]);
    await stopProcess(sleeper);
    expect(markedProcesses('/lab/one')).toEqual([]);
  });
});

describe('the start of a process', () => {
  it('is the same at every look, and unknown for an id that nobody has', () => {
    expect(processStartTicks(process.pid)).toBe(processStartTicks(process.pid));
    expect(processStartTicks(process.pid)).toBeGreaterThan(0);
    expect(processStartTicks(2 ** 30)).toBeUndefined();
  });
});
