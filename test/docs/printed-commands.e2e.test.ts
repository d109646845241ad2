import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StartedRehearsal } from '../../lib/cli/rehearse/rehearsal-document';
import { exerciseCommands, RESTORE_NODE_POOL } from '../../lib/exercise/exercise-commands';
import { expectationsOf } from '../../lib/exercise/expectations';
import { readLab } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { LabUser } from '../rehearsal/lab-command';
import { StudentTerminal } from '../rehearsal/student-terminal';
import { deployableAssembly } from '../support/deployable-assembly';
import { parseKubectl } from './command-grammar';
import { commandsInDocuments } from './printed-commands';

const PROJECT_DIRECTORY = resolve(__dirname, '../..');
const NAME = 'e2e-printed';
const READING = ['get', 'describe', 'logs', 'auth can-i', 'config view', 'config current-context', 'config get-contexts'];

/** Why a command of kubectl is not run as it stands; undefined for one that is. */
function reasonNotToRun(words: readonly string[]): string | undefined {
  if (words.length === 2 || words.at(-1) === '-f') return 'names a verb, with nothing for it to do';
  if (words.some((word) => /^[A-Z]+$/.test(word))) return 'has a name that only its reader knows';
  const { verb } = parseKubectl(words);
  if (READING.includes(verb)) return undefined;
  return ['exec', 'port-forward', 'top'].includes(verb) ? 'needs a container that runs' : 'changes something: it has a test of its own below, or in those of the exercise';
}

describe('the commands that the documents print, typed on a rehearsal', () => {
  const user = new LabUser();
  const commands = [...new Map(commandsInDocuments().filter(({ words }) => words[0] === 'kubectl').map((command) => [command.text, command])).values()];
  let assembly: string;
  let terminal: StudentTerminal;
  let exercise: ReturnType<typeof exerciseCommands>;
  const typed = (command: string): string => terminal.type(command.replaceAll('basic-deploy.yaml', 'test/fixtures/exercise-basic-deploy.yaml'));

  beforeAll(async () => {
    assembly = await deployableAssembly({ 'class.students': '1' });
    exercise = exerciseCommands(expectationsOf(readLab(readAssembly(assembly))));
    await user.json('rehearse', '--clean', '--name', NAME);
    const { rehearsal } = await user.json<StartedRehearsal>('rehearse', '--name', NAME, '--assembly', assembly);
    terminal = new StudentTerminal(PROJECT_DIRECTORY, rehearsal);
    // In a class, something is remembered.
    terminal.type('kubectl create configmap marks -n karpenter-lab-class');
  });
  afterAll(async () => {
    await user.json('rehearse', '--clean', '--name', NAME);
    rmSync(assembly, { recursive: true, force: true });
  });

  test('all that read are taken by the cluster', () => {
    const readers = commands.filter(({ words }) => reasonNotToRun(words) === undefined);
    expect(readers.length).toBeGreaterThan(25);
    const refused = readers.flatMap(({ text }) => {
      try {
        // One that watches ends only when its reader ends it.
        terminal.type(text.replace(/ -w$/, ''));
        return [];
      } catch (error) {
        return [`${text}: ${String((error as { readonly stderr?: string }).stderr)}`];
      }
    });
    expect(refused).toEqual([]);
  });

  test('the others are few, each with its reason', () => {
    const reasons = new Map<string, number>();
    for (const { words } of commands) {
      const reason = reasonNotToRun(words);
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect([...reasons.keys()].toSorted()).toEqual([
      'changes something: it has a test of its own below, or in those of the exercise',
      'has a name that only its reader knows',
      'names a verb, with nothing for it to do',
      'needs a container that runs',
    ]);
  });

  test('a NodePool and an EC2NodeClass that somebody deleted come back by the remedy', async () => {
    terminal.type('kubectl delete nodepool default && kubectl delete ec2nodeclass default');
    expect(typed(RESTORE_NODE_POOL)).toContain('nodepool.karpenter.sh/default created');
    await terminal.typeUntil('kubectl get nodepools,ec2nodeclasses', (output) => output.match(/ True /g)?.length === 4, 30);
  });

  test('a Deployment that a student changed, and one that is gone, come back by the remedy of verify and scale', () => {
    terminal.type(`kubectl patch deployment -n karpenter-test inflate -p '{"spec":{"template":{"spec":{"nodeSelector":{"eks-team":"other"}}}}}'`);
    typed(exercise.deploy);
    expect(terminal.type('kubectl get deployment -n karpenter-test inflate -o yaml')).toContain('eks-team: my-team');
    terminal.type('kubectl delete deployment -n karpenter-test inflate');
    expect(typed(exercise.deploy)).toContain('deployment.apps/inflate created');
  });

  test('a namespace that is gone is made with its Deployment', () => {
    terminal.type('kubectl delete namespace karpenter-test');
    expect(typed(exercise.namespaceAndDeploy)).toMatch(/namespace\/karpenter-test created\ndeployment.apps\/inflate created/);
  });

  test('Karpenter is restarted, and stopped, as the runbook says', () => {
    for (const command of ['kubectl -n kube-system rollout restart deployment karpenter', 'kubectl -n kube-system scale deployment karpenter --replicas 0']) {
      expect(commands.map(({ text }) => text)).toContain(command);
      terminal.type(command);
    }
  });

  test('an unset KARPENTER_NAMESPACE is told by the words that stand in the guide', () => {
    expect(terminal.typeInVain(`unset KARPENTER_NAMESPACE; ${exercise.log.split(' | ')[0] ?? ''}`)).toContain('unknown shorthand flag: \'l\' in -l');
  });
});
