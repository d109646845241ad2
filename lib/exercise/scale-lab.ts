import type { LabView } from '../assembly/lab-view';
import { DEPLOYMENTS, type Deployment, NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import { ignoreProgress, type ProgressListener } from '../progress';
import { type LabConnection, onLab } from './connected-lab';
import { exerciseCommands } from './exercise-commands';
import { expectationsOf, type ExerciseExpectations } from './expectations';
import { StepRecorder } from './step-recorder';
import { counted } from '../words';
import { checkRoom, type ReplicaRoom } from './replica-room';
import { followDown, followUp } from './follow-scaling';
import type { ExpectedLaunch, ScaleChange, ScaleContext, ScaleResult } from './scale-result';

/** How far to scale, and whether to see it through. */
export interface ScaleOptions {
  /** A whole number from 0. */
  readonly replicas: number;
  /** A student's namespace. @default - that of the lab */
  readonly namespace?: string;
  /** Whether to follow it until the pods run, or are gone together with the nodes that they leave empty. */
  readonly wait: boolean;
  /** Seconds to wait at most. @default - 300, and the NodePool's `consolidateAfter` besides where nodes go */
  readonly timeoutSeconds?: number;
  /** Asked before anything is changed, and only where something is to be. */
  readonly confirm: (change: ScaleChange) => Promise<boolean>;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. What was scaled stays scaled. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Scales the exercise's Deployment, as a student does with kubectl, unless the NodePool's limits cannot hold so many pods.
 *
 * @throws what {@link onLab} throws; LabError `DeploymentMissing`, `NodePoolMissing`, `NodeSelectorUnserved` or `ReplicasBeyondLimits` before anything is changed
 */
export async function scaleLab(options: ScaleOptions & LabConnection): Promise<ScaleResult> {
  return onLab(options, ({ lab, api }) => scaleOn(api, lab, options));
}

/** {@link scaleLab} on a cluster that is already connected. */
export async function scaleOn(api: KubernetesApi, lab: LabView, options: ScaleOptions): Promise<ScaleResult> {
  const { replicas, signal } = options;
  const own = expectationsOf(lab, replicas);
  const expectations: ExerciseExpectations = { ...own, namespace: options.namespace ?? own.namespace };
  const deployment = await presentDeployment(api, expectations);
  const room = replicas > deployment.replicas ? await checkRoom(api, lab, deployment, replicas) : undefined;
  const outline = {
    cluster: expectations.clusterName,
    namespace: expectations.namespace,
    deploymentName: expectations.deploymentName,
    from: deployment.replicas,
    to: replicas,
  };
  if (replicas !== deployment.replicas && !await options.confirm({ ...outline, region: expectations.region, launch: expectedLaunch(room) })) {
    return { ...outline, verdict: 'declined', isWaited: false, steps: [], timeline: [], nodes: [] };
  }

  const recorder = new StepRecorder(options.onProgress ?? ignoreProgress, signal);
  const context: ScaleContext = { api, expectations, deployment, recorder, signal, timeoutSeconds: options.timeoutSeconds };
  const followed = !options.wait
    ? { scaledAt: await scaleStep(context), timeline: [], nodes: [] }
    : replicas < deployment.replicas ? await followDown(context, scaleStep) : await followUp(context, scaleStep);
  return {
    ...followed,
    ...outline,
    verdict: recorder.verdict,
    isWaited: options.wait,
    steps: recorder.steps,
  };
}

function expectedLaunch(room: ReplicaRoom | undefined): ExpectedLaunch | undefined {
  if (room?.newNodesPerHour === undefined || Object.keys(room.newNodes).length === 0) return undefined;
  return { nodes: room.newNodes, pricePerHour: room.newNodesPerHour };
}

async function presentDeployment(api: KubernetesApi, expectations: ExerciseExpectations): Promise<Deployment> {
  const { namespace, deploymentName: name } = expectations;
  const deployment = await api.get(DEPLOYMENTS, { namespace, name });
  if (deployment !== undefined) return deployment;
  const { deploy, namespaceAndDeploy } = exerciseCommands(expectations);
  const isNamespaceThere = await api.get(NAMESPACES, { name: namespace }) !== undefined;
  throw new LabError({
    code: 'DeploymentMissing',
    message: `There is no Deployment ${name} in namespace ${namespace} to scale.`,
    received: `${namespace}/${name}`,
    remedy: `Give the namespace of the student with --namespace, or make it: ${isNamespaceThere ? deploy : namespaceAndDeploy}.`,
  });
}

/**
 * Scales, and gives back when.
 *
 * @throws LabError `KubernetesRequestRefused`: where the scaling itself is refused, there is nothing to follow
 */
async function scaleStep({ api, expectations, deployment, recorder }: ScaleContext): Promise<string> {
  const { namespace, deploymentName: name, replicas } = expectations;
  const scaledAt = await api.scale(DEPLOYMENTS, { namespace, name }, replicas);
  await recorder.step({ title: `Scale ${name} from ${deployment.replicas} to ${counted(replicas, 'replica')}`, command: exerciseCommands(expectations).scale(replicas) }, (step) => {
    step.note(`deployment.apps/${name} scaled`);
  });
  return scaledAt;
}
