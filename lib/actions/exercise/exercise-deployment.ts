import { objectAt, textAt, type JsonObject } from '../../assembly/json';
import { DEPLOYMENTS, type Deployment } from '../../kubernetes/deployment';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { NAMESPACES } from '../../kubernetes/namespace';
import { waitFor } from '../../kubernetes/wait-for';
import { exerciseFailed } from './exercise-failed';
import type { ExerciseExpectations } from './expectations';
import type { RunningStep } from './step-recorder';

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
  let deployment = await api.get(DEPLOYMENTS, reference, signal);
  if (deployment === undefined) {
    await api.apply(DEPLOYMENTS, withoutPods(bodyOf(expectations, 'Deployment')), signal);
    deployment = await api.get(DEPLOYMENTS, reference, signal);
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
  let found = await api.get(NAMESPACES, { name }, signal);
  if (found?.phase === 'Terminating') {
    step.note(`namespace/${name} is being deleted, so it is waited for`);
    await namespaceGone(api, name, signal);
    found = undefined;
  }
  if (found !== undefined) return;
  await api.apply(NAMESPACES, namespaceBody(expectations), signal);
  step.note(`namespace/${name} created`);
}

async function namespaceGone(api: KubernetesApi, name: string, signal?: AbortSignal): Promise<void> {
  const list = await LiveList.start(api, NAMESPACES, { fieldSelector: `metadata.name=${name}` }, signal);
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
      `Delete it and apply the exercise's: kubectl delete deployment -n ${expectations.namespace} ${metadata.name}.`,
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
