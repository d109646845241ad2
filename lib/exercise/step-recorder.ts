import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { DeadlinePassed } from '../wait-for';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import type { ExerciseStep } from './exercise-result';

/** A step before it is done. */
export interface StepTitle {
  /** What the step is, in words that stay the same. */
  readonly title: string;
  /** The command that a student types for it. @default - none */
  readonly command?: string;
}

/** What a step tells while it is done. */
export interface RunningStep {
  /** Adds a line of evidence. */
  readonly note: (...lines: readonly string[]) => void;
  /** Reports news, without keeping them. The same again is no news. */
  readonly news: (detail: string, fraction?: number) => void;
}

/** Failures that say nothing of the exercise: nobody could ask the cluster. */
const NO_ANSWER_CODES: readonly string[] = ['KubernetesUnreachable', 'KubeconfigUnreadable'];

/** Does steps in their order and records what came of each. After one that failed the others are skipped. */
export class StepRecorder {
  private readonly done: ExerciseStep[] = [];

  /** @param run its interruption is no failure of a step */
  constructor(private readonly run: RunContext) {}

  get steps(): readonly ExerciseStep[] {
    return this.done;
  }

  get verdict(): 'passed' | 'failed' {
    return this.done.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'passed';
  }

  /**
   * Does a step.
   *
   * @returns whether it passed
   * @throws what is no LabError; a LabError that says that the cluster gives no answer; the reason of the signal
   */
  async step(title: StepTitle, work: (step: RunningStep) => Promise<void> | void): Promise<boolean> {
    if (this.verdict === 'failed') {
      this.skip(title, 'A step before it failed.');
      return false;
    }
    return this.perform(title, work);
  }

  /** Does a step even after one that failed: putting things back. */
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

  /** Records a step that is not done, and why. */
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
