import { CommanderError } from '@commander-js/extra-typings';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { manifestFilesOf } from '../../charts/write-charts';
import { kubernetesObjects } from '../../lib/assembly/kubernetes-objects';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { UsageError } from '../../lib/cli/errors';
import { isHelp, labProgram, VERBS } from '../../lib/cli/program';
import { streamLayout } from '../../lib/cli/terminal/text-layout';
import { SEAT_LABEL } from '../../lib/config/seats';
import { labCharts } from '../charts/default-lab-charts';
import { fakeHost } from '../cli/fake-host';
import { synthLab } from '../support/synth-lab';
import { checkAws, parseKubectl, type KubectlCommand } from './command-grammar';
import { commandsInDocuments, commandsInSource, DOCUMENTS, type PrintedCommand } from './printed-commands';

const ROOT = resolve(__dirname, '../..');
const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };

const printed = [...commandsInDocuments(), ...commandsInSource()];
const of = (program: string): readonly PrintedCommand[] => printed.filter(({ words }) => words[0] === program);
const place = ({ text, file }: PrintedCommand): string => `${file}: ${text}`;

/** Words that stand for a value of the reader's or the program's. */
const PLACEHOLDER = /^(?:[A-Z]{1,}|\$\w+|.*NAME.*|<.*>|\.\.\.|…)$/;

/** Words that follow a program's name in a sentence, where no command is meant. */
const PROSE: Readonly<Record<string, RegExp>> = {
  kubectl: /^kubectl (?:NAME|and|at|for|handler|shows|says|from|to|will|reaches|on|is|of|in|that|does|has|can|cannot|or|runs|against|could|takes|reads|would)\b/,
  helm: /^helm (?:and|in|is|has|lock|ownership|charts?)\b/,
  aws: /^aws (?:itself|ebs)\b/,
};
const isProse = ({ text, words, isMarked }: PrintedCommand): boolean => !isMarked && PROSE[words[0] ?? '']?.test(text) === true;

/** Collects what is wrong, so that one run tells all of it. */
function wrongOnes(commands: readonly PrintedCommand[], check: (command: PrintedCommand) => void): readonly string[] {
  return commands.flatMap((command) => {
    try {
      check(command);
      return [];
    } catch (error) {
      return [`${place(command)}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** The arguments of `lab` in a command of npm's, of the program itself, or of the shorthand of the README. */
function labArguments({ words }: PrintedCommand): readonly string[] | undefined {
  if (words[0] === 'lab') return words.slice(1);
  if (words[0] === 'node' && words[1] === 'dist/lab.js') return words.slice(2);
  if (words[0] !== 'npm' || words[1] !== 'run') return undefined;
  const [script = '', separator, ...rest] = words.slice(2).filter((word) => word !== '--silent');
  const args = separator === '--' ? rest : [];
  return script === 'lab' ? args : script === 'rehearse' ? ['rehearse', ...args] : undefined;
}

/** Why the program of `lab` does not take these arguments; undefined where it does, or where only the value of the last of them is missing: that names a verb or a flag. */
async function refusalOf(args: readonly string[]): Promise<string | undefined> {
  const host = fakeHost();
  const program = labProgram({ verbs: VERBS, host, layout: streamLayout(host.stdout, {}), onRequest: () => Promise.resolve(), onVerbMissing: () => undefined });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return undefined;
  } catch (thrown) {
    // Within a group of verbs, the program has put its own words around what commander says.
    const error = thrown instanceof UsageError ? thrown.cause : thrown;
    if (!(error instanceof CommanderError)) return String(thrown);
    const isName = error.code === 'commander.optionMissingArgument' || (error.code === 'commander.missingArgument' && args.length === 1) || isHelp(error);
    return isName ? undefined : error.message;
  }
}

describe('the commands that we print', () => {
  let lab: LabView;

  beforeAll(async () => {
    // With a class, so that its names are known, too.
    lab = readLab((await synthLab({ 'class.students': '7' })).synthesized);
  });

  it('are found in every document, and in the source', () => {
    const files = new Set(printed.map(({ file }) => file));
    expect([...files]).toEqual(expect.arrayContaining(['README.md', 'docs/guide/ko/01-scaling.md', 'docs/instructor-runbook.md', 'lib/deploy/failure-remedies.ts', 'lib/exercise/exercise-commands.ts']));
    expect(Object.fromEntries(['npm', 'kubectl', 'aws', 'lab'].map((program) => [program, of(program).length > 15]))).toEqual({ npm: true, kubectl: true, aws: true, lab: true });
  });

  it('of npm are scripts of ours', () => {
    expect(wrongOnes(of('npm'), ({ words }) => {
      const [, verb = '', ...rest] = words;
      const script = rest.find((word) => word !== '--silent') ?? '';
      if (verb === 'run' ? !(script in scripts) && !PLACEHOLDER.test(script) : !['ci', 'start', 'test'].includes(verb)) throw new Error('there is no such script');
    })).toEqual([]);
  });

  it('of npx are programs that are installed, with verbs of theirs', () => {
    expect(wrongOnes(of('npx'), ({ words: [, program = '', verb] }) => {
      if (!existsSync(resolve(ROOT, 'node_modules/.bin', program))) throw new Error('there is no such program');
      // Without a verb it is the program that is named.
      if (program === 'cdk' && verb !== undefined && !['bootstrap', 'synth', 'deploy', 'destroy', 'diff'].includes(verb)) throw new Error('the CDK has no such verb');
    })).toEqual([]);
  });

  it('of lab are taken by its own program: verbs, words and flags', async () => {
    const wrong: string[] = [];
    let taken = 0;
    for (const command of printed) {
      const args = labArguments(command)?.map((word) => word.replace(/^(--[a-z-]+)NAME$/, '$1').replace(/^[A-Z]+$/, '5'));
      if (args === undefined || args.length === 0 || command.words.includes('VERB') || isProse(command)) continue;
      // A sentence may follow an unmarked command: its words are none of the command's.
      const lastFlag = args.findLastIndex((word) => word.startsWith('-'));
      const readings = command.isMarked ? [args] : [args.slice(0, Math.max(1, lastFlag + 2)), args.slice(0, Math.max(1, lastFlag + 1))];
      const refusals = await Promise.all(readings.map(refusalOf));
      if (refusals.every((refusal) => refusal !== undefined)) wrong.push(`${place(command)}: ${refusals[0]}`);
      taken += 1;
    }
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(60);
  });

  it('name files and folders of the repository that there are, as the sentences around them do', () => {
    const paths = DOCUMENTS.flatMap((file) => [...readFileSync(resolve(ROOT, file), 'utf8').matchAll(/(?<![\w./-])(?:lib|docs|test|scripts|charts|bin|bench)\/[\w./*-]*[\w*]/g)].map(([path]) => `${file}: ${path}`)).filter((found) => !found.includes('*'));
    expect(paths.length).toBeGreaterThan(20);
    expect([...new Set(paths)].filter((found) => !existsSync(resolve(ROOT, found.split(': ')[1] ?? '')))).toEqual([]);
  });

  it('of kubectl have verbs, flags and kinds that there are, and name what the lab has', () => {
    const objects = kubernetesObjects(lab.stack);
    const namespaces = new Set([...objects.flatMap(({ kind, name, namespace }) => kind === 'Namespace' ? [name] : [namespace]), lab.karpenter.namespace, '$KARPENTER_NAMESPACE']);
    const names = new Set(['marks', ...lab.class?.nodePools.map(({ metadata }) => metadata.name) ?? [], lab.nodePool.metadata.name, lab.nodeClass.metadata.name, lab.exercise.metadata.name, lab.karpenter.release, ...namespaces]);
    const files = new Set(['-', ...manifestFilesOf(labCharts()).flatMap(({ name }) => [name, `cdk8s.out/${name}`])]);
    const selectors = new Set([...Object.entries(lab.exercise.nodeSelector).map(([key, value]) => `${key}=${value}`), 'app.kubernetes.io/name=karpenter', SEAT_LABEL]);
    const check = (parsed: KubectlCommand, isMarked: boolean): void => {
      if (parsed.namespace !== undefined && !namespaces.has(parsed.namespace) && !PLACEHOLDER.test(parsed.namespace)) throw new Error(`the lab has no namespace ${parsed.namespace}`);
      const strange = parsed.files.filter((file) => file !== '' && !files.has(file) && !PLACEHOLDER.test(file));
      if (strange.length > 0) throw new Error(`npm run charts writes no ${strange.join(', ')}`);
      if (parsed.selector !== undefined && !selectors.has(parsed.selector) && !PLACEHOLDER.test(parsed.selector)) throw new Error(`nothing of the lab has ${parsed.selector}`);
      if (isMarked && parsed.kinds.length > 0) {
        const unknown = parsed.names.filter((name) => !names.has(name) && !PLACEHOLDER.test(name));
        if (unknown.length > 0) throw new Error(`the lab has no ${unknown.join(', ')}`);
      }
    };
    const commands = of('kubectl').filter((command) => !isProse(command));
    expect(commands.length).toBeGreaterThan(60);
    expect(wrongOnes(commands, ({ words, isMarked }) => check(parseKubectl(words), isMarked))).toEqual([]);
  });

  it('of the AWS CLI call operations that AWS has, with members of their requests', () => {
    const commands = of('aws').filter((command) => !isProse(command) && command.words.length > 2);
    expect(commands.length).toBeGreaterThan(40);
    expect(wrongOnes(commands, ({ words }) => checkAws(words))).toEqual([]);
  });

  it('of helm were tried by hand: no rehearsal has a release', () => {
    const tried = ['get manifest', 'list', 'uninstall'];
    expect(of('helm').filter((command) => !isProse(command)).map(({ text }) => text).filter((text) => !tried.some((words) => text.startsWith(`helm ${words}`)))).toEqual([]);
  });

  it('fail here when a verb, a flag, a kind or a member does not exist', () => {
    expect(() => parseKubectl(['kubectl', 'gte', 'nodes'])).toThrow('no verb gte');
    expect(() => parseKubectl(['kubectl', 'get', 'nodepol'])).toThrow('knows no nodepol');
    expect(() => parseKubectl(['kubectl', 'get', 'nodes', '--replicas', '5'])).toThrow('kubectl get has no --replicas');
    expect(() => checkAws(['aws', 'eks', 'describe-clusters'])).toThrow('no describe-clusters');
    expect(() => checkAws(['aws', 'eks', 'describe-cluster', '--cluster-name', 'x'])).toThrow('no --cluster-name');
  });
});
