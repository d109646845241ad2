import type { Check } from './check';
import { passed, warned } from './finding';

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
