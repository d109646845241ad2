import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { ClusterModel, type ClusterScope } from '../kubernetes/cluster-model';
import { type Deployment, selectorText } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import { causeFirst, type Finding, findingSentence } from '../rehearsal/findings';
import type { RunContext } from '../run-context';
import { DeadlinePassed } from '../wait-for';
import { EXERCISE_DEADLINES, type ExerciseDeadlines } from './deadlines';
import { diagnose } from './diagnosis';
import type { ExerciseStep } from './exercise-result';
import type { ExerciseExpectations } from './expectations';

/** The exercise, or a drill, and how long its stages may take. */
export interface ExerciseOptions {
  readonly expectations: ExerciseExpectations;
  /** Deadlines that differ from {@link EXERCISE_DEADLINES}. @default - none */
  readonly deadlines?: Partial<ExerciseDeadlines>;
  /** What the account has found to be at fault so far. @default - nothing: AWS does not tell */
  readonly findings?: () => readonly Finding[];
}

/** What every step works with. */
export interface ExerciseContext {
  readonly api: KubernetesApi;
  readonly run: RunContext;
  readonly expectations: ExerciseExpectations;
  readonly deadlines: ExerciseDeadlines;
  readonly recorder: StepRecorder;
  /** What the account has found to be at fault so far. */
  readonly findings: () => readonly Finding[];
}

/** A context whose recorder has no steps yet. */
export function exerciseContext(api: KubernetesApi, { expectations, deadlines, findings = () => [] }: ExerciseOptions, run: RunContext): ExerciseContext {
  return { api, run, expectations, deadlines: { ...EXERCISE_DEADLINES, ...deadlines }, recorder: new StepRecorder(run), findings };
}

/** What steps work with once the exercise's Deployment is there. */
export interface WatchedExercise extends ExerciseContext {
  readonly deployment: Deployment;
  /** The Deployment's pods, the nodes that they may run on, and these nodes' NodeClaims. */
  readonly cluster: ClusterModel;
}

/**
 * Watches the exercise while `work` runs.
 *
 * @param scope what to watch; by default the Deployment's pods, the nodes they may run on, and their NodeClaims
 */
export async function watching<Context extends ExerciseContext, Result>(
  context: Context, deployment: Deployment, work: (exercise: Context & WatchedExercise) => Promise<Result>, scope = exerciseScope(deployment, context.expectations),
): Promise<Result> {
  const cluster = await ClusterModel.start(context.api, scope, { clock: context.run.clock });
  try {
    return await work({ ...context, deployment, cluster });
  } finally {
    cluster.stop();
  }
}

function exerciseScope({ metadata: { namespace }, matchLabels }: Deployment, { nodeSelector }: ExerciseExpectations): ClusterScope {
  const launched = { labelSelector: selectorText(nodeSelector) };
  return { pods: { namespace, labelSelector: selectorText(matchLabels) }, nodes: launched, nodeClaims: launched };
}

/** Why the pods do not run: what the account has found comes first. Karpenter's log is read back to the scaling. */
export async function whyNotRunning({ api, expectations, deployment, cluster, findings }: WatchedExercise): Promise<readonly string[]> {
  return [...causeFirst(findings()).map(findingSentence), ...await diagnose(api, expectations, deployment, cluster.moments.elapsedSeconds())];
}

/** The error for a cluster that shows something else than the exercise expects. */
export function exerciseFailed(message: string, remedy: string): LabError {
  return new LabError({ code: 'ExerciseFailed', message, remedy });
}

/** Title and command of a step. */
export interface StepTitle {
  /** What the step does. The words stay the same from run to run. */
  readonly title: string;
  /** The command that a student types for it. @default - none */
  readonly command?: string;
}

/** How a step reports while it runs. */
export interface RunningStep {
  /** Adds a line of evidence. */
  readonly note: (...lines: readonly string[]) => void;
  /** Reports progress that is not kept as evidence. Repetitions are dropped. */
  readonly news: (detail: string, fraction?: number) => void;
}

/** Codes of errors that say nothing about the exercise, because the cluster could not be asked. */
const NO_ANSWER_CODES: readonly string[] = ['KubernetesUnreachable', 'KubeconfigUnreadable'];

/** Runs steps in order and records the outcome of each. After a failed step it skips the others. */
export class StepRecorder {
  private readonly done: ExerciseStep[] = [];

  /** @param run an interruption of it is thrown, and not recorded as a failed step */
  constructor(private readonly run: RunContext) {}

  get steps(): readonly ExerciseStep[] {
    return this.done;
  }

  get verdict(): 'passed' | 'failed' {
    return this.done.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'passed';
  }

  /**
   * Runs a step.
   *
   * @returns whether it passed
   * @throws the reason of the signal; an error that is no LabError, or says that the cluster could not be asked
   */
  async step(title: StepTitle, work: (step: RunningStep) => Promise<void> | void): Promise<boolean> {
    if (this.verdict === 'failed') {
      this.skip(title, 'A step before it failed.');
      return false;
    }
    return this.perform(title, work);
  }

  /** Runs a step even after a failed one, to put things back. */
  async perform(title: StepTitle, work: (step: RunningStep) => Promise<void> | void): Promise<boolean> {
    const started = this.run.clock.nowMillis();
    const evidence: string[] = [];
    this.run.onProgress({ step: title.title, state: 'started' });
    let outcome: 'passed' | 'failed' = 'passed';
    let lastNews = '';
    try {
      await work({
        note: (...lines) => evidence.push(...lines),
        news: (detail, fraction) => {
          if (detail === lastNews) return;
          lastNews = detail;
          this.run.onProgress({ step: title.title, state: 'running', detail, fraction });
        },
      });
    } catch (error) {
      if (this.run.signal.aborted || !isFailureOfStep(error)) throw error;
      outcome = 'failed';
      evidence.push(...failureLines(error));
    }
    this.done.push({ ...title, outcome, evidence, seconds: Math.round((this.run.clock.nowMillis() - started) / 100) / 10 });
    this.run.onProgress({ step: title.title, state: 'finished', detail: outcome === 'failed' ? `failed: ${evidence.at(-1) ?? ''}` : evidence.at(0) });
    return outcome === 'passed';
  }

  /** Records a step as skipped, and why. */
  skip(title: StepTitle, reason: string): void {
    this.done.push({ ...title, outcome: 'skipped', evidence: [reason], seconds: 0 });
    this.run.onProgress({ step: title.title, state: 'skipped', detail: reason });
  }
}

function isFailureOfStep(error: unknown): error is LabError {
  if (!(error instanceof LabError) || NO_ANSWER_CODES.includes(error.code)) return false;
  return !(error instanceof KubernetesRequestRefused && error.status === 401);
}

function failureLines(error: LabError): readonly string[] {
  if (error instanceof DeadlinePassed) return [`Not within ${error.deadlineSeconds} s: ${error.what}.`, ...error.missing];
  const received = error.received === undefined ? [] : [`Received: ${typeof error.received === 'string' ? error.received : JSON.stringify(error.received)}`];
  return [error.message, ...received, error.remedy];
}
