import { booleanAt } from '../../assembly/json';
import { kubernetesObjects, type KubernetesObject } from '../../assembly/kubernetes-objects';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { LabError } from '../../lab-error';
import type { ProgressListener } from '../../progress';
import { runKubectl, type Kubectl } from './kubectl';

const STEP = 'Apply the manifests';

/**
 * Applies the assembly's manifests as its deployment would: one resource of the template after the
 * other in CloudFormation's order, with kubectl.
 *
 * @throws LabError `ManifestRefused` with the object and the API server's reason
 */
export async function applyManifests(kubectl: Kubectl, stack: SynthesizedStack, onProgress: ProgressListener): Promise<void> {
  const manifests = objectsByManifest(stack);
  onProgress({ step: STEP, state: 'started' });
  let applied = 0;
  for (const [logicalId, objects] of manifests) {
    onProgress({ step: STEP, state: 'running', detail: namesOf(objects), fraction: applied / manifests.size });
    const skipsValidation = booleanAt(stack.resources.get(logicalId)?.properties, 'SkipValidation') ?? false;
    const input = objects.map(({ body }) => JSON.stringify(body)).join('\n');
    const result = await runKubectl(kubectl, ['apply', ...(skipsValidation ? ['--validate=false'] : []), '--filename', '-'], input);
    if (result.exitCode !== 0) throw manifestRefused(logicalId, objects, result.stderr);
    applied += 1;
  }
  onProgress({ step: STEP, state: 'finished', detail: `${manifests.size} manifests` });
}

/** The objects of each resource that applies a manifest, in the order in which CloudFormation creates them. */
function objectsByManifest(stack: SynthesizedStack): ReadonlyMap<string, readonly KubernetesObject[]> {
  const manifests = new Map<string, readonly KubernetesObject[]>();
  for (const object of kubernetesObjects(stack)) {
    manifests.set(object.logicalId, [...manifests.get(object.logicalId) ?? [], object]);
  }
  return manifests;
}

function manifestRefused(logicalId: string, objects: readonly KubernetesObject[], stderr: string): LabError {
  const reasons = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Warning:'));
  // kubectl names the object by kind and name in most messages; where it does not, it is one of all.
  const named = objects.filter(({ kind, name }) => stderr.includes(kind) && stderr.includes(name));
  return new LabError({
    code: 'ManifestRefused',
    message: `The API server refused ${namesOf(named.length > 0 ? named : objects)}: ${reasons.join(' ')}`,
    received: logicalId,
    remedy: 'Correct the object in charts/ or lab.yaml, run npm run synth, then start the rehearsal again.',
  });
}

function namesOf(objects: readonly KubernetesObject[]): string {
  return objects.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
