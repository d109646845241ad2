import type { JsonObject } from '../../assembly/json';
import type { LabView } from '../../assembly/lab-view';
import { LabError } from '../../lab-error';
import { runKubectl, type Kubectl } from './kubectl';
import { systemNodes } from './system-nodes';
import { systemWorkloads } from './system-workloads';

/**
 * Applies what EKS and Helm would run and the assembly only names: system nodes, and the pods of
 * add-ons and charts.
 *
 * @throws LabError `SystemObjectsRefused`
 */
export async function applySystemObjects(kubectl: Kubectl, lab: LabView, kubernetesVersion: string): Promise<void> {
  const objects = [
    ...namespaces(lab),
    ...systemNodes(lab, kubernetesVersion),
    ...systemWorkloads(lab),
  ];
  const result = await runKubectl(kubectl, ['apply', '--server-side', '--filename', '-'], objects.map((object) => JSON.stringify(object)).join('\n'));
  if (result.exitCode === 0) return;
  throw new LabError({
    code: 'SystemObjectsRefused',
    message: `The API server refused what stands for the system's nodes and pods: ${result.stderr}`,
    remedy: 'Read the log of kube-apiserver in the folder of the rehearsal, then start again.',
  });
}

/** Namespaces of charts, which Helm makes where they are missing. */
function namespaces(lab: LabView): readonly JsonObject[] {
  return [...new Set(lab.charts.map(({ namespace }) => namespace))]
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}
