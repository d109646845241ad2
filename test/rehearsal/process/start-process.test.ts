import { appendFileSync } from 'node:fs';
import { startProcess, untilReady } from '../../../lib/rehearsal/process/start-process';
import { stopProcess } from '../../../lib/rehearsal/process/stop-process';
import { machineClock, runContext } from '../../../lib/run-context';
import { temporaryFolder } from '../fake-program';
import { sleepingProcess } from '../sleeping-process';

describe('a process that is started', () => {
  it('fails when there is no such program', async () => {
    const folder = temporaryFolder();
    await expect(startProcess({
      name: 'absent', command: `${folder}/absent`, args: [], env: {}, workingDirectory: folder, logFile: `${folder}/log`,
    })).rejects.toMatchObject({ code: 'ProcessNotStarted', received: `${folder}/absent` });
  });

  it('is waited for until it is ready', async () => {
    const sleeper = await sleepingProcess();
    let looks = 0;
    await untilReady(sleeper, () => (looks += 1) === 3, 'SleeperNotReady', runContext());
    expect(looks).toBe(3);
    await stopProcess(sleeper);
  });

  it('fails when it ends before it is ready, with its last words', async () => {
    const sleeper = await sleepingProcess();
    appendFileSync(sleeper.logFile, 'one\n\ngood night\n');
    await stopProcess(sleeper);
    await expect(untilReady(sleeper, () => true, 'SleeperNotReady', runContext())).rejects.toMatchObject({
      code: 'ProcessExited', message: 'sleep ended although the rehearsal needs it. Its last words: one | good night',
    });
  });

  it('fails when it is not ready in time, with the code of what waits for it', async () => {
    const sleeper = await sleepingProcess();
    let minutes = 0;
    const clock = { ...machineClock, nowMillis: () => (minutes += 1) * 60_000 };
    await expect(untilReady(sleeper, () => false, 'SleeperNotReady', runContext({ clock }))).rejects.toMatchObject({
      code: 'SleeperNotReady', message: 'sleep was not ready within 60 seconds.', received: sleeper.logFile,
    });
    await stopProcess(sleeper);
  });
});
