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

/** A scaling that the user is asked to confirm. */
export interface ScaleChange {
  readonly cluster: string;
  readonly region: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas now. */
  readonly from: number;
  /** Replicas after the scaling. */
  readonly to: number;
  /** What Karpenter will most likely launch for it. @default - nothing, or unknown */
  readonly launch?: ExpectedLaunch;
}

/** New nodes, by the plan's estimate. */
export interface ExpectedLaunch {
  /** How many of each instance type. */
  readonly nodes: Readonly<Record<string, number>>;
  /** USD per hour of all of them with their volumes, at list price. */
  readonly pricePerHour: number;
}

/** The result of a scaling. */
export interface ScaleResult {
  /**
   * - `passed`: it is scaled, and with `wait` the pods run, or are gone with their empty nodes;
   * - `failed`: it is scaled, but they do not run, or are not gone, in time;
   * - `declined`: the user said no. Nothing was changed.
   */
  readonly verdict: 'passed' | 'failed' | 'declined';
  readonly cluster: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Replicas before. */
  readonly from: number;
  /** Replicas asked for. */
  readonly to: number;
  /** When it was scaled, by the API server's clock, as ISO 8601 in whole seconds. @default - it was declined */
  readonly scaledAt?: string;
  /** Whether it was followed to its end. */
  readonly isWaited: boolean;
  /** What was done and waited for. A failed step says what the cluster shows. */
  readonly steps: readonly ExerciseStep[];
  /** From scaling to running. Empty without `wait`, and after scaling in. */
  readonly timeline: readonly ExerciseMark[];
  /** Nodes that Karpenter launched for the pods since the scaling. */
  readonly nodes: readonly LaunchedNode[];
}

/** How far to scale, and whether to wait. */
export interface ScaleOptions {
  /** A whole number, 0 or more. */
  readonly replicas: number;
  /** A student's namespace. @default - that of the lab */
  readonly namespace?: string;
  /** Whether to wait until the pods run, or are gone together with the nodes that are empty without them. */
  readonly wait: boolean;
  /** Seconds to wait at most. @default - 300, plus the NodePool's `consolidateAfter` for nodes to go */
  readonly timeoutSeconds?: number;
  /** Called before anything is changed, and only where something would change. */
  readonly confirm: (change: ScaleChange) => Promise<boolean>;
}

/**
 * Scales the exercise's Deployment, as a student does with kubectl, unless the NodePool has no room for so many pods. The scaling
 * stays, even if waiting for the pods fails.
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
 * Scales the Deployment.
 *
 * @returns when, by the API server's clock, as ISO 8601
 *
 * @throws LabError `KubernetesRequestRefused`, and not a failed step: without a scaling there is nothing to follow
 */
async function scaleStep({ api, expectations, recorder }: ExerciseContext, deployment: Deployment): Promise<string> {
  const { namespace, deploymentName: name, replicas } = expectations;
  const scaledAt = await api.scale(DEPLOYMENTS, { namespace, name }, replicas);
  await recorder.step({ title: `Scale ${name} from ${deployment.replicas} to ${counted(replicas, 'replica')}`, command: exerciseCommands(expectations).scale(replicas) }, (step) => {
    step.note(`deployment.apps/${name} scaled`);
  });
  return scaledAt;
}
