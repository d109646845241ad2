import type { LabView } from '../../assembly/lab-view';
import type { StackOutput } from '../../assembly/synthesized-stack';

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
