import type { LabView } from '../../assembly/lab-view';
import { LabError } from '../../lab-error';
import { runCommand } from '../../rehearsal/process/run-command';
import type { KubeconfigUpdate } from '../deploy-result';
import { kubeconfigArguments } from './access-lines';

/** Whose kubeconfig to update, and how. */
export interface UpdateKubeconfigOptions {
  readonly lab: LabView;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** Adds the cluster to the kubeconfig by the AWS CLI. The lab is deployed by then, so what goes wrong is told and ends nothing. */
export async function updateKubeconfig({ lab, env, signal }: UpdateKubeconfigOptions): Promise<KubeconfigUpdate> {
  try {
    const { exitCode, stdout, stderr } = await runCommand({ command: 'aws', args: kubeconfigArguments(lab), env, workingDirectory: process.cwd(), signal });
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
