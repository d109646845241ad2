import { arrayAt, booleanAt, parseJson, textAt, type JsonValue } from '../../assembly/json';
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
 * @param objects those to apply. @default - all of the assembly
 * @throws LabError `ManifestRefused` with the object and the API server's reason
 */
export async function applyManifests(
  kubectl: Kubectl, stack: SynthesizedStack, onProgress: ProgressListener, objects: readonly KubernetesObject[] = kubernetesObjects(stack),
): Promise<void> {
  const manifests = objectsByManifest(objects);
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

/**
 * Objects of the assembly that the API server does not have: after a teardown, or when somebody deleted them.
 *
 * @throws LabError `ManifestsUnknown` when the API server does not say
 */
export async function missingObjects(kubectl: Kubectl, stack: SynthesizedStack): Promise<readonly KubernetesObject[]> {
  const objects = kubernetesObjects(stack);
  const input = objects.map(({ body }) => JSON.stringify(body)).join('\n');
  const result = await runKubectl(kubectl, ['get', '--ignore-not-found', '--output', 'json', '--filename', '-'], input);
  if (result.exitCode !== 0) {
    throw new LabError({
      code: 'ManifestsUnknown',
      message: `The API server of the rehearsal does not say which objects of the lab it has: ${result.stderr.trim()}`,
      remedy: 'Stop the rehearsal with npm run rehearse -- --stop, then start it again.',
    });
  }
  const found = foundObjects(result.stdout);
  return objects.filter(({ kind, name, namespace }) => !found.some((object) => textAt(object, 'kind') === kind
    && textAt(object, 'metadata', 'name') === name
    && (namespace === undefined || textAt(object, 'metadata', 'namespace') === namespace)));
}

/** kubectl writes nothing for no object, the object for one, and a list for several. */
function foundObjects(stdout: string): readonly JsonValue[] {
  if (stdout.trim() === '') return [];
  const answer = parseJson(stdout);
  return textAt(answer, 'kind') === 'List' ? arrayAt(answer, 'items') : [answer];
}

/** The objects of each resource that applies a manifest, in the order in which CloudFormation creates them. */
function objectsByManifest(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const manifests = new Map<string, readonly KubernetesObject[]>();
  for (const object of objects) {
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
