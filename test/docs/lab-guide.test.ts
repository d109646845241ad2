import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { manifestFilesOf } from '../../charts/write-charts';
import { exerciseCommands } from '../../lib/exercise/exercise-commands';
import { expectationsOf } from '../../lib/exercise/expectations';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { labCharts } from '../charts/default-lab-charts';
import { synthLab } from '../support/synth-lab';

const guide = readFileSync(resolve(__dirname, '../../docs/lab-guide.md'), 'utf8');

/** What stands in the code blocks of a language, in order. */
function blocks(language: string): readonly string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\`\`\`$`, 'gms'))].map(([, block = '']) => block.trim());
}

describe('the guide for students', () => {
  let lab: LabView;

  beforeAll(async () => {
    lab = readLab((await synthLab()).synthesized);
  });

  it('has the commands of the exercise, as the lab itself types them, and the way to the cluster', () => {
    const commands = exerciseCommands(expectationsOf(lab));
    const outputs = new Map(lab.stack.outputs.map(({ logicalId, value }) => [logicalId, value]));
    expect(blocks('sh').flatMap((block) => block.split('\n'))).toEqual([
      outputs.get('KubeconfigCommand'),
      `export KARPENTER_NAMESPACE=${outputs.get('KarpenterNamespace')}`,
      commands.namespace,
      commands.deploy,
      commands.karpenter,
      commands.nodesBefore,
      commands.scale(5),
      commands.nodeClaims,
      commands.log,
      commands.nodes,
      commands.pods,
      commands.labels,
      commands.scale(0),
    ]);
  });

  it('leaves no command of the exercise out', () => {
    const commands = exerciseCommands(expectationsOf(lab));
    const { scale, namespaceAndDeploy, ...others } = commands;
    const texts = [...Object.values<string>(others), ...namespaceAndDeploy.split(' && '), scale(5), scale(0)];
    expect(texts.filter((text) => !blocks('sh').join('\n').split('\n').includes(text))).toEqual([]);
  });

  it('has the Deployment of the lab, field by field', () => {
    const [file] = manifestFilesOf(labCharts()).filter(({ name }) => name === 'basic-deploy.yaml');
    expect(blocks('yaml').map((block): unknown => parse(block))).toEqual(JSON.parse(JSON.stringify(file?.objects)));
  });
});
