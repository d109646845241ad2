import { runCommand } from '../lib/run-command';
import { temporaryFolder } from './rehearsal/fake-program';

const base = { env: { PATH: process.env['PATH'] }, workingDirectory: temporaryFolder() };

describe('a command', () => {
  it('gives its output, its errors line by line, and its code', async () => {
    const lines: string[] = [];
    const result = await runCommand({ ...base, command: 'sh', args: ['-c', 'cat; echo one >&2; echo two >&2; exit 3'], input: 'in', onErrorLine: (line) => lines.push(line) });
    expect(result).toEqual({ exitCode: 3, stdout: 'in', stderr: 'one\ntwo' });
    expect(lines).toEqual(['one', 'two']);
  });

  it('fails when there is no such program', async () => {
    await expect(runCommand({ ...base, command: 'no-such-program', args: [] })).rejects.toMatchObject({ code: 'CommandNotStarted' });
  });

  it('ends when it is interrupted, with the reason', async () => {
    const abort = new AbortController();
    const running = runCommand({ ...base, command: 'sleep', args: ['60'] }, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('interrupted')), 50);
    await expect(running).rejects.toThrow('interrupted');
  });
});
