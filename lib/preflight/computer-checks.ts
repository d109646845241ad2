import manifest from '../../package.json';
import { type Check, failed, passed, warned } from './preflight-check';

/** Whether Node.js is the version that the project states. */
export const nodeCheck: Check = {
  name: 'Node.js',
  asksAws: false,
  run: ({ tools: { node } }) => {
    const wanted = manifest.engines.node.replace(/^>=/, '');
    const evidence = `Node.js ${node}; the lab needs ${wanted} or newer.`;
    return isAtLeast(node, wanted) ? passed(evidence) : failed(evidence, `Install Node.js ${wanted} or newer: https://nodejs.org.`);
  },
};

function isAtLeast(version: string, wanted: string): boolean {
  const theirs = wanted.split('.').map(Number);
  const difference = version.split('.').map((part, index) => Number(part) - (theirs[index] ?? 0)).find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

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
