import manifest from '../../package.json';
import { readRoster } from '../config/roster';
import { compareVersions } from '../config/versions';
import { type JsonValue, parseJson, textAt } from '../json';
import { LabError } from '../lab-error';
import { runCommand } from '../run-command';
import type { RunContext } from '../run-context';
import { counted } from '../words';
import { type Check, failed, type LocalTools, passed, warned } from './preflight-check';

/** The programs that a shell would find. */
export function localTools(env: Readonly<Record<string, string | undefined>>, { signal }: RunContext): LocalTools {
  const answerOf = async (command: string, ...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { exitCode, stdout } = await runCommand({ command, args, env, workingDirectory: process.cwd() }, { signal });
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
    // Another program has the name kubectl: it counts as none.
    return undefined;
  }
  return textAt(parsed, 'clientVersion', 'gitVersion')?.replace(/^v/, '');
}

/** Whether the class can be opened with its roster: it is read then, and by nothing before. */
export const rosterCheck: Check = {
  name: 'Roster',
  asksAws: false,
  run: async ({ lab, projectDirectory }) => {
    if (lab.class === undefined) return passed('Not needed: the lab has no class.');
    const { rosterFile } = lab.class;
    if (rosterFile === undefined) return passed('The class has none: its seats are known by their own names.');
    try {
      const roster = await readRoster({ ...lab.class, projectDirectory });
      return passed(`${rosterFile} names ${counted(roster.size, 'student')}; the class has ${counted(lab.class.seats.length, 'seat')}.`);
    } catch (error) {
      if (error instanceof LabError) return failed(error.message, error.remedy);
      throw error;
    }
  },
};

/** Whether Node.js is the version that the project states. */
export const nodeCheck: Check = {
  name: 'Node.js',
  asksAws: false,
  run: ({ tools: { node } }) => {
    const wanted = manifest.engines.node.replace(/^>=/, '');
    const evidence = `Node.js ${node}; the lab needs ${wanted} or newer.`;
    return compareVersions(node, wanted) >= 0 ? passed(evidence) : failed(evidence, `Install Node.js ${wanted} or newer: https://nodejs.org.`);
  },
};

/** Minor versions that kubectl may be older or newer than the cluster. */
const ALLOWED_SKEW = 1;

/** Whether kubectl is there, within one minor version of the cluster. */
export const kubectlCheck: Check = {
  name: 'kubectl',
  asksAws: false,
  run: async ({ tools, lab }) => {
    const wanted = lab.cluster.version;
    const found = await tools.kubectl();
    const remedy = `Install kubectl ${wanted}: https://kubernetes.io/docs/tasks/tools/. The class needs it, the deployment does not.`;
    if (found === undefined) return warned('There is no kubectl on this computer.', remedy);
    const skew = Math.abs(minorOf(found) - minorOf(wanted));
    const evidence = `kubectl ${found}, cluster ${wanted}.`;
    return skew <= ALLOWED_SKEW ? passed(evidence) : warned(`${evidence} They are more than one minor version apart, which Kubernetes does not support.`, remedy);
  },
};

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** Whether the AWS CLI is there: the kubeconfig that it writes calls it for each token. */
export const awsCliCheck: Check = {
  name: 'AWS CLI',
  asksAws: false,
  run: async ({ tools }) => {
    const version = await tools.awsCli();
    return version === undefined
      ? warned('There is no AWS CLI on this computer, or it does not run.', 'Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html. kubectl reaches the cluster by `aws eks get-token`; the deployment does not need it.')
      : passed(`AWS CLI ${version}.`);
  },
};
