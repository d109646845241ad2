import type { LabView } from '../assembly/lab-view';
import type { StackOutput } from '../assembly/synthesized-stack';
import { LabError } from '../lab-error';
import { runCommand } from '../run-command';
import type { RunContext } from '../run-context';
import type { KubeconfigUpdate } from './deployment-target';

/** Environment variable that the exercise's commands read. */
const NAMESPACE_VARIABLE = 'KARPENTER_NAMESPACE';

/** Outputs of the stack as CloudFormation has them, in the order and with the descriptions of the template. */
export function deployedOutputs({ stack }: LabView, values: Readonly<Record<string, string>>): readonly StackOutput[] {
  return stack.outputs.map((output) => ({ ...output, value: values[output.logicalId] ?? output.value }));
}

/** Arguments by which the AWS CLI adds the cluster to a kubeconfig. */
export function kubeconfigArguments({ stack, cluster }: LabView): readonly string[] {
  return ['eks', 'update-kubeconfig', '--region', stack.region, '--name', cluster.name];
}

/** What a shell needs before it can use the cluster. */
export function accessLines(lab: LabView): readonly string[] {
  return [
    ['aws', ...kubeconfigArguments(lab)].join(' '),
    `export ${NAMESPACE_VARIABLE}=${lab.karpenter.namespace}`,
  ];
}

/** Whose kubeconfig to update, and how. */
export interface UpdateKubeconfigOptions {
  readonly lab: LabView;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Adds the cluster to the kubeconfig by the AWS CLI. The lab is deployed by then, so what goes wrong is told and ends nothing. */
export async function updateKubeconfig({ lab, env }: UpdateKubeconfigOptions, { signal }: RunContext): Promise<KubeconfigUpdate> {
  try {
    const { exitCode, stdout, stderr } = await runCommand({ command: 'aws', args: kubeconfigArguments(lab), env, workingDirectory: process.cwd() }, { signal });
    return exitCode === 0
      ? { isUpdated: true, detail: stdout.trim() }
      : { isUpdated: false, detail: `The AWS CLI did not update the kubeconfig: ${stderr.trim()}` };
  } catch (error) {
    if (error instanceof LabError && error.code === 'CommandNotStarted') {
      return { isUpdated: false, detail: 'The AWS CLI is missing: install it, then run the first of these lines.' };
    }
    throw error;
  }
}
