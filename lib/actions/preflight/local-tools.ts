import { LabError } from '../../lab-error';
import { parseJson, textAt, type JsonValue } from '../../assembly/json';
import { runCommand } from '../../rehearsal/process/run-command';

/** Versions of the programs on this computer. */
export interface LocalTools {
  /** Such as `20.19.4`. */
  readonly node: string;
  /** Such as `1.35.2`. Undefined where kubectl is missing or does not answer. */
  readonly kubectl: () => Promise<string | undefined>;
  /** Such as `2.31.0`. Undefined where the AWS CLI is missing or does not answer. */
  readonly awsCli: () => Promise<string | undefined>;
}

/** The programs that a shell would find. */
export function localTools(env: Readonly<Record<string, string | undefined>>, signal?: AbortSignal): LocalTools {
  const answerOf = async (command: string, ...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { exitCode, stdout } = await runCommand({ command, args, env, workingDirectory: process.cwd(), signal });
      return exitCode === 0 ? stdout : undefined;
    } catch (error) {
      if (error instanceof LabError && error.code === 'CommandNotStarted') return undefined;
      throw error;
    }
  };
  return {
    node: process.versions.node,
    kubectl: async () => kubectlVersion(await answerOf('kubectl', 'version', '--client', '--output=json')),
    awsCli: async () => /^aws-cli\/(\d+\.\d+\.\d+)/.exec((await answerOf('aws', '--version')) ?? '')?.[1],
  };
}

function kubectlVersion(answer: string | undefined): string | undefined {
  if (answer === undefined) return undefined;
  let parsed: JsonValue;
  try {
    parsed = parseJson(answer);
  } catch {
    // Something else is called kubectl: as good as none.
    return undefined;
  }
  return textAt(parsed, 'clientVersion', 'gitVersion')?.replace(/^v/, '');
}
