import { Yaml } from 'cdk8s';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/cli/errors';
import { type Manifest, manifestOf, manifestsOf } from './manifest';
import type { LabCharts } from './lab-charts';

/**
 * The context in a command line, given as the CDK takes it: `-c KEY=VALUE` or `--context KEY=VALUE`, any number of
 * times. Values stay text, as the CDK's do; the configuration's reader gives them their type.
 */
export function contextOf(argv: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(contextArguments(argv).map(keyAndValue));
}

function contextArguments(argv: readonly string[]): readonly string[] {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { context: { type: 'string', short: 'c', multiple: true } },
    });
    return values.context ?? [];
  } catch (cause) {
    throw new UsageError({
      code: 'ArgumentNotUnderstood',
      message: 'The command line holds something other than -c KEY=VALUE.',
      received: argv.join(' '),
      remedy: 'Give overrides of lab.yaml only, such as -c scale=5.',
      cause,
    });
  }
}

function keyAndValue(argument: string): readonly [string, string] {
  const separator = argument.indexOf('=');
  if (separator < 1) {
    throw new UsageError({
      code: 'ArgumentNotUnderstood',
      message: 'An override must name a key and a value.',
      received: argument,
      remedy: 'Write it as -c KEY=VALUE, such as -c scale=5.',
    });
  }
  return [argument.slice(0, separator), argument.slice(separator + 1)];
}

/** A YAML file for `kubectl apply -f`. */
export interface ManifestFile {
  readonly name: string;
  readonly objects: readonly Manifest[];
}

/**
 * The charts as files, in the order in which they are applied. `basic-deploy.yaml` is the exercise's file: it holds the
 * Deployment alone, because the exercise makes the namespace by hand; `namespace.yaml` is the same step as a file.
 */
export function manifestFilesOf(charts: LabCharts): readonly ManifestFile[] {
  return [
    { name: 'nodepool.yaml', objects: manifestsOf(charts.nodePool) },
    { name: 'namespace.yaml', objects: [manifestOf(charts.inflate.exerciseNamespace)] },
    { name: 'basic-deploy.yaml', objects: [manifestOf(charts.inflate.deployment)] },
    { name: 'kube-ops-view.yaml', objects: manifestsOf(charts.kubeOpsView) },
  ];
}

/** Writes the files into a folder, which is made if it is missing, and returns their paths. */
export function writeManifestFiles(folder: string, files: readonly ManifestFile[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return files.map(({ name, objects }) => {
    const file = path.join(folder, name);
    Yaml.save(file, [...objects]);
    return file;
  });
}
