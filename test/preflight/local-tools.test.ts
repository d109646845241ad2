import { runContext } from '../../lib/run-context';
import { localTools } from '../../lib/preflight/computer-checks';
import { fakeProgram, temporaryFolder } from '../rehearsal/fake-program';

describe('the tools of this computer', () => {
  const toolsIn = (folder: string) => localTools({ PATH: folder }, runContext());

  it('say their versions', async () => {
    const folder = temporaryFolder();
    fakeProgram(folder, 'kubectl', 'echo \'{"clientVersion": {"gitVersion": "v1.35.2"}}\'');
    fakeProgram(folder, 'aws', 'echo aws-cli/2.31.0 Python/3.13.7 Linux/6.1');
    const tools = toolsIn(folder);
    await expect(tools.kubectl()).resolves.toBe('1.35.2');
    await expect(tools.awsCli()).resolves.toBe('2.31.0');
    expect(tools.node).toBe(process.versions.node);
  });

  it('are unknown where they are missing, fail, or say something else', async () => {
    const empty = toolsIn(temporaryFolder());
    await expect(empty.kubectl()).resolves.toBeUndefined();
    await expect(empty.awsCli()).resolves.toBeUndefined();
    const folder = temporaryFolder();
    fakeProgram(folder, 'kubectl', 'echo not json');
    fakeProgram(folder, 'aws', 'exit 127');
    await expect(toolsIn(folder).kubectl()).resolves.toBeUndefined();
    await expect(toolsIn(folder).awsCli()).resolves.toBeUndefined();
  });
});
