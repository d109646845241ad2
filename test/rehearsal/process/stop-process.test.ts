import { isProcessRunning } from '../../../lib/rehearsal/process/running-processes';
import { startProcess } from '../../../lib/rehearsal/process/start-process';
import { stopProcess } from '../../../lib/rehearsal/process/stop-process';
import { fakeProgram, temporaryFolder } from '../fake-program';
import { sleepingProcess } from '../sleeping-process';

describe('a process that is stopped', () => {
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
});
