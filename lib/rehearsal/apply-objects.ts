import { type KubernetesObject, kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { arrayAt, booleanAt, type JsonObject, type JsonValue, parseJson, textAt } from '../json';
import { LabError } from '../lab-error';
import type { ProgressListener } from '../progress';
import { type CommandResult, runCommand } from '../run-command';
import type { ProcessEnvironment } from './process/process-environment';
import type { RehearsalPaths } from './rehearsal-paths';
import { systemNodes, systemWorkloads } from './system-objects';

/** kubectl, and the API server that it talks to. */
export interface Kubectl {
  /** Absolute path of kubectl. */
  readonly command: string;
  readonly paths: RehearsalPaths;
  readonly environment: ProcessEnvironment;
  readonly signal?: AbortSignal;
}

/**
 * Runs kubectl against a rehearsal.
 *
 * @param input text for its standard input
 */
export async function runKubectl(kubectl: Kubectl, args: readonly string[], input?: string): Promise<CommandResult> {
  const { command, paths, environment, signal } = kubectl;
  return runCommand({
    command,
    args: ['--kubeconfig', paths.kubeconfig, '--cache-dir', paths.kubectlCacheDirectory, '--request-timeout', '30s', ...args],
    env: environment,
    workingDirectory: paths.directory,
    input,
    signal,
  });
}

/**
 * Applies Karpenter's CRDs, and waits until the API server serves them.
 *
 * @param directory folder of the CRDs
 * @throws LabError `CrdsRefused`
 */
export async function applyCrds(kubectl: Kubectl, directory: string): Promise<void> {
  for (const args of [
    ['apply', '--server-side', '--filename', directory],
    ['wait', '--for', 'condition=Established', '--timeout', '30s', '--filename', directory],
  ]) {
    const result = await runKubectl(kubectl, args);
    if (result.exitCode === 0) continue;
    throw new LabError({
      code: 'CrdsRefused',
      message: `The API server refused Karpenter's CRDs: ${result.stderr}`,
      received: directory,
      remedy: 'Pin versions of Karpenter and Kubernetes in lib/rehearsal/toolchain/go.mod that go together.',
    });
  }
}

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
