import { kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { arrayAt, type JsonObject, objectAt, parseJson, textAt } from '../json';
import { NODE_POOLS } from '../kubernetes/karpenter-kinds';
import { estimateTime, TYPICAL_NODE_SECONDS, TYPICAL_TEARDOWN_SECONDS } from '../plan/time-estimate';
import type { TypedResult } from '../rehearsal/rehearsal-terminal';
import type { RunContext } from '../run-context';
import { NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed, secondsText } from '../words';
import type { DrillMeans } from './drills/drill-stage';
import { STUDENT, studentObjects } from './drills/student-work';
import { accountEmptyStep, deployLab, tearLabDown, type TypedStep, typedStep } from './drills/typed-step';
import { exerciseCommands, LAUNCH_MESSAGE } from './exercise-commands';
import { exerciseFailed, type StepTitle, StepRecorder } from './exercise-context';
import { type ExerciseExpectations, expectationsOf } from './expectations';
import type { LifeResult, LifeStage, LifeStep } from './life-result';
import { NOT_SIMULATED, SHOWN_LABELS } from './shown-labels';

/** What the life of a class needs of a rehearsal. */
export type LifeMeans = Pick<DrillMeans, 'terminal' | 'assemblyDirectory' | 'everythingInAccount'> & {
  /** Lets the instructor into the cluster, and writes the kubeconfig. */
  readonly admitInstructor: () => Promise<void>;
  /** Writes a file that a student brings along, and gives its path as one types it. */
  readonly writeFile: (name: string, objects: readonly JsonObject[]) => string;
};

/** A life to walk, in a rehearsal whose account was just started. */
export interface LifeOptions {
  /** Name of the rehearsal. */
  readonly rehearsal: string;
  readonly lab: LabView;
  readonly means: LifeMeans;
  /** Seconds that the start of the account took. */
  readonly startSeconds: number;
}

/** Seconds that kubectl waits for pods: EC2 has its slow days. */
const ROLLOUT_SECONDS = 300;

/**
 * Walks the whole life of a class by typing what an instructor and a student type: preflight, deployment, the exercise, its check, a
 * student's own NodePool, the status, the teardown; and asks the account before and after what it holds.
 *
 * A step that fails is recorded, and the others are skipped: what is there stays, to be looked at.
 *
 * @throws the reason of the signal
 */
export async function walkLife({ rehearsal, lab, means, startSeconds }: LifeOptions, run: RunContext): Promise<LifeResult> {
  const life = new Life(run);
  const expectations = expectationsOf(lab);
  const { terminal, assemblyDirectory } = means;
  const verb = (name: string, ...args: readonly string[]): Pick<TypedStep, 'command' | 'type'> => ({
    command: ['npm run lab --', name].join(' '), type: (onLine) => terminal.lab([name, ...args, '--assembly', assemblyDirectory], onLine),
  });

  life.began({ title: 'Start an empty AWS account', command: `npm run rehearse -- --empty --name ${rehearsal}` }, startSeconds);
  await life.step('empty account', (recorder) => accountEmptyStep({ recorder, means }));
  await life.typed('preflight', { title: 'Ask whether the account is ready', ...verb('preflight') });
  await life.typed('deploy', deployLab(means, 'Deploy the lab'), () => estimateTime(lab).readySeconds);
  await life.step('deploy', async (recorder) => {
    await recorder.step({ title: 'The instructor comes into the cluster by an access entry' }, async (step) => {
      await means.admitInstructor();
      step.note('As an owner of the account makes it; `admins` in lab.yaml makes it with the stack');
    });
  });
  await walkExercise(life, means, expectations);
  await life.typed('verify', { title: 'Check the outcome of the exercise', ...verb('verify') });
  await bringStudent(life, means, { lab, expectations });
  await life.typed('status', { title: 'See the lab and what it costs', ...verb('status') });
  await life.typed('teardown', tearLabDown(means, 'Tear the lab down'), () => TYPICAL_TEARDOWN_SECONDS);
  await life.step('empty again', (recorder) => accountEmptyStep({ recorder, means }));

  const sumOf = (secondsOf: (step: LifeStep) => number): number => Math.round(life.steps.reduce((sum, step) => sum + secondsOf(step), 0));
  return {
    verdict: life.steps.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'failed',
    cluster: lab.cluster.name,
    rehearsal,
    steps: life.steps,
    totalSeconds: sumOf(({ seconds }) => seconds),
    totalEstimatedAwsSeconds: sumOf(({ estimatedAwsSeconds }) => estimatedAwsSeconds),
    notSimulated: NOT_SIMULATED,
  };
}

/** Seconds on AWS by those that a step took here. */
type AwsSeconds = (seconds: number) => number;

const asLong: AwsSeconds = (seconds) => seconds;

/** On AWS an instance boots for real. */
const withBoot: AwsSeconds = (seconds) => Math.max(seconds, TYPICAL_NODE_SECONDS);

/** The steps so far, each with its stage. */
class Life {
  readonly steps: LifeStep[] = [];
  private readonly recorder: StepRecorder;

  constructor(run: RunContext) {
    this.recorder = new StepRecorder(run);
  }

  /** Adds the start of the account, which AWS keeps nobody waiting for. */
  began(title: StepTitle, seconds: number): void {
    this.steps.push({ ...title, stage: 'empty account', outcome: 'passed', evidence: [`It answers after ${secondsText(seconds)}`], seconds, exitCode: 0, estimatedAwsSeconds: 0 });
  }

  /** Takes a step that the recorder records. */
  async step(stage: LifeStage, take: (recorder: StepRecorder) => Promise<void>): Promise<void> {
    await take(this.recorder);
    this.keep(stage, asLong);
  }

  /** Types a command. */
  async typed(stage: LifeStage, step: TypedStep, awsSeconds = asLong): Promise<void> {
    let exitCode: number | undefined;
    await typedStep({ recorder: this.recorder }, {
      ...step,
      type: async (onLine) => {
        const result = await step.type(onLine);
        exitCode = result.exitCode;
        return result;
      },
    });
    this.keep(stage, awsSeconds, exitCode);
  }

  private keep(stage: LifeStage, awsSeconds: AwsSeconds, exitCode?: number): void {
    const step = this.recorder.steps.at(-1);
    if (step === undefined) throw new Error('A step of the life was not recorded.');
    const estimatedAwsSeconds = step.outcome === 'skipped' ? 0 : awsSeconds(step.seconds);
    this.steps.push({ ...step, stage, estimatedAwsSeconds, ...(exitCode !== undefined && { exitCode }) });
  }
}

/** The exercise as a student types it, with a stock kubectl, and what each command must show. */
async function walkExercise(life: Life, means: LifeMeans, expectations: ExerciseExpectations): Promise<void> {
  const commands = exerciseCommands(expectations);
  const { namespace, deploymentName, replicas, nodeSelector } = expectations;
  const type = (title: string, command: string, check: TypedStep['check'], awsSeconds?: AwsSeconds): Promise<void> =>
    life.typed('exercise', { title, command, type: (onLine) => means.terminal.shell(command, onLine), check }, awsSeconds);
  // Where there is no jq, what is before it shows the same, less neatly.
  const hasJq = (await means.terminal.shell('command -v jq')).exitCode === 0;
  const forTerminal = (command: string): string => hasJq ? command : command.replace(/ \| jq .*$/, '');

  await type('Look at the nodes before', commands.nodesBefore, allLines(/ Ready /, 1));
  await type('Karpenter has a NodePool that is ready', commands.karpenter, someLines(/ True /, 2));
  await type('Scale out', commands.scale(replicas), someLines(/ scaled$/, 1));
  await type('Wait until the pods run', rolloutCommand(namespace, deploymentName), someLines(/ successfully rolled out$/, 1), withBoot);
  // Karpenter counts a node as ready a moment after its pods run.
  await type('Wait until Karpenter knows its node', `kubectl wait --for=condition=Ready nodeclaims --all --timeout ${ROLLOUT_SECONDS}s`, someLines(/ condition met$/, 1));
  await type('See what Karpenter launched', commands.nodeClaims, allLines(/ True /, 1));
  await type('Read it in its log', forTerminal(commands.log), someLines(new RegExp(LAUNCH_MESSAGE), 1));
  await type('See the node', commands.nodes, allLines(/ Ready /, 1));
  await type('See the pods on it', commands.pods, allLines(/ Running /, replicas));
  await type('See its labels', forTerminal(commands.labels), (result) => shownLabels(result, Object.keys(nodeSelector)));
}

function rolloutCommand(namespace: string, deploymentName: string): string {
  return `kubectl rollout status -n ${namespace} deployment/${deploymentName} --timeout ${ROLLOUT_SECONDS}s`;
}

/** Every line of the output but the heads of its tables must show something, and there must be so many of them at least. */
function allLines(pattern: RegExp, least: number): NonNullable<TypedStep['check']> {
  return ({ command, output }) => {
    const lines = output.filter((line) => line.trim() !== '' && !line.startsWith('NAME '));
    const others = lines.filter((line) => !pattern.test(line));
    if (others.length > 0 || lines.length < least) throw shownOtherwise(command, others.length > 0 ? others : lines);
    return lines;
  };
}

/** So many lines of the output must show something. They are the evidence. */
function someLines(pattern: RegExp, least: number): NonNullable<TypedStep['check']> {
  return ({ command, output, errors }) => {
    const lines = output.filter((line) => pattern.test(line));
    if (lines.length < least) throw shownOtherwise(command, [...output, ...errors]);
    return lines.map((line) => line.trim());
  };
}

/** The labels of the exercise, of which none may be missing. */
function shownLabels({ command, output }: TypedResult, own: readonly string[]): readonly string[] {
  const answer = parseJson(output.join('\n') || '{}');
  const [node] = arrayAt(answer, 'items');
  const labels = node === undefined ? objectAt(answer) : objectAt(node, 'metadata', 'labels');
  const wanted = [...own, ...SHOWN_LABELS.map(({ key }) => key)];
  const missing = wanted.filter((key) => textAt(labels, key) === undefined);
  if (missing.length > 0) throw shownOtherwise(command, [`no label ${listed(missing)}`]);
  return [`${wanted.length} of ${counted(wanted.length, 'label')}: ${own.map((key) => `${key}=${textAt(labels, key) ?? ''}`).join(', ')} and those of the exercise`];
}

function shownOtherwise(command: string, lines: readonly string[]): Error {
  return exerciseFailed(`It shows something else: ${lines.slice(-8).join(' | ') || 'nothing'}`, `Type it yourself: ${command}`);
}

/** A student with a NodePool, a namespace and pods of their own, of which the stack knows nothing. */
async function bringStudent(life: Life, means: LifeMeans, lab: { readonly lab: LabView; readonly expectations: ExerciseExpectations }): Promise<void> {
  const file = means.writeFile(`${STUDENT}.yaml`, studentObjects(nodePoolOf(lab), lab.expectations));
  const type = (title: string, command: string, check: TypedStep['check'], awsSeconds?: AwsSeconds): Promise<void> =>
    life.typed('a student', { title, command, type: (onLine) => means.terminal.shell(command, onLine), check }, awsSeconds);
  await type('A student makes a NodePool, a namespace and pods', `kubectl apply -f ${file}`, allLines(/ created$/, 3));
  await type('Wait until the student\'s pods run', rolloutCommand(STUDENT, lab.expectations.deploymentName), someLines(/ successfully rolled out$/, 1), withBoot);
  await type('They run on a node of the student\'s own', `kubectl get nodes -l ${NODE_POOL_LABEL}=${STUDENT}`, allLines(/ Ready /, 1));
}

/** The body of the lab's NodePool, as the stack applies it. */
function nodePoolOf({ lab, expectations }: { readonly lab: LabView; readonly expectations: ExerciseExpectations }): JsonObject | undefined {
  return kubernetesObjects(lab.stack).find(({ kind, name }) => kind === NODE_POOLS.kind && name === expectations.nodePoolName)?.body;
}
