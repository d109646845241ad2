import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { copyWritable } from './writable-tree';

/** The charts that the stack installs, by their folder in Karpenter's module. */
const CHARTS = ['karpenter', 'karpenter-crd'];

/**
 * Copies Karpenter's charts out of its module, and gives them their version. In the module they have an older one, because
 * upstream writes the version into a chart only when it publishes it.
 *
 * @param moduleDirectory absolute path of the module as Go has downloaded it
 * @param targetDirectory absolute path of the folder that receives both charts
 * @param version of the module, without a leading `v`
 */
export async function copyKarpenterCharts(moduleDirectory: string, targetDirectory: string, version: string): Promise<void> {
  for (const chart of CHARTS) await copyWritable(join(moduleDirectory, 'charts', chart), join(targetDirectory, chart));
  for (const chart of CHARTS) await edit(join(targetDirectory, chart, 'Chart.yaml'), { version, appVersion: version });
  // The digest in the module is another image's. Nobody pulls the image here, but pods show its name.
  await edit(join(targetDirectory, 'karpenter', 'values.yaml'), { 'controller.image.tag': version, 'controller.image.digest': '' });
}

async function edit(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  for (const [path, value] of Object.entries(values)) document.setIn(path.split('.'), value);
  await writeFile(file, document.toString());
}
