import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { manifestFilesOf } from '../../charts/write-charts';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { guideNames } from '../../lib/exercise/class/seat-guide';
import { exerciseCommands } from '../../lib/exercise/exercise-commands';
import { expectationsOf } from '../../lib/exercise/expectations';
import { WRITTEN_NAMES } from '../../lib/guide/guide-names';
import { GUIDE_FOLDER, guideChapters, type GuidePage, readGuide } from '../../lib/guide/guide-page';
import { arrayAt, objectAt, type JsonObject, numberAt, textAt } from '../../lib/json';
import { quantity } from '../../lib/kubernetes/allocatable';
import { LANGUAGES } from '../../lib/words';
import { labCharts } from '../charts/default-lab-charts';
import { synthLab } from '../support/synth-lab';

const ROOT = resolve(__dirname, '../..');
const GUIDE = join(ROOT, GUIDE_FOLDER);
const english = guideChapters(GUIDE, 'en').map((chapter) => readGuide(GUIDE, 'en', chapter));
const korean = guideChapters(GUIDE, 'ko').map((chapter) => readGuide(GUIDE, 'ko', chapter));
const students = english.filter(({ isForInstructors }) => !isForInstructors);
const [exercise] = english.filter(({ chapter }) => chapter === '01-scaling');

/** The commands of a page, without what they say to their reader. */
function commandsOf({ blocks }: GuidePage): readonly string[] {
  return blocks.map(({ command }) => command.replaceAll(/ +# .*$/gm, ''));
}

/** The lines of a page's commands, where a line that goes on is one. */
function linesOf({ blocks }: GuidePage): readonly string[] {
  return blocks.flatMap(({ command }) => command.replaceAll(/\\\n\s*/g, '').split('\n'));
}

/** The objects that a page writes into files. */
function objectsOf({ blocks }: GuidePage): readonly JsonObject[] {
  const files = blocks.flatMap(({ command }) => [...command.matchAll(/<<'EoF' > \S+\n(.*?)^EoF$/gms)].map(([, file = '']) => file));
  return files.flatMap((file) => parseAllDocuments(file).map((document) => objectAt(document.toJS())));
}

describe('the guide', () => {
  let lab: LabView;

  beforeAll(async () => {
    lab = readLab((await synthLab()).synthesized);
  });

  it('has the same chapters in both languages, with the same commands and outputs', () => {
    expect(korean.map(({ chapter }) => chapter)).toEqual(english.map(({ chapter }) => chapter));
    expect(korean.map(commandsOf)).toEqual(english.map(commandsOf));
    expect(korean.map(({ blocks }) => blocks.map(({ shown }) => shown))).toEqual(english.map(({ blocks }) => blocks.map(({ shown }) => shown)));
    expect(korean.map(({ text }) => text.match(/^#+ /gm))).toEqual(english.map(({ text }) => text.match(/^#+ /gm)));
  });

  it('is written in both languages', () => {
    expect(english.filter(({ text }) => /[가-힣]/.test(text)).map(({ chapter }) => chapter)).toEqual([]);
    expect(korean.filter(({ title }) => !/[가-힣]/.test(title)).map(({ chapter }) => chapter)).toEqual([]);
  });

  it('is written with the names of the lab as it comes', () => {
    expect(guideNames(lab)).toEqual(WRITTEN_NAMES);
  });

  it('has the commands of the exercise, as the lab itself types them, in their order', () => {
    const commands = exerciseCommands(expectationsOf(lab));
    const lines = exercise === undefined ? [] : linesOf(exercise);
    const expected = [commands.deploy, commands.nodesBefore, commands.scale(5), commands.nodes, commands.pods, commands.labels, commands.scale(0)];
    const places = expected.map((command, index) => lines.indexOf(command, index === 3 ? lines.indexOf(commands.scale(5)) : 0));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(lines.join('\n')).toContain(commands.log.slice(0, commands.log.indexOf(' | sort')));
  });

  it('has the Deployment of the lab, field by field', () => {
    const [file] = manifestFilesOf(labCharts()).filter(({ name }) => name === 'basic-deploy.yaml');
    expect(exercise === undefined ? [] : objectsOf(exercise)).toEqual(JSON.parse(JSON.stringify(file?.objects)));
  });

  it('makes pods that a seat admits: in its namespace, on its nodes, of an image that only waits, within its CPU', () => {
    const deployments = students.flatMap((page) => objectsOf(page).map((body) => ({ chapter: page.chapter, body })));
    expect(deployments.length).toBeGreaterThan(7);
    for (const { chapter, body } of deployments) {
      const pod = objectAt(body, 'spec', 'template', 'spec');
      const [container] = arrayAt(pod, 'containers');
      expect({ chapter, namespace: textAt(body, 'metadata', 'namespace'), team: textAt(pod, 'nodeSelector', 'eks-team'), image: textAt(container, 'image') })
        .toEqual({ chapter, namespace: WRITTEN_NAMES.namespace, team: WRITTEN_NAMES.team, image: 'public.ecr.aws/eks-distro/kubernetes/pause:3.7' });
      const most = Math.max(numberAt(body, 'spec', 'replicas') ?? 1, ...students.filter((page) => page.chapter === chapter)
        .flatMap((page) => [...linesOf(page).join('\n').matchAll(new RegExp(`scale deployment -n \\S+ ${textAt(body, 'metadata', 'name') ?? ''} --replicas (\\d+)`, 'g'))].map(([, replicas]) => Number(replicas))));
      const cpu = objectAt(container, 'resources', 'requests')['cpu'];
      expect(most * (typeof cpu === 'number' ? cpu : quantity(textAt(cpu) ?? ''))).toBeLessThanOrEqual(7);
    }
  });

  it('has commands that end by themselves, and that a rehearsal can answer', () => {
    const lines = english.flatMap((page) => linesOf(page).map((line) => `${page.chapter}: ${line}`));
    expect(lines.filter((line) => /kubectl .*(?: -w\b| --watch| -f$|logs .*-f\b| exec | port-forward | top | edit )/.test(line) && !/(?:apply|delete) .*-f/.test(line))).toEqual([]);
    expect(lines.filter((line) => /kubectl (?:wait|rollout status) /.test(line) && !/--timeout=\d+s/.test(line))).toEqual([]);
  });

  it('leaves no node behind: each chapter of a student ends without one', () => {
    const ends = students.filter(({ chapter }) => chapter !== '00-desk').map(({ chapter, blocks }) => ({ chapter, command: blocks.at(-1)?.command.split('\n').at(-1), shown: blocks.at(-1)?.shown?.split('\n').at(-1) }));
    expect(ends).toEqual(ends.map(({ chapter }) => ({ chapter, command: 'kubectl get nodes -l eks-team=my-team', shown: 'No resources found' })));
  });

  it('shows what its commands print, and no empty output', () => {
    expect(english.flatMap(({ chapter, blocks }) => blocks.filter(({ shown }) => shown === '').map(({ command }) => `${chapter}: ${command}`))).toEqual([]);
    const shown = students.flatMap(({ blocks }) => blocks).filter((block) => block.shown !== undefined);
    expect(shown.length).toBeGreaterThan(40);
  });

  it('links to pages that there are', () => {
    const files = [...LANGUAGES.flatMap((language) => readdirSync(join(GUIDE, language)).map((file) => join(GUIDE, language, file))), join(ROOT, 'README.ko.md')];
    const links = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => join(dirname(file), link)));
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});

describe('the Korean README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const ours = readFileSync(join(ROOT, 'README.ko.md'), 'utf8');
  const commands = (text: string): readonly string[] => [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n')).map((line) => line.replace(/ +# .*$/, ''));

  it('has the two commands of the README', () => {
    expect(commands(ours).slice(0, 2)).toEqual(commands(readme).slice(0, 2));
  });

  it('has no command that the README has not', () => {
    const known = new Set([...commands(readme), ...[...readme.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span)]);
    expect(commands(ours).filter((command) => !known.has(command))).toEqual([]);
  });

  it('fits a page', () => {
    expect(ours.split('\n').length).toBeLessThan(90);
  });
});
