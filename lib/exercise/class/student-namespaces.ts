import { type JsonObject, objectAt } from '../../json';
import { ClusterModel } from '../../kubernetes/cluster-model';
import { DEPLOYMENTS, NAMESPACES } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { checkOurs, MADE_FOR_LABEL } from '../../kubernetes/objects';
import { forEachBounded, waitFor } from '../../wait-for';
import { counted, listed } from '../../words';
import { deploymentBodyOf, type ExerciseExpectations } from '../expectations';

/** Value of {@link MADE_FOR_LABEL} on everything that a class creates. */
export const CLASS_VALUE = 'class';

/** Selects everything that a class creates. */
export const CLASS_SELECTOR = `${MADE_FOR_LABEL}=${CLASS_VALUE}`;

/** Requests at once: enough to be quick, few enough not to slow the API server down for Karpenter and the scheduler. */
export const CLASS_CONCURRENCY = 6;

/** How many names a message lists. */
const LISTED_NAMES = 5;

/** The most students of a class: their names have three digits. */
export const MOST_STUDENTS = 999;

/** Namespaces of a class: `student-001`, `student-002` and so on. */
export function studentNamespaces(students: number): readonly string[] {
  return Array.from({ length: students }, (_, index) => `student-${String(index + 1).padStart(3, '0')}`);
}

/** Creates the namespaces, each with a copy of the exercise's Deployment with 0 replicas. */
export async function makeNamespaces(
  api: KubernetesApi, names: readonly string[], exercise: ExerciseExpectations, onDone: (done: number) => void
): Promise<void> {
  const deployment = deploymentBodyOf(exercise) ?? {};
  let done = 0;
  await forEachBounded(names, CLASS_CONCURRENCY, async (name) => {
    await api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [MADE_FOR_LABEL]: CLASS_VALUE } } });
    await api.create(DEPLOYMENTS, studentDeployment(deployment, name, exercise.deploymentName));
    done += 1;
    onDone(done);
  });
}

/** A student's copy of the exercise's Deployment. {@link CLASS_SELECTOR} selects it and its pods. */
function studentDeployment(body: JsonObject, namespace: string, name: string): JsonObject {
  const spec = objectAt(body, 'spec');
  const template = objectAt(spec, 'template');
  const labels = { ...objectAt(template, 'metadata', 'labels'), [MADE_FOR_LABEL]: CLASS_VALUE };
  return {
    ...body,
    metadata: { name, namespace, labels: { [MADE_FOR_LABEL]: CLASS_VALUE } },
    spec: { ...spec, replicas: 0, template: { ...template, metadata: { labels } } },
  };
}

/**
 * Checks that no namespace with a name of the class belongs to somebody else.
 *
 * @throws LabError `ObjectNotOurs`
 * @returns names of the namespaces that an earlier class left
 */
export async function namespacesLeft(api: KubernetesApi, names: readonly string[]): Promise<readonly string[]> {
  const { items } = await api.list(NAMESPACES, {});
  for (const { metadata } of items) {
    if (names.includes(metadata.name)) checkOurs('Namespace', metadata);
  }
  return items.filter(({ metadata }) => metadata.labels[MADE_FOR_LABEL] === CLASS_VALUE).map(({ metadata }) => metadata.name);
}

/** Deletes every namespace that a class created, and no other, and waits until they are gone. */
export async function removeNamespaces(
  api: KubernetesApi, deadlineSeconds: number, onLeft: (left: number, of: number) => void,
): Promise<void> {
  const cluster = await ClusterModel.start(api, { namespaces: { labelSelector: CLASS_SELECTOR } });
  const left = (): readonly string[] => cluster.namespaces.map(({ metadata }) => metadata.name);
  const total = left().length;
  try {
    await forEachBounded(left(), CLASS_CONCURRENCY, (name) => api.delete(NAMESPACES, { name }));
    await waitFor(() => left().length === 0, {
      what: `the ${counted(total, 'namespace')} of the class are deleted`,
      deadlineSeconds,
      on: [cluster],
      describeMissing: () => [`${counted(left().length, 'namespace')} still there: ${listed(left().slice(0, LISTED_NAMES))}${left().length > LISTED_NAMES ? ' …' : ''}`],
      onProgress: () => onLeft(left().length, total),
      remedy: `Delete them: kubectl delete namespace -l ${CLASS_SELECTOR}.`,
    });
  } finally {
    cluster.stop();
  }
}
