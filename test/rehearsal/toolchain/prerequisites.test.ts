import { resolve } from 'node:path';
import { pathShortfall, platformShortfall, rehearsalPrerequisites, type RehearsalPrerequisites } from '../../../lib/rehearsal/toolchain/prerequisites';
import { runContext } from '../../../lib/run-context';
import { fakeProgram, temporaryFolder } from '../fake-program';

const projectDirectory = resolve(__dirname, '../../..');

/** What is found on a PATH with these programs, each given as the lines of its script. */
async function found(programs: Readonly<Record<string, readonly string[]>>): Promise<RehearsalPrerequisites> {
  const folder = temporaryFolder();
  for (const [name, lines] of Object.entries(programs)) fakeProgram(folder, name, ...lines);
  return rehearsalPrerequisites({ projectDirectory, env: { PATH: folder } }, runContext());
}

describe('the prerequisites of a rehearsal', () => {
  it('are met by a new Go and a new Python', async () => {
    expect(await found({ go: ['echo go1.27.0'], python3: ['echo 3.12.1'] })).toEqual({
      go: { isMet: true, command: 'go', version: '1.27.0' },
      python: { isMet: true, command: 'python3', version: '3.12.1' },
    });
  });

  it('count the Go that is installed, and none that Go would download', async () => {
    const { go } = await found({ go: ['[ "$GOTOOLCHAIN" = local ] && echo go1.26.6 || echo go9.9.9'] });
    expect(go).toMatchObject({ isMet: true, version: '1.26.6' });
  });

  it('take a Python of another name when python3 is too old', async () => {
    const { python } = await found({ python3: ['echo 3.9.2'], 'python3.11': ['echo 3.11.7'] });
    expect(python).toEqual({ isMet: true, command: 'python3.11', version: '3.11.7' });
  });

  it.each([['darwin', 'arm64'], ['win32', 'x64'], ['linux', 'arm64']])('fail on %s on %s, whatever is installed', (platform, architecture) => {
    expect(platformShortfall(platform, architecture)).toMatchObject({ code: 'PlatformUnsupported', received: `${platform} on ${architecture}` });
  });

  it.each([['/home/kim/my lab'], ['/home/kim,lee/lab'], ['/home/kim/tab\there']])('fail in the folder %p', (path) => {
    expect(pathShortfall('/home/kim/lab', path)).toMatchObject({ code: 'PathUnsuitable', received: path });
  });

  it('do not mind other characters of a path', () => {
    expect(pathShortfall('/home/김/lab&$\'#%', '/home/kim/.cache')).toBeUndefined();
  });

  it('fail when go is there and does not work, with its reason', async () => {
    const { go } = await found({ go: ['echo "cannot find GOROOT" >&2', 'exit 2'] });
    expect(go).toMatchObject({ isMet: false, error: { code: 'GoBroken', received: 'cannot find GOROOT' } });
  });

  it('are looked for on Linux on x86-64', () => {
    expect(platformShortfall('linux', 'x64')).toBeUndefined();
  });

  it('fail when nothing is installed, and say what to install', async () => {
    const { go, python } = await found({});
    expect(go).toMatchObject({ isMet: false, error: { code: 'GoMissing', remedy: expect.stringContaining('https://go.dev/doc/install') } });
    expect(python).toMatchObject({ isMet: false, error: { code: 'PythonMissing', remedy: expect.stringContaining('3.11 or newer') } });
  });

  it('fail when what is installed is too old, and say which version that is', async () => {
    const { go, python } = await found({ go: ['echo go1.24.2'], python3: ['echo 3.10.0'] });
    expect(go).toMatchObject({ isMet: false, error: { code: 'GoTooOld', received: '1.24.2', message: expect.stringMatching(/1\.26\.6 or newer.* 1\.24\.2/) } });
    expect(python).toMatchObject({ isMet: false, error: { code: 'PythonTooOld', received: '3.10.0' } });
  });

  it('fail when Python cannot make virtual environments', async () => {
    const { python } = await found({ python3: ['echo 3.12.1', 'echo "No module named ensurepip" >&2', 'exit 1'] });
    expect(python).toMatchObject({ isMet: false, error: { code: 'PythonVenvMissing', received: 'No module named ensurepip', remedy: expect.stringContaining('python3-venv') } });
  });
});
