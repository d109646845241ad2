import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonObject, objectAt, parseJson, textAt } from '../json';
import { MANIFEST_FILE, readAssembly, STACK_ARTIFACT } from './read-assembly';

/**
 * Writes a copy of an assembly with another template, to try what comes of a mistake. The template gets an asset's name of its own,
 * as synthesis would give it: what is in the bucket by its name is not uploaded again.
 *
 * @param directory the folder that `cdk synth` wrote
 * @param copy absolute path of the folder to write
 * @throws LabError what {@link readAssembly} says
 */
export async function writeChangedAssembly(directory: string, copy: string, change: (template: JsonObject) => JsonObject): Promise<void> {
  readAssembly(directory);
  await cp(directory, copy, { recursive: true });
  const manifest = objectAt(parseJson(await readFile(join(copy, MANIFEST_FILE), 'utf8')), 'artifacts');
  const stack = Object.values(manifest).find((artifact) => textAt(artifact, 'type') === STACK_ARTIFACT);
  const templateFile = join(copy, textAt(stack, 'properties', 'templateFile') ?? '');
  const text = JSON.stringify(change(objectAt(parseJson(await readFile(templateFile, 'utf8')))), undefined, 1);
  await writeFile(templateFile, text);

  const asset = /([0-9a-f]{64})\.json$/.exec(textAt(stack, 'properties', 'stackTemplateAssetObjectUrl') ?? '')?.[1];
  if (asset === undefined) return;
  const changedAsset = createHash('sha256').update(text).digest('hex');
  for (const name of await readdir(copy)) {
    if (name !== MANIFEST_FILE && !name.endsWith('.assets.json')) continue;
    const file = join(copy, name);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(asset, changedAsset));
  }
}
