import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeChangedAssembly } from '../../lib/assembly/changed-assembly';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { emptyFolder, writeAssembly } from './write-assembly';

const ASSET = 'ae0943c14f21af24554f6eee32513ae53eb55ae230f54c4771d4b8e6c4d5a492';

test('a changed assembly has the other template, under an asset\'s name of its own, and leaves the first one as it was', async () => {
  const directory = writeAssembly({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
  const manifestFile = join(directory, 'manifest.json');
  const manifest = readFileSync(manifestFile, 'utf8').replace('"templateFile":"Lab.template.json"', `"templateFile":"Lab.template.json","stackTemplateAssetObjectUrl":"s3://bucket/${ASSET}.json"`);
  writeFileSync(manifestFile, manifest);
  writeFileSync(join(directory, 'Lab.assets.json'), JSON.stringify({ files: { [ASSET]: { destinations: { one: { objectKey: `${ASSET}.json` } } } } }));

  const copy = join(emptyFolder(), 'changed.out');
  await writeChangedAssembly(directory, copy, (template) => ({ ...template, Resources: { Topic: { Type: 'AWS::SNS::Topic' } } }));

  expect([...readAssembly(copy).resources.keys()]).toEqual(['Topic']);
  const keys = ['manifest.json', 'Lab.assets.json'].flatMap((file) => readFileSync(join(copy, file), 'utf8').match(/[0-9a-f]{64}/g) ?? []);
  expect(new Set(keys).size).toBe(1);
  expect(keys).not.toContain(ASSET);
  expect([...readAssembly(directory).resources.keys()]).toEqual(['Queue']);
  expect(readFileSync(manifestFile, 'utf8')).toBe(manifest);
});

test('fails when there is no assembly', async () => {
  await expect(writeChangedAssembly(emptyFolder(), emptyFolder(), (template) => template)).rejects.toMatchObject({ code: 'AssemblyNotFound' });
});
