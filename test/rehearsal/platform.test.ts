import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { goTarget, platformShortfall, processTable, psTable, REHEARSAL_PLATFORMS, runsLayerPrograms } from '../../lib/rehearsal/platform';
import { stopProcess } from '../../lib/rehearsal/process/stop-process';
import { sleepingProcess } from './sleeping-process';


describe('a rehearsal', () => {
  it.each([['linux', 'x64'], ['linux', 'arm64'], ['darwin', 'x64'], ['darwin', 'arm64']])('runs on %s on %s', (system, architecture) => {
    expect(platformShortfall({ system, architecture })).toBeUndefined();
  });

  it.each([['win32', 'x64'], ['linux', 'ia32'], ['freebsd', 'arm64']])('fails on %s on %s, whatever is installed', (system, architecture) => {
    expect(platformShortfall({ system, architecture })).toMatchObject({ code: 'PlatformUnsupported', received: `${system} on ${architecture}` });
  });

  it('takes kubectl and helm from the layer where its programs run, and builds them elsewhere', () => {
    expect(REHEARSAL_PLATFORMS.filter(runsLayerPrograms)).toEqual([{ system: 'linux', architecture: 'x64' }]);
  });

  it('has programs that Go builds for each computer', () => {
    expect(REHEARSAL_PLATFORMS.map(goTarget)).toEqual([
      { GOOS: 'linux', GOARCH: 'amd64' }, { GOOS: 'linux', GOARCH: 'arm64' }, { GOOS: 'darwin', GOARCH: 'amd64' }, { GOOS: 'darwin', GOARCH: 'arm64' },
    ]);
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

  it('says how much memory a process holds, and none for one that nobody has', () => {
    expect(table.residentMebibytes(process.pid)).toBeGreaterThan(20);
    expect(table.residentMebibytes(process.pid)).toBeLessThan(20_000);
    expect(table.residentMebibytes(2 ** 30)).toBe(0);
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
