import { helmCharts, objectsOfKind } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { SynthesizedStack } from '../assembly/synthesized-stack';
import { AwsRequestFailed } from '../aws/aws-failure';
import { deployedTemplate } from '../aws/deployed-lab';
import type { LabAws } from '../aws/lab-aws';
import { DEPLOYMENTS } from '../kubernetes/core-kinds';
import { LabError } from '../lab-error';

/** Something to know before a lab that is deployed is changed. */
export interface DeploymentWarning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Namespaces that a stack puts something into. */
interface LabNamespaces {
  /** @default - the stack has no chart of Karpenter's */
  readonly karpenter?: string;
  /** @default - the stack has no exercise */
  readonly exercise?: string;
}

/**
 * Compares the namespaces of a lab that is deployed with those that it would get. CloudFormation sees a changed property there.
 * Helm and kubectl see a new namespace: they install once more, and leave the old one as it is.
 *
 * @returns what would stay behind; a deployed lab that cannot be read is told too
 * @throws LabError `KarpenterNamespaceChanged`: two Karpenters would run
 */
export async function checkNamespaces(aws: LabAws, lab: LabView): Promise<readonly DeploymentWarning[]> {
  const now: LabNamespaces = { karpenter: lab.karpenter.namespace, exercise: lab.exercise.metadata.namespace };
  let deployed: LabNamespaces;
  try {
    deployed = await deployedNamespaces(aws, lab);
  } catch (error) {
    // The rights of the CDK's roles are enough for a deployment, and the template of another version may read otherwise.
    const isReadable = error instanceof LabError && (!(error instanceof AwsRequestFailed) || error.code === 'AwsAccessDenied');
    if (!isReadable) throw error;
    return [{
      code: 'NamespacesNotCompared',
      message: `Whether karpenter.namespace or inflate.namespace has changed since the lab was deployed is not known: ${error.message}`,
      remedy: 'If one has, set it back, or run `npm run lab -- teardown` first.',
    }];
  }
  if (deployed.karpenter !== undefined && deployed.karpenter !== now.karpenter) throw karpenterMoved(deployed.karpenter, lab);
  return deployed.exercise === undefined || deployed.exercise === now.exercise ? [] : [exerciseMoved(deployed.exercise, lab)];
}

async function deployedNamespaces({ cloudFormation }: LabAws, lab: LabView): Promise<LabNamespaces> {
  const { stackName, region } = lab.stack;
  const stack = new SynthesizedStack({ stackName, region, template: await deployedTemplate(cloudFormation, stackName) });
  return {
    karpenter: helmCharts(stack).find(({ name }) => name === lab.karpenter.name)?.namespace,
    exercise: objectsOfKind(stack, DEPLOYMENTS).find(({ metadata }) => metadata.name === lab.exercise.metadata.name)?.metadata.namespace,
  };
}

function karpenterMoved(from: string, { karpenter: { namespace }, stack: { stackName } }: LabView): LabError {
  return new LabError({
    code: 'KarpenterNamespaceChanged',
    message: `Karpenter of stack ${stackName} runs in namespace ${from}. Helm would install a second one in ${namespace} and leave the first, which nothing removes: two controllers for the same nodes.`,
    received: namespace,
    remedy: `Set karpenter.namespace back to ${from}; or run \`npm run lab -- teardown\`, then deploy again.`,
  });
}

function exerciseMoved(from: string, { exercise: { metadata: { name, namespace = '' } } }: LabView): DeploymentWarning {
  return {
    code: 'ExerciseNamespaceChanged',
    message: `The exercise moves from namespace ${from} to ${namespace}. Namespace ${from} stays, with Deployment ${name} and what students made there: its pods run on, and their nodes are billed, beside those in ${namespace}.`,
    remedy: `Set inflate.namespace back to ${from} to stay there. Else, after the deployment and when nobody needs what is in it: \`kubectl delete namespace ${from}\`.`,
  };
}
