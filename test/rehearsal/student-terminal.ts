import { execFileSync } from 'node:child_process';
import { dirname, join, delimiter } from 'node:path';
import { readState, type RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { temporaryFolder } from './fake-program';
import { writeJqStandIn } from './jq-stand-in';

/** A terminal in which a student has typed what `lab rehearse` prints, with the real kubectl on its PATH. */
export class StudentTerminal {
  private readonly env: NodeJS.ProcessEnv;

  constructor(projectDirectory: string, { name, kubeconfig, karpenterNamespace }: RehearsalRecord) {
    const kubectl = readState(rehearsalPaths(projectDirectory, name).recordFile)?.kubectl ?? '';
    const folder = temporaryFolder();
    this.env = {
      // The stand-in comes last, so that a jq that is installed comes before it.
      PATH: [dirname(kubectl), process.env['PATH'] ?? '', writeJqStandIn(folder)].join(delimiter),
      HOME: join(folder, 'home'),
      KUBECONFIG: kubeconfig,
      KARPENTER_NAMESPACE: karpenterNamespace,
    };
  }

  /**
   * Types a command, and gives what it prints.
   *
   * @throws where it ends with another code than 0, with what it printed
   */
  type(command: string): string {
    return execFileSync('bash', ['-o', 'pipefail', '-c', command], { env: this.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Types a command that fails, and gives what it prints. */
  typeInVain(command: string): string {
    try {
      this.type(command);
    } catch (error) {
      return String((error as { readonly stderr?: string }).stderr);
    }
    throw new Error(`it did not fail: ${command}`);
  }

  /** Types a command again and again until what it prints is as it should be, for as long as a student would look. */
  async typeUntil(command: string, isAsItShould: (output: string) => boolean, seconds: number): Promise<string> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const output = this.type(command);
      if (isAsItShould(output)) return output;
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${command} still prints ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
