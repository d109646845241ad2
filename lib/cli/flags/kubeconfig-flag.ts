import type { VerbFlag } from '../verb';

/** `--kubeconfig`: by which kubeconfig a verb reaches the cluster. */
export const kubeconfigFlag: VerbFlag = {
  flags: '--kubeconfig <file>',
  summary: 'kubeconfig whose current context is the lab (default: $KUBECONFIG, or ~/.kube/config)',
};

/** What the user wrote about the kubeconfig. */
export interface KubeconfigFlags {
  /** @default - as kubectl decides it */
  readonly kubeconfig?: string;
}
