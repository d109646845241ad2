import { type KubernetesObject, kubernetesObjects } from '../assembly/kubernetes-objects';
import { arrayAt, booleanAt, type JsonObject, type JsonValue, parseJson, textAt } from '../json';
import { LabError } from '../lab-error';
import { type CommandResult, runCommand } from '../run-command';
import type { RunContext } from '../run-context';
import type { RehearsedCluster } from './rehearsal';

/**
 * Runs kubectl against a rehearsal.
 *
 * @param input text for its standard input
 */
async function runKubectl({ kubectl, paths, environment }: RehearsedCluster, args: readonly string[], run: RunContext, input?: string): Promise<CommandResult> {
  return runCommand({
    command: kubectl,
    args: ['--kubeconfig', paths.kubeconfig, '--cache-dir', paths.kubectlCacheDirectory, '--request-timeout', '30s', ...args],
    env: environment,
    workingDirectory: paths.directory,
    input,
  }, run);
}

const STEP = 'Apply what is missing';

/**
 * Applies objects of the assembly again that the cluster has lost: one manifest resource of the template after the other, in
 * CloudFormation's order.
 *
 * @throws LabError `ManifestRefused` with the object and the API server's reason
 */
export async function restoreObjects(cluster: RehearsedCluster, objects: readonly KubernetesObject[], run: RunContext): Promise<void> {
  const { resources } = cluster.lab.stack;
  const manifests = objectsByManifest(objects);
  run.onProgress({ step: STEP, state: 'started' });
  let applied = 0;
  for (const [logicalId, ofManifest] of manifests) {
    run.onProgress({ step: STEP, state: 'running', detail: namesOf(ofManifest), fraction: applied / manifests.size });
    const skipsValidation = booleanAt(resources.get(logicalId)?.properties, 'SkipValidation') ?? false;
    const result = await runKubectl(cluster, ['apply', ...(skipsValidation ? ['--validate=false'] : []), '--filename', '-'], run, textOf(ofManifest));
    if (result.exitCode !== 0) throw manifestRefused(logicalId, ofManifest, result.stderr);
    applied += 1;
  }
  run.onProgress({ step: STEP, state: 'finished', detail: `${manifests.size} manifests` });
}

/**
 * Finds the objects of the assembly that the API server lacks, because a teardown or somebody deleted them.
 *
 * @throws LabError `ManifestsUnknown` when the API server does not say
 */
export async function missingObjects(cluster: RehearsedCluster, run: RunContext): Promise<readonly KubernetesObject[]> {
  const objects = kubernetesObjects(cluster.lab.stack);
  const result = await runKubectl(cluster, ['get', '--ignore-not-found', '--output', 'json', '--filename', '-'], run, textOf(objects));
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
  // Most messages of kubectl name the refused object. For one that does not, every object of the manifest is named.
  const named = objects.filter(({ kind, name }) => stderr.includes(kind) && stderr.includes(name));
  return new LabError({
    code: 'ManifestRefused',
    message: `The API server refused ${namesOf(named.length > 0 ? named : objects)}: ${reasons.join(' ')}`,
    received: logicalId,
    remedy: 'Correct the object in charts/ or lab.yaml, run npm run synth, then start the rehearsal again.',
  });
}

/** Objects as kubectl reads them from its standard input. */
function textOf(objects: readonly { readonly body: JsonObject }[]): string {
  return objects.map(({ body }) => JSON.stringify(body)).join('\n');
}

function namesOf(objects: readonly KubernetesObject[]): string {
  return objects.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}
