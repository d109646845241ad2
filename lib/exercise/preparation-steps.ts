import { type JsonObject, objectAt, textAt } from '../json';
import { type Deployment, DEPLOYMENTS, NAMESPACES, NODES } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LiveList } from '../kubernetes/live-list';
import { isTrue } from '../kubernetes/objects';
import { waitFor } from '../wait-for';
import { NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed } from '../words';
import { diagnoseReadiness, labelLines } from './diagnosis';
import { exerciseCommands } from './exercise-commands';
import type { ExerciseWatch } from './exercise-watch';
import type { ExerciseExpectations } from './expectations';
import { type ExerciseContext, exerciseFailed, type RunningStep } from './step-recorder';

/** Makes sure that the Deployment is there. */
export async function deploymentStep({ api, expectations, recorder, signal }: ExerciseContext): Promise<Deployment | undefined> {
  let deployment: Deployment | undefined;
  await recorder.step({ title: 'Deploy the application with 0 replicas', command: exerciseCommands(expectations).deploy }, async (step) => {
    deployment = await ensureDeployment(api, expectations, step, signal);
  });
  return deployment;
}

/** Sees that Karpenter has a NodePool that can launch nodes for the pods. */
export async function karpenterStep({ api, expectations, recorder, deadlines, signal }: ExerciseContext): Promise<void> {
  const { nodePoolName, nodeClassName, nodeSelector } = expectations;
  await recorder.step({ title: 'Karpenter is ready to launch nodes', command: exerciseCommands(expectations).karpenter }, async (step) => {
    const nodePools = await LiveList.start(api, NODE_POOLS, { fieldSelector: `metadata.name=${nodePoolName}` });
    const nodeClasses = await LiveList.start(api, EC2_NODE_CLASSES, { fieldSelector: `metadata.name=${nodeClassName}` });
    try {
      await waitFor(() => [nodePools.items[0], nodeClasses.items[0]].every((object) => object !== undefined && isTrue(object, 'Ready')), {
        what: `NodePool ${nodePoolName} and EC2NodeClass ${nodeClassName} are Ready`,
        deadlineSeconds: deadlines.readySeconds,
        on: [nodePools, nodeClasses],
        describeMissing: () => diagnoseReadiness(api, expectations),
        signal,
      });
      step.note(`NodePool ${nodePoolName} and EC2NodeClass ${nodeClassName} are Ready, with ${counted(nodeClasses.items[0]?.subnetIds.length ?? 0, 'subnet')}`);
      step.note(...labelLines(nodePools.items, nodeSelector));
    } finally {
      nodePools.stop();
      nodeClasses.stop();
    }
  });
}

/** Shows the nodes before the exercise, and clears away pods and nodes that an earlier run left. */
export async function nodesBeforeStep(context: ExerciseContext, watch: ExerciseWatch): Promise<void> {
  const { api, expectations, recorder } = context;
  await recorder.step({ title: 'Look at the nodes before', command: exerciseCommands(expectations).nodesBefore }, async (step) => {
    await clearPods(context, watch, step);
    await clearNodes(context, watch, step);
    const { items } = await api.list(NODES, {});
    const launched = items.filter(({ metadata }) => NODE_POOL_LABEL in metadata.labels);
    step.note(`${counted(items.length, 'node')}, ${launched.length} of them launched by Karpenter, none for these pods`);
  });
}

async function clearPods({ api, expectations, deadlines, signal }: ExerciseContext, watch: ExerciseWatch, step: RunningStep): Promise<void> {
  const { namespace, deploymentName } = expectations;
  const deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
  if ((deployment?.replicas ?? 0) > 0) {
    await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0);
    step.note(`${deploymentName} was scaled from ${deployment?.replicas ?? 0} to 0 replicas to begin with`);
  }
  await waitFor(() => watch.pods.items.length === 0, {
    what: `the pods of an earlier run of ${deploymentName} are gone`,
    deadlineSeconds: deadlines.clearedSeconds,
    on: [watch.pods],
    describeMissing: () => watch.pods.items.map(({ metadata, phase }) => `Pod ${metadata.name} is ${phase}`),
    onProgress: () => step.news(`${counted(watch.pods.items.length, 'pod')} of an earlier run still there`),
    signal,
  });
}

/**
 * Nodes that the pods could run on would leave Karpenter nothing to launch. Their NodeClaims are deleted: to wait until they
 * are consolidated away would take a minute and show nothing of this run.
 */
async function clearNodes({ api, deadlines, signal }: ExerciseContext, watch: ExerciseWatch, step: RunningStep): Promise<void> {
  if (watch.nodes.items.length === 0) return;
  const names = (): string => listed(watch.nodes.items.map(({ metadata }) => metadata.name));
  step.note(`nodes of an earlier run: ${names()}; their NodeClaims were deleted, so that Karpenter ends them`);
  const nodeNames = new Set(watch.nodes.items.map(({ metadata }) => metadata.name));
  for (const { metadata, nodeName } of (await api.list(NODE_CLAIMS, {})).items) {
    if (nodeName !== undefined && nodeNames.has(nodeName)) await api.delete(NODE_CLAIMS, { name: metadata.name });
  }
  await waitFor(() => watch.nodes.items.length === 0, {
    what: 'the nodes of an earlier run are gone, so that a new one can be launched',
    deadlineSeconds: deadlines.clearedSeconds,
    on: [watch.nodes],
    describeMissing: () => [`Still there: ${names()}`],
    onProgress: () => step.news(`waiting for the end of ${names()}`),
    remedy: 'See what holds them: kubectl describe nodeclaims; kubectl get pods -A -o wide.',
    signal,
  });
}

/** Seconds that a namespace which is being deleted may take. */
const NAMESPACE_DEADLINE_SECONDS = 120;

/**
 * The exercise's Deployment. Where it is missing it is applied as the stack would, without a pod.
 *
 * @throws LabError `ExerciseFailed` when the Deployment that is there is another one
 */
export async function ensureDeployment(
  api: KubernetesApi, expectations: ExerciseExpectations, step: RunningStep, signal?: AbortSignal,
): Promise<Deployment> {
  const { namespace, deploymentName } = expectations;
  await ensureNamespace(api, expectations, step, signal);
  const reference = { namespace, name: deploymentName };
  let deployment = await api.get(DEPLOYMENTS, reference);
  if (deployment === undefined) {
    await api.apply(DEPLOYMENTS, withoutPods(bodyOf(expectations, 'Deployment')));
    deployment = await api.get(DEPLOYMENTS, reference);
    step.note(`deployment.apps/${deploymentName} created`);
  } else {
    step.note(`deployment.apps/${deploymentName} is there, with ${deployment.replicas} replicas`);
  }
  if (deployment === undefined) throw exerciseFailed(`Deployment ${deploymentName} was applied and is gone again.`, 'See who deletes it: kubectl get events.');
  checkSelector(deployment, expectations);
  return deployment;
}

async function ensureNamespace(api: KubernetesApi, expectations: ExerciseExpectations, step: RunningStep, signal?: AbortSignal): Promise<void> {
  const { namespace: name } = expectations;
  let found = await api.get(NAMESPACES, { name });
  if (found?.phase === 'Terminating') {
    step.note(`namespace/${name} is being deleted, so it is waited for`);
    await namespaceGone(api, name, signal);
    found = undefined;
  }
  if (found !== undefined) return;
  await api.apply(NAMESPACES, namespaceBody(expectations));
  step.note(`namespace/${name} created`);
}

async function namespaceGone(api: KubernetesApi, name: string, signal?: AbortSignal): Promise<void> {
  const list = await LiveList.start(api, NAMESPACES, { fieldSelector: `metadata.name=${name}` });
  try {
    await waitFor(() => list.items.length === 0, {
      what: `namespace ${name} is deleted`,
      deadlineSeconds: NAMESPACE_DEADLINE_SECONDS,
      on: [list],
      describeMissing: () => list.items.flatMap(({ conditions }) => conditions.filter(({ status }) => status === 'True').map(({ message }) => message)),
      signal,
    });
  } finally {
    list.stop();
  }
}

function checkSelector({ metadata, nodeSelector }: Deployment, expectations: ExerciseExpectations): void {
  for (const [key, value] of Object.entries(expectations.nodeSelector)) {
    if (nodeSelector[key] === value) continue;
    const received = nodeSelector[key] === undefined ? `no node by ${key}` : `${key}=${nodeSelector[key]}`;
    throw exerciseFailed(
      `Deployment ${metadata.name} selects ${received}; the exercise selects ${key}=${value}.`,
      `Apply the exercise's over it: ${exerciseCommands(expectations).deploy}.`,
    );
  }
}

function namespaceBody(expectations: ExerciseExpectations): JsonObject {
  return expectations.objects.find((object) => textAt(object, 'kind') === 'Namespace')
    ?? { apiVersion: 'v1', kind: 'Namespace', metadata: { name: expectations.namespace } };
}

function bodyOf({ objects, deploymentName }: ExerciseExpectations, kind: string): JsonObject {
  const body = objects.find((object) => textAt(object, 'kind') === kind);
  if (body !== undefined) return body;
  throw exerciseFailed(`The assembly has no ${kind} ${deploymentName} to apply.`, 'Run npm run synth in the folder of the lab.');
}

function withoutPods(body: JsonObject): JsonObject {
  return { ...body, spec: { ...objectAt(body, 'spec'), replicas: 0 } };
}
