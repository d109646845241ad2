import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../lib/rehearsal/process/lock-file';
import { stopProcess } from '../../../lib/rehearsal/process/stop-process';
import { temporaryFolder } from '../fake-program';
import { sleepingProcess } from '../sleeping-process';

describe('a lock', () => {
  it('lets one in after the other', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    let inside = 0;
    const enter = async (): Promise<void> => withLock(file, { deadlineSeconds: 10 }, {}, async () => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    });
    await Promise.all([enter(), enter(), enter()]);
    expect(existsSync(file)).toBe(false);
  });

  it('of a process that has ended counts for nothing', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.lock');
    const sleeper = await sleepingProcess();
    await stopProcess(sleeper);
    writeFileSync(file, JSON.stringify(sleeper));
    await expect(withLock(file, { deadlineSeconds: 5 }, {}, () => Promise.resolve('in'))).resolves.toBe('in');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given back when what it guards fails', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    await expect(withLock(file, { deadlineSeconds: 5 }, {}, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(existsSync(file)).toBe(false);
  });

  it('of somebody else is left alone when what it guards ends', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    await withLock(file, { deadlineSeconds: 5 }, {}, () => {
      writeFileSync(file, JSON.stringify({ pid: process.pid, startTicks: 0, id: 'another' }));
      return Promise.resolve();
    });
    expect(existsSync(file)).toBe(true);
  });

  it('fails where nothing can be written, and names the folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(withLock(join(folder, 'file', 'a.lock'), { deadlineSeconds: 5 }, {}, () => Promise.resolve()))
      .rejects.toMatchObject({ code: 'FolderNotWritable', received: join(folder, 'file') });
  });

  it('fails when another process holds it for too long', async () => {
    const file = join(temporaryFolder(), 'a.lock');
    const sleeper = await sleepingProcess();
    writeFileSync(file, JSON.stringify(sleeper));
    const holders: number[] = [];
    await expect(withLock(file, { deadlineSeconds: 0.3, onWait: (pid) => holders.push(pid) }, {}, () => Promise.resolve()))
      .rejects.toMatchObject({ code: 'LockHeld' });
    expect(holders).toEqual([sleeper.pid]);
    await stopProcess(sleeper);
  });
});
