import { MARKER } from '../../../lib/rehearsal/process/process-environment';
import { isProcessRunning, markedProcesses, processStartTicks } from '../../../lib/rehearsal/process/running-processes';
import { startProcess } from '../../../lib/rehearsal/process/start-process';
import { stopProcess } from '../../../lib/rehearsal/process/stop-process';
import { fakeProgram, temporaryFolder } from '../fake-program';
import { sleepingProcess } from '../sleeping-process';

describe('a process that was started', () => {
  it('runs until it is stopped, once', async () => {
    const sleeper = await sleepingProcess();
    expect(isProcessRunning(sleeper)).toBe(true);
    expect(await stopProcess(sleeper)).toBe(true);
    expect(isProcessRunning(sleeper)).toBe(false);
    expect(await stopProcess(sleeper)).toBe(false);
  });

  it('is not the process that was given its id later', async () => {
    const sleeper = await sleepingProcess();
    const earlier = { ...sleeper, startTicks: sleeper.startTicks - 1 };
    expect(isProcessRunning(earlier)).toBe(false);
    expect(await stopProcess(earlier)).toBe(false);
    expect(isProcessRunning(sleeper)).toBe(true);
    await stopProcess(sleeper);
  });

  it('is killed when it does not end by itself', async () => {
    const folder = temporaryFolder();
    const deaf = fakeProgram(folder, 'deaf', 'trap "" TERM', 'echo ready', 'while :; do sleep 0.1; done');
    const { record } = await startProcess({
      name: 'deaf', command: deaf, args: [], env: { PATH: process.env['PATH'] ?? '' }, workingDirectory: folder, logFile: `${folder}/deaf.log`,
    });
    expect(await stopProcess(record, { graceSeconds: 0.2 })).toBe(true);
    expect(isProcessRunning(record)).toBe(false);
  });

  it('is found by its marker, and only by the marker of its own folder', async () => {
    const sleeper = await sleepingProcess({ [MARKER]: '/lab/one' });
    expect(markedProcesses('/lab/one').map(({ pid }) => pid)).toEqual([sleeper.pid]);
    expect(markedProcesses('/lab/on')).toEqual([]);
    await stopProcess(sleeper);
    expect(markedProcesses('/lab/one')).toEqual([]);
  });

  it('fails when there is no such program', async () => {
    const folder = temporaryFolder();
    await expect(startProcess({
      name: 'absent', command: `${folder}/absent`, args: [], env: {}, workingDirectory: folder, logFile: `${folder}/log`,
    })).rejects.toMatchObject({ code: 'ProcessNotStarted', received: `${folder}/absent` });
  });
});

describe('the start of a process', () => {
  it('is the same at every look, and unknown for an id that nobody has', () => {
    expect(processStartTicks(process.pid)).toBe(processStartTicks(process.pid));
    expect(processStartTicks(process.pid)).toBeGreaterThan(0);
    expect(processStartTicks(2 ** 30)).toBeUndefined();
  });
});
