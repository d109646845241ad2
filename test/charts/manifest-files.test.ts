import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { manifestFilesOf, writeManifestFiles } from '../../charts/write-charts';
import { labCharts } from './default-lab-charts';

const EXERCISE = path.join(__dirname, '../fixtures/exercise-basic-deploy.yaml');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'charts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the files of the default lab and returns their text by name. */
function written(subfolder: string): Readonly<Record<string, string>> {
  const target = path.join(folder, subfolder);
  writeManifestFiles(target, manifestFilesOf(labCharts()));
  return Object.fromEntries(readdirSync(target).sort().map((name) => [name, readFileSync(path.join(target, name), 'utf8')]));
}

describe('the manifest files', () => {
  test('are one for each step of the exercise, and their paths are returned', () => {
    const paths = writeManifestFiles(folder, manifestFilesOf(labCharts()));
    expect(paths.map((file) => path.relative(folder, file)))
      .toEqual(['nodepool.yaml', 'namespace.yaml', 'basic-deploy.yaml', 'kube-ops-view.yaml']);
    expect(readdirSync(folder).sort()).toEqual(['basic-deploy.yaml', 'kube-ops-view.yaml', 'namespace.yaml', 'nodepool.yaml']);
  });

  test('hold in basic-deploy.yaml the manifest of the exercise, field by field', () => {
    expect(parse(written('out')['basic-deploy.yaml'] ?? '')).toStrictEqual(parse(readFileSync(EXERCISE, 'utf8')));
  });

  test('hold in namespace.yaml the namespace that the exercise makes by hand', () => {
    expect(parse(written('out')['namespace.yaml'] ?? ''))
      .toStrictEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'karpenter-test' } });
  });

  test('parse back to the objects of the charts', () => {
    const files = written('out');
    for (const { name, objects } of manifestFilesOf(labCharts())) {
      const documents = parseAllDocuments(files[name] ?? '');
      expect(documents.map((document) => document.toJS() as unknown)).toStrictEqual(objects);
    }
  });

  test('are the same bytes each time', () => {
    expect(written('again')).toStrictEqual(written('once'));
  });

  test('replace those of an earlier run', () => {
    expect(written('out')).toStrictEqual(written('out'));
  });
});
