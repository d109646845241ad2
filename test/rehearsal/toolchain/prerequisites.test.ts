import { resolve } from 'node:path';
import { lookForPython, pathShortfall, type Prerequisite } from '../../../lib/rehearsal/toolchain/prerequisites';
import { runContext } from '../../../lib/run-context';
import { fakeProgram, temporaryFolder } from '../fake-program';

const projectDirectory = resolve(__dirname, '../../..');

/** What is found on a PATH with these programs, each given as the lines of its script. */
async function found(programs: Readonly<Record<string, readonly string[]>>): Promise<Prerequisite> {
  const folder = temporaryFolder();
  for (const [name, lines] of Object.entries(programs)) fakeProgram(folder, name, ...lines);
  return lookForPython({ projectDirectory, env: { PATH: folder } }, runContext());
}

describe('Python, which a rehearsal is built with', () => {
  it('is found when it is new', async () => {
    expect(await found({ python3: ['echo 3.12.1'] })).toEqual({ isMet: true, command: 'python3', version: '3.12.1' });
  });

  it('is found under another name when python3 is too old', async () => {
    expect(await found({ python3: ['echo 3.9.2'], 'python3.11': ['echo 3.11.7'] })).toEqual({ isMet: true, command: 'python3.11', version: '3.11.7' });
  });

  it('fails when it is not installed, and says what to install', async () => {
    expect(await found({})).toMatchObject({ isMet: false, error: { code: 'PythonMissing', remedy: expect.stringContaining('3.11 or newer') } });
  });

  it('fails when it is too old, and says which version that is', async () => {
    expect(await found({ python3: ['echo 3.10.0'] })).toMatchObject({ isMet: false, error: { code: 'PythonTooOld', received: '3.10.0' } });
  });

  it('fails when it cannot make virtual environments', async () => {
    expect(await found({ python3: ['echo 3.12.1', 'echo "No module named ensurepip" >&2', 'exit 1'] }))
      .toMatchObject({ isMet: false, error: { code: 'PythonVenvMissing', received: 'No module named ensurepip', remedy: expect.stringContaining('python3-venv') } });
  });
});

describe('the folder of a lab', () => {
  it.each([['/home/kim/my lab'], ['/home/kim,lee/lab'], ['/home/kim/tab\there']])('fails a rehearsal when it is %p', (path) => {
    expect(pathShortfall('/home/kim/lab', path)).toMatchObject({ code: 'PathUnsuitable', received: path });
  });

  it('may have other characters in its path', () => {
    expect(pathShortfall('/home/김/lab&$\'#%', '/home/kim/.cache')).toBeUndefined();
  });
});
