import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudentDesk, type TypedBlock } from '../../../lib/exercise/class/student-desk';
import { runContext } from '../../../lib/run-context';
import { temporaryFolder } from '../../rehearsal/fake-program';

const projectDirectory = temporaryFolder();
const folder = join(temporaryFolder(), 'desks', 'student-007');

function desk(hasJq = true): StudentDesk {
  const environment = { PATH: process.env['PATH'] ?? '', AWS_ACCESS_KEY_ID: 'instructor', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', KUBECONFIG: '/instructor', HOME: '/instructor', KARPENTER_LAB_REHEARSAL: '/r' };
  return new StudentDesk({ seat: 'student-007', kubeconfig: '/own', folder, karpenterNamespace: 'karpenter', terminal: { projectDirectory, environment }, hasJq }, runContext());
}

describe('a desk of a student', () => {
  test('has a folder, a home and a kubeconfig of its own, and no keys of AWS', async () => {
    const { output } = await desk().type({ command: 'pwd; echo "$HOME $KUBECONFIG $KARPENTER_NAMESPACE $KARPENTER_LAB_REHEARSAL"; env | grep -c AWS || true' });
    expect(output.split('\n')).toEqual([folder, `${folder} /own karpenter /r`, '0']);
  });

  test('shows output and errors as a terminal does, one after the other', async () => {
    expect(await desk().type({ command: 'echo one\necho two >&2\necho three' })).toMatchObject({ seat: 'student-007', exitCode: 0, output: 'one\ntwo\nthree' });
  });

  test('keeps files from one block to the next', async () => {
    await desk().type({ command: "cat <<'EoF' > a.yaml\nreplicas: 0  # $HOME\nEoF" });
    expect((await desk().type({ command: 'cat a.yaml' })).output).toBe('replicas: 0  # $HOME');
    expect(existsSync(join(folder, 'a.yaml'))).toBe(true);
  });

  test('types no further than to the command that fails', async () => {
    expect(await desk().type({ command: 'echo one\nfalse\necho two' })).toMatchObject({ exitCode: 1, output: 'one' });
    const typed: TypedBlock[] = [];
    const failed = await desk().typeAll([{ command: 'echo a' }, { command: 'exit 3' }, { command: 'echo b' }], (block) => typed.push(block));
    expect(failed).toMatchObject({ command: 'exit 3', exitCode: 3 });
    expect(typed.map(({ command }) => command)).toEqual(['echo a', 'exit 3']);
  });

  test('expects a refusal where the guide shows one, and fails when there is none', async () => {
    const shown = 'Error from server (Forbidden): secrets is forbidden';
    expect(await desk().typeAll([{ command: 'exit 1', shown }, { command: 'echo on' }])).toBeUndefined();
    expect(await desk().typeAll([{ command: 'echo allowed', shown }])).toMatchObject({ output: 'allowed' });
  });

  test('leaves jq out where there is none', async () => {
    expect((await desk(false).type({ command: 'echo 1 | jq -s\necho 2' })).output).toBe('1\n2');
  });
});
