import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platformShortfall, processTable, psTable, runsLayerPrograms } from '../../lib/rehearsal/platform';
import { stopProcess } from '../../lib/rehearsal/process/stop-process';
import { sleepingProcess } from './sleeping-process';

const SUPPORTED = [['linux', 'x64'], ['linux', 'arm64'], ['darwin', 'x64'], ['darwin', 'arm64']];

describe('a rehearsal', () => {
  it.each(SUPPORTED)('runs on %s on %s', (platform, architecture) => {
    expect(platformShortfall(platform, architecture)).toBeUndefined();
  });

  it.each([['win32', 'x64'], ['linux', 'ia32'], ['freebsd', 'arm64']])('fails on %s on %s, whatever is installed', (platform, architecture) => {
    expect(platformShortfall(platform, architecture)).toMatchObject({ code: 'PlatformUnsupported', received: `${platform} on ${architecture}` });
  });

  it('takes kubectl and helm from the layer where its programs run, and builds them elsewhere', () => {
    expect(SUPPORTED.filter(([platform, architecture]) => runsLayerPrograms(platform, architecture))).toEqual([['linux', 'x64']]);
  });
});

// macOS has the table of ps only. Its flag for the environment is another one there, and all else is the same.
describe.each([['of this computer', processTable()], ['that ps shows', psTable('xwwe')]])('the table of processes %s', (_name, table) => {
  it('finds a process by its environment, and says which program it is', async () => {
    const sleeper = await sleepingProcess({ LAB_OF_A_TEST: '/lab/one', OTHER: 'a b' });
    const found = table.withVariable('LAB_OF_A_TEST');
    expect(found).toEqual([{
      pid: sleeper.pid, startTicks: table.startTicks(sleeper.pid), value: '/lab/one', program: expect.stringMatching(/^\/.*bin\/sleep$|coreutils/), name: expect.stringContaining(`(${sleeper.pid})`),
    }]);
    await stopProcess(sleeper);
    expect(table.withVariable('LAB_OF_A_TEST')).toEqual([]);
  });

  it('tells the same start at every look, and none for an id that nobody has', () => {
    expect(table.startTicks(process.pid)).toBeGreaterThan(0);
    expect(table.startTicks(process.pid)).toBe(table.startTicks(process.pid));
    expect(table.startTicks(2 ** 30)).toBeUndefined();
  });

  it('counts a process as ended whose parent has not noticed yet', async () => {
    // The shell becomes a sleep, which never asks for its child.
    const parent = spawn('/bin/sh', ['-c', '/bin/sleep 0.3 & echo $!; exec /bin/sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = await once(parent.stdout, 'data') as [Buffer];
    const child = Number(output.toString());
    await new Promise((done) => { setTimeout(done, 1000); });
    expect(() => process.kill(child, 0)).not.toThrow();
    expect(table.startTicks(child)).toBeUndefined();
    parent.kill('SIGKILL');
  });
});
