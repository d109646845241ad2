import { type JsonObject, objectAt, textAt } from '../json';
import { ClusterModel } from '../kubernetes/cluster-model';
import { type Deployment, DEPLOYMENTS, NAMESPACES, NODES } from '../kubernetes/core-kinds';
import { NODE_CLAIMS } from '../kubernetes/karpenter-kinds';
import { readyText, waitUntilReady } from '../kubernetes/node-provisioning';
import { waitFor } from '../wait-for';
import { NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed } from '../words';
import { untilPodsGone } from './consolidation';
import { diagnoseReadiness, labelLines } from './diagnosis';
import { type ExerciseContext, exerciseFailed, type RunningStep, type WatchedExercise } from './exercise-context';
import { exerciseCommands } from './exercise-commands';
import { deploymentBodyOf, type ExerciseExpectations } from './expectations';

/**
 * Makes sure that the exercise's Deployment exists. A missing one is applied as the stack applies it, with 0 replicas.
 *
 * @returns undefined where the step failed
 */
export async function deploymentStep(context: ExerciseContext): Promise<Deployment | undefined> {
  const { expectations, recorder } = context;
  let deployment: Deployment | undefined;
  await recorder.step({ title: 'Deploy the application with 0 replicas', command: exerciseCommands(expectations).deploy }, async (step) => {
    await ensureNamespace(context, step);
    deployment = await ensureDeployment(context, step);
    checkSelector(deployment, expectations);
  });
  return deployment;
}

/** Waits until the NodePool and the EC2NodeClass of the exercise are Ready. */
export async function karpenterStep({ api, expectations, recorder, deadlines }: ExerciseContext): Promise<void> {
  const names = { nodePools: [expectations.nodePoolName], nodeClasses: [expectations.nodeClassName] };
  await recorder.step({ title: 'Karpenter is ready to launch nodes', command: exerciseCommands(expectations).karpenter }, async (step) => {
    const { nodePools, nodeClasses } = await waitUntilReady(api, names, {
      deadlineSeconds: deadlines.readySeconds,
      describeMissing: () => diagnoseReadiness(api, expectations),
    });
    const subnets = nodeClasses.find(({ metadata }) => metadata.name === expectations.nodeClassName)?.subnetIds ?? [];
    step.note(`${readyText(names)}, with ${counted(subnets.length, 'subnet')}`);
    step.note(...labelLines(nodePools.filter(({ metadata }) => metadata.name === expectations.nodePoolName), expectations.nodeSelector));
  });
}

/** Shows the nodes before the exercise, and removes pods and nodes of an earlier run. */
export async function nodesBeforeStep(exercise: WatchedExercise): Promise<void> {
  const { api, expectations, recorder } = exercise;
  await recorder.step({ title: 'Look at the nodes before', command: exerciseCommands(expectations).nodesBefore }, async (step) => {
    await clearPods(exercise, step);
    await clearNodes(exercise, step);
    const { items } = await api.list(NODES);
    const launched = items.filter(({ metadata }) => NODE_POOL_LABEL in metadata.labels);
    step.note(`${counted(items.length, 'node')}, ${launched.length} of them launched by Karpenter, none for these pods`);
  });
}

async function clearPods(exercise: WatchedExercise, step: RunningStep): Promise<void> {
  const { api, expectations: { namespace, deploymentName }, deadlines } = exercise;
  const { replicas = 0 } = await api.get(DEPLOYMENTS, { namespace, name: deploymentName }) ?? {};
  if (replicas > 0) {
    await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, 0);
    step.note(`${deploymentName} was scaled from ${replicas} to 0 replicas to begin with`);
  }
  await untilPodsGone(exercise, {
    what: `the pods of an earlier run of ${deploymentName} are gone`,
    deadlineSeconds: deadlines.clearedSeconds,
    onLeft: (left) => step.news(`${counted(left, 'pod')} of an earlier run still there`),
  });
}

/**
 * Removes nodes that the pods could run on: with them Karpenter would launch nothing. It deletes their NodeClaims, because waiting
 * for consolidation would take a minute and show nothing of this run.
 */
async function clearNodes({ api, cluster, deadlines }: WatchedExercise, step: RunningStep): Promise<void> {
  if (cluster.nodes.length === 0) return;
  const names = (): string => listed(cluster.nodes.map(({ metadata }) => metadata.name));
  step.note(`nodes of an earlier run: ${names()}; their NodeClaims were deleted, so that Karpenter ends them`);
  const nodeNames = new Set(cluster.nodes.map(({ metadata }) => metadata.name));
  for (const { metadata, nodeName } of (await api.list(NODE_CLAIMS)).items) {
    if (nodeName !== undefined && nodeNames.has(nodeName)) await api.delete(NODE_CLAIMS, { name: metadata.name });
  }
  await waitFor(() => cluster.nodes.length === 0, {
    what: 'the nodes of an earlier run are gone, so that a new one can be launched',
    deadlineSeconds: deadlines.clearedSeconds,
    on: [cluster],
    describeMissing: () => [`Still there: ${names()}`],
    onProgress: () => step.news(`waiting for the end of ${names()}`),
    remedy: 'See what holds them: kubectl describe nodeclaims; kubectl get pods -A -o wide.',
  });
}

async function ensureDeployment({ api, expectations }: ExerciseContext, step: RunningStep): Promise<Deployment> {
  const { namespace, deploymentName } = expectations;
  const reference = { namespace, name: deploymentName };
  const present = await api.get(DEPLOYMENTS, reference);
  if (present !== undefined) {
    step.note(`deployment.apps/${deploymentName} is there, with ${present.replicas} replicas`);
    return present;
  }
  await api.apply(DEPLOYMENTS, withoutPods(appliedDeployment(expectations)));
  const made = await api.get(DEPLOYMENTS, reference);
  step.note(`deployment.apps/${deploymentName} created`);
  if (made !== undefined) return made;
  throw exerciseFailed(`Deployment ${deploymentName} was applied and is gone again.`, 'See who deletes it: kubectl get events.');
}

async function ensureNamespace({ api, expectations, deadlines }: ExerciseContext, step: RunningStep): Promise<void> {
  const { namespace: name } = expectations;
  const found = await api.get(NAMESPACES, { name });
  if (found !== undefined && found.phase !== 'Terminating') return;
  if (found !== undefined) {
    step.note(`namespace/${name} is being deleted, so it is waited for`);
    const cluster = await ClusterModel.start(api, { namespaces: { fieldSelector: `metadata.name=${name}` } });
    try {
      await waitFor(() => cluster.namespaces.length === 0, {
        what: `namespace ${name} is deleted`,
        deadlineSeconds: deadlines.clearedSeconds,
        on: [cluster],
        describeMissing: () => cluster.namespaces.flatMap(({ conditions }) => conditions.filter(({ status }) => status === 'True').map(({ message }) => message)),
      });
    } finally {
      cluster.stop();
    }
  }
  await api.apply(NAMESPACES, namespaceBody(expectations));
  step.note(`namespace/${name} created`);
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

function appliedDeployment(expectations: ExerciseExpectations): JsonObject {
  const body = deploymentBodyOf(expectations);
  if (body !== undefined) return body;
  throw exerciseFailed(`The assembly has no Deployment ${expectations.deploymentName} to apply.`, 'Run npm run synth in the folder of the lab.');
}

function withoutPods(body: JsonObject): JsonObject {
  return { ...body, spec: { ...objectAt(body, 'spec'), replicas: 0 } };
}
