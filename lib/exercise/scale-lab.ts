import type { LabView } from '../assembly/lab-view';
import { type Deployment, DEPLOYMENTS, NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { counted } from '../words';
import { type LabConnection, onLab } from './connected-lab';
import { SCALING_SECONDS } from './deadlines';
import { type ExerciseContext, exerciseContext, watching } from './exercise-context';
import { exerciseCommands } from './exercise-commands';
import type { ExerciseMark, ExerciseStep, LaunchedNode } from './exercise-result';
import { type ExerciseExpectations, expectationsOf } from './expectations';
import { followDown, followUp, WHOLE_CLUSTER } from './follow-scaling';
import { checkRoom, type ReplicaRoom } from './replica-room';

/** A scaling, before it is made. */
export interface ScaleChange {
  readonly cluster: string;
  readonly region: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas now. */
  readonly from: number;
  /** Replicas then. */
  readonly to: number;
  /** What Karpenter will most likely launch for it. @default - nothing, or nobody can tell */
  readonly launch?: ExpectedLaunch;
}

/** New nodes, as the plan estimates them. */
export interface ExpectedLaunch {
  /** How many of each instance type. */
  readonly nodes: Readonly<Record<string, number>>;
  /** USD per hour of all of them with their volumes, at list price. */
  readonly pricePerHour: number;
}

/** What a scaling came to. */
export interface ScaleResult {
  /**
   * - `passed`: it is scaled, and what was waited for came;
   * - `failed`: what was waited for did not come;
   * - `declined`: the user did not want it. Nothing was changed.
   */
  readonly verdict: 'passed' | 'failed' | 'declined';
  readonly cluster: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas before. */
  readonly from: number;
  /** Replicas that were asked for. */
  readonly to: number;
  /** When, by the API server's clock, as ISO 8601 in whole seconds. @default - it was declined */
  readonly scaledAt?: string;
  /** Whether it was followed to its end. */
  readonly isWaited: boolean;
  /** What was done and waited for; a failure has what the cluster says of it. */
  readonly steps: readonly ExerciseStep[];
  /** From scaling to running. Empty where nothing was waited for, and where pods went. */
  readonly timeline: readonly ExerciseMark[];
  /** Nodes that Karpenter launched since the scaling and that run the pods. */
  readonly nodes: readonly LaunchedNode[];
}

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
}

/**
 * Scales the exercise's Deployment, as a student does with kubectl, unless the NodePool's limits cannot hold so many pods. What
 * was scaled stays scaled, whatever follows.
 *
 * @throws what {@link onLab} throws; LabError `DeploymentMissing`, `NodePoolMissing`, `NodeSelectorUnserved` or `ReplicasBeyondLimits` before anything is changed
 */
export async function scaleLab(options: ScaleOptions & LabConnection, run: RunContext): Promise<ScaleResult> {
  return onLab(options, run, ({ lab, api }) => scaleOn(api, lab, options, run));
}

/** {@link scaleLab} on a cluster that is already connected. */
export async function scaleOn(api: KubernetesApi, lab: LabView, options: ScaleOptions, run: RunContext): Promise<ScaleResult> {
  const { replicas, timeoutSeconds } = options;
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

  const context = exerciseContext(api, { expectations, deadlines: { consolidatedSeconds: SCALING_SECONDS } }, run);
  const following = { scale: () => scaleStep(context, deployment), timeoutSeconds };
  const followed = !options.wait
    ? { scaledAt: await following.scale(), timeline: [], nodes: [] }
    : replicas < deployment.replicas
      ? await watching(context, deployment, (exercise) => followDown(exercise, following), WHOLE_CLUSTER)
      : await watching(context, deployment, (exercise) => followUp(exercise, following));
  return {
    ...followed,
    ...outline,
    verdict: context.recorder.verdict,
    isWaited: options.wait,
    steps: context.recorder.steps,
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
async function scaleStep({ api, expectations, recorder }: ExerciseContext, deployment: Deployment): Promise<string> {
  const { namespace, deploymentName: name, replicas } = expectations;
  const scaledAt = await api.scale(DEPLOYMENTS, { namespace, name }, replicas);
  await recorder.step({ title: `Scale ${name} from ${deployment.replicas} to ${counted(replicas, 'replica')}`, command: exerciseCommands(expectations).scale(replicas) }, (step) => {
    step.note(`deployment.apps/${name} scaled`);
  });
  return scaledAt;
}
