import { Yaml } from 'cdk8s';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Manifest, manifestOf, manifestsOf } from './manifest';
import type { LabCharts } from './lab-charts';

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
    ...(charts.classChart === undefined ? [] : [{ name: 'class.yaml', objects: manifestsOf(charts.classChart) }]),
    ...(charts.seats.length === 0 ? [] : [{ name: 'seats.yaml', objects: charts.seats.flatMap(manifestsOf) }]),
  ];
}

/**
 * Writes the files into a folder, which is made if it is missing.
 *
 * @returns their paths
 */
export function writeManifestFiles(folder: string, files: readonly ManifestFile[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return files.map(({ name, objects }) => {
    const file = path.join(folder, name);
    Yaml.save(file, [...objects]);
    return file;
  });
}
