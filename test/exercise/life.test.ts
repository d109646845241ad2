import { type LabView, readLab } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { type LifeMeans, walkLife } from '../../lib/exercise/life';
import type { LifeResult } from '../../lib/exercise/life-result';
import { SHOWN_LABELS } from '../../lib/exercise/shown-labels';
import type { JsonObject } from '../../lib/json';
import type { TypedResult } from '../../lib/rehearsal/rehearsal-terminal';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { synthLab } from '../support/synth-lab';

let lab: LabView;

beforeAll(async () => {
  lab = readLab(readAssembly(writeAssembly((await synthLab()).template.toJSON())));
});

const LABELS = Object.fromEntries(['eks-team', ...SHOWN_LABELS.map(({ key }) => key)].map((key) => [key, 'some']));
const POD = 'inflate-1   1/1   Running   0   9s   10.11.0.25   ip-10-11-64-5   <none>   <none>';

/** What a command shows where all goes well, by a part of it. The first that is found counts. */
const SHOWN: readonly (readonly [part: string, output: readonly string[]])[] = [
  ['get nodepools', ['NAME   NODECLASS   NODES   READY   AGE', 'nodepool.karpenter.sh/default   default   0   True    8m', '', 'NAME   READY   AGE', 'ec2nodeclass.karpenter.k8s.aws/default   True    8m']],
  ['kubectl wait', ['nodeclaim.karpenter.sh/default-kv2gs condition met']],
  ['get nodeclaims', ['NAME   TYPE   READY   AGE', 'default-kv2gs   c5a.2xlarge   on-demand   True    5s ']],
  ['scale', ['deployment.apps/inflate scaled']],
  ['rollout', ['Waiting ...', 'deployment "inflate" successfully rolled out']],
  [' logs ', ['[', '  { "message": "launched nodeclaim" }', ']']],
  ['-o json', [JSON.stringify(LABELS)]],
  ['get nodes', ['NAME   STATUS   ROLES', 'ip-10-11-64-5   Ready    <none>   3s']],
  ['get pods', ['NAME   READY   STATUS', ...Array.from({ length: 5 }, () => POD)]],
  ['apply', ['nodepool.karpenter.sh/student-7 created', 'namespace/student-7 created', 'deployment.apps/inflate created']],
  ['command -v jq', ['/usr/bin/jq']],
];

/** Answers that differ from those where all goes well, by a part of the command. */
interface Differing {
  readonly [part: string]: { readonly output?: readonly string[]; readonly exitCode?: number };
}

class FakeAccount {
  readonly typed: string[] = [];
  readonly written: JsonObject[] = [];
  things: { service: string; kind: string; id: string }[] = [];

  constructor(private readonly differing: Differing = {}) {}

  get means(): LifeMeans {
    const type = (command: string): Promise<TypedResult> => {
      this.typed.push(command);
      const different = Object.entries(this.differing).find(([part]) => command.includes(part))?.[1];
      const output = different?.output ?? SHOWN.find(([part]) => command.includes(part))?.[1] ?? ['done'];
      return Promise.resolve({ command, exitCode: different?.exitCode ?? 0, output, errors: [], seconds: 1 });
    };
    return {
      terminal: { lab: (args) => type(`lab ${args.join(' ')}`), cdk: (args) => type(`cdk ${args.join(' ')}`), shell: type },
      assemblyDirectory: '/lab/cdk.out',
      everythingInAccount: () => Promise.resolve(this.things),
      admitInstructor: () => Promise.resolve(),
      writeFile: (name, objects) => {
        this.written.push(...objects);
        return `.lab/rehearsals/life/${name}`;
      },
    };
  }

  live(): Promise<LifeResult> {
    return walkLife({ rehearsal: 'life', lab, means: this.means, startSeconds: 7 }, runContext());
  }
}

const failedTitle = ({ steps }: LifeResult): string | undefined => steps.find(({ outcome }) => outcome === 'failed')?.title;

test('types preflight, deployment, exercise, check, a student\'s NodePool, status and teardown, in this order', async () => {
  const account = new FakeAccount();
  const result = await account.live();
  expect([result.verdict, failedTitle(result)]).toEqual(['passed', undefined]);
  expect(account.typed.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
    'lab preflight --assembly', 'lab deploy --yes', 'command -v jq',
    'kubectl get nodes', 'kubectl get nodepools,ec2nodeclasses', 'kubectl scale deployment', 'kubectl rollout status',
    'kubectl wait --for=condition=Ready', 'kubectl get nodeclaims',
    'kubectl -n $KARPENTER_NAMESPACE', 'kubectl get nodes', 'kubectl get pods', 'kubectl get node',
    'lab verify --assembly', 'kubectl apply -f', 'kubectl rollout status', 'kubectl get nodes', 'lab status --assembly', 'lab teardown --yes',
  ]);
  expect([...new Set(result.steps.map(({ stage }) => stage))]).toEqual(['empty account', 'preflight', 'deploy', 'exercise', 'verify', 'a student', 'status', 'teardown', 'empty again']);
});

test('says of each step how it ended, and how long it would take on AWS', async () => {
  const { steps, totalSeconds, totalEstimatedAwsSeconds } = await new FakeAccount().live();
  const stepOf = (title: string) => steps.find((step) => step.title === title);
  expect(steps[0]).toMatchObject({ command: 'npm run rehearse -- --empty --name life', seconds: 7, estimatedAwsSeconds: 0 });
  expect(stepOf('Deploy the lab')).toMatchObject({ command: 'npm run lab -- deploy', exitCode: 0, outcome: 'passed' });
  expect(stepOf('Deploy the lab')?.estimatedAwsSeconds).toBeGreaterThan(600);
  expect(stepOf('Wait until the pods run')?.estimatedAwsSeconds).toBe(60);
  expect(stepOf('Tear the lab down')?.estimatedAwsSeconds).toBe(2700);
  expect(totalSeconds).toBe(7);
  expect(totalEstimatedAwsSeconds).toBeGreaterThan(3400);
});

test('a student\'s NodePool and pods have the student\'s label, and nothing of the lab\'s', async () => {
  const account = new FakeAccount();
  await account.live();
  expect(account.written).toMatchObject([
    { kind: 'NodePool', metadata: { name: 'student-7' }, spec: { template: { metadata: { labels: { 'eks-team': 'student-7' } } } } },
    { kind: 'Namespace', metadata: { name: 'student-7' } },
    { kind: 'Deployment', metadata: { name: 'inflate', namespace: 'student-7' }, spec: { replicas: 2, template: { spec: { nodeSelector: { 'eks-team': 'student-7' } } } } },
  ]);
  expect(account.typed).toContain('kubectl apply -f .lab/rehearsals/life/student-7.yaml');
});

test('types what comes before jq where there is none, and reads it as it is', async () => {
  const account = new FakeAccount({ 'command -v jq': { exitCode: 127 }, '-o json': { output: [JSON.stringify({ items: [{ metadata: { labels: LABELS } }] })] } });
  expect((await account.live()).verdict).toBe('passed');
  expect(account.typed.filter((command) => command.includes('| jq'))).toEqual([]);
});

test.each<[title: string, differing: Differing]>([
  ['Ask whether the account is ready', { preflight: { exitCode: 1 } }],
  ['Deploy the lab', { 'lab deploy': { exitCode: 1 } }],
  ['Look at the nodes before', { 'get nodes': { output: ['NAME   STATUS', 'ip-10-11-0-4   NotReady   <none>   3s'] } }],
  ['Karpenter has a NodePool that is ready', { 'get nodepools': { output: ['nodepool.karpenter.sh/default   default   0   False    8m'] } }],
  ['Wait until the pods run', { 'inflate --timeout': { exitCode: 1, output: ['error: timed out waiting for the condition'] } }],
  ['Wait until Karpenter knows its node', { 'kubectl wait': { exitCode: 1, output: ['error: timed out waiting for the condition on nodeclaims/default-kv2gs'] } }],
  ['See what Karpenter launched', { 'get nodeclaims': { output: ['No resources found'] } }],
  ['Read it in its log', { ' logs ': { output: ['[]'] } }],
  ['See the pods on it', { 'get pods': { output: [POD, POD] } }],
  ['See its labels', { '-o json': { output: ['null'] } }],
  ['See its labels', { '-o json': { output: [JSON.stringify({ ...LABELS, 'karpenter.sh/nodepool': undefined })] } }],
  ['Check the outcome of the exercise', { 'lab verify': { exitCode: 1 } }],
  ['A student makes a NodePool, a namespace and pods', { apply: { output: ['nodepool.karpenter.sh/student-7 created'] } }],
  ['Tear the lab down', { 'lab teardown': { exitCode: 1 } }],
])('fails when the step "%s" shows something else, and takes none after it', async (title, differing) => {
  const result = await new FakeAccount(differing).live();
  expect([result.verdict, failedTitle(result)]).toEqual(['failed', title]);
  const index = result.steps.findIndex(({ outcome }) => outcome === 'failed');
  expect(result.steps.slice(index + 1).every(({ outcome, estimatedAwsSeconds }) => outcome === 'skipped' && estimatedAwsSeconds === 0)).toBe(true);
});

test('fails when the account is not empty in the beginning, and types no verb', async () => {
  const account = new FakeAccount();
  account.things = [{ service: 'ec2', kind: 'vpc', id: 'vpc-1' }];
  const result = await account.live();
  expect(failedTitle(result)).toBe('The account is empty');
  expect(result.steps.find(({ outcome }) => outcome === 'failed')?.evidence.join(' ')).toContain('vpc vpc-1');
  expect(account.typed.filter((command) => command !== 'command -v jq')).toEqual([]);
});

test('fails when something is left after the teardown', async () => {
  const account = new FakeAccount();
  const means = account.means;
  let asked = 0;
  const leaky: LifeMeans = { ...means, everythingInAccount: () => Promise.resolve(asked++ === 0 ? [] : [{ service: 'logs', kind: 'log-group', id: '/aws/eks/lab' }]) };
  const result = await walkLife({ rehearsal: 'life', lab, means: leaky, startSeconds: 1 }, runContext());
  expect([result.verdict, result.steps.at(-1)?.outcome]).toEqual(['failed', 'failed']);
});
