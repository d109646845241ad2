import { AwsRequestFailed } from '../aws/aws-failure';
import type { LabView } from '../assembly/lab-view';
import { deployedStack } from '../aws/deployed-lab';
import type { LabAws } from '../aws/lab-aws';
import { pause } from '../wait-for';
import { LabError } from '../lab-error';
import { Patience } from '../passing-failure';
import type { ProgressListener } from '../progress';
import type { DeploymentTarget } from './deployment-target';
import { causeSentence, deploymentFailed, deploymentNotStarted } from './deployment-failure';
import { DeploymentProgress } from './deployment-progress';
import { firstCause, isBeginning, isEnd, type StackEvent, StackEventReader } from '../aws/stack-events';
import type { ToolkitDeployEnd } from './toolkit-deploy';

/** A deployment to start or to follow. */
export interface RunDeploymentOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  readonly target: DeploymentTarget;
  /** Deploys by the CDK until it ends or is told to stop; not called where CloudFormation is at work already. */
  readonly startCdk: (stop: AbortSignal) => Promise<ToolkitDeployEnd>;
  readonly onProgress: ProgressListener;
  /** Tells what the user should know at once: the first cause, long before the rollback ends. */
  readonly onNote: (text: string) => void;
  readonly pollSeconds: number;
  readonly nowMillis: () => number;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** What CloudFormation did. */
export interface DeploymentRun {
  readonly events: readonly StackEvent[];
  readonly durationSeconds: number;
}

/**
 * Deploys by the CDK, or follows what CloudFormation does already, to the end. Where the CDK ends before CloudFormation does,
 * because its token expired or its network failed, CloudFormation is followed all the same.
 *
 * @throws LabError `DeploymentFailed` with the first real cause, `DeploymentNotStarted`, or what `awsFailure` says
 * @throws the signal's reason when it is interrupted, after saying what goes on
 */
export async function runDeployment(options: RunDeploymentOptions): Promise<DeploymentRun> {
  const { aws, lab, target, signal } = options;
  const reader = new StackEventReader({ cloudFormation: aws.cloudFormation, stackName: target.stackName, signal });
  const watch = new Watch(options, reader);
  try {
    if (target.mode === 'follow') {
      await watch.untilEnd();
    } else {
      await reader.skipToNow();
      const end = await watch.whileRunning(options.startCdk);
      signal?.throwIfAborted();
      if (!end.isSuccess) await watch.withoutCdk(end);
    }
    const last = watch.events.findLast(isEnd);
    if (last !== undefined && !/^(?:CREATE|UPDATE)_COMPLETE$/.test(last.status)) throw deploymentFailed(lab, watch.events, last.status);
    watch.progress.finish();
    return { events: watch.events, durationSeconds: last === undefined ? 0 : Math.round(watch.progress.secondsAt(last.atMillis)) };
  } catch (error) {
    if (signal?.aborted === true || error instanceof AwsRequestFailed) options.onNote(await interruptionText(options));
    throw error;
  }
}

class Watch {
  readonly events: StackEvent[] = [];
  readonly progress: DeploymentProgress;
  private readonly patience = new Patience();
  private isCauseTold = false;

  constructor(private readonly options: RunDeploymentOptions, private readonly reader: StackEventReader) {
    this.progress = new DeploymentProgress(options.lab, options.onProgress);
  }

  /** Follows the present work of CloudFormation to its end. */
  async untilEnd(): Promise<void> {
    await this.take(() => this.reader.ofPresentWork());
    while (!this.events.some(isEnd)) {
      await pause(this.options.pollSeconds, this.options.signal);
      await this.take(() => this.reader.next());
    }
  }

  /** Follows the events for as long as the CDK runs. Whatever ends the following stops the CDK too. */
  async whileRunning(startCdk: RunDeploymentOptions['startCdk']): Promise<ToolkitDeployEnd> {
    const { pollSeconds, signal } = this.options;
    const stopped = new AbortController();
    const ended = new AbortController();
    try {
      const running = startCdk(stopped.signal).finally(() => ended.abort());
      // Whoever stops waiting for it earlier has an error of their own.
      running.catch(() => undefined);
      const wakeUp = AbortSignal.any([ended.signal, ...(signal === undefined ? [] : [signal])]);
      while (!ended.signal.aborted) {
        await this.take(() => this.reader.next());
        await pause(pollSeconds, wakeUp).catch((error: unknown) => {
          if (!ended.signal.aborted) throw error;
        });
      }
      const end = await running;
      await this.take(() => this.reader.next());
      return end;
    } finally {
      stopped.abort();
    }
  }

  /**
   * Goes on where the CDK failed: to the end of what CloudFormation does.
   *
   * @throws LabError `DeploymentNotStarted` when CloudFormation was never asked
   */
  async withoutCdk({ failureText }: ToolkitDeployEnd): Promise<void> {
    const { target, onNote } = this.options;
    if (this.events.some(isEnd)) return;
    if (!this.events.some(isBeginning) && !isAtWork(await statusOf(this.options))) throw deploymentNotStarted(target.stackName, failureText);
    onNote(`The CDK gave up, and CloudFormation goes on; this follows it. ${failureText ?? ''}`.trimEnd());
    await this.untilEnd();
  }

  private async take(read: () => Promise<readonly StackEvent[]>): Promise<void> {
    const { lab, nowMillis, onNote, signal } = this.options;
    const fresh = await this.patience.attempt(read);
    signal?.throwIfAborted();
    if (fresh === undefined) return;
    this.events.push(...fresh);
    this.progress.take(fresh, nowMillis());
    const cause = this.isCauseTold ? undefined : firstCause(this.events);
    if (cause === undefined) return;
    this.isCauseTold = true;
    onNote(`${causeSentence(lab, cause)}. CloudFormation now takes back what it made; this can take a quarter of an hour.`);
  }
}

async function statusOf({ aws, target }: RunDeploymentOptions): Promise<string | undefined> {
  return (await deployedStack(aws.cloudFormation, target.stackName))?.status;
}

/** Whether CloudFormation works on a stack of this status; one in review waits for its change set. */
function isAtWork(status: string | undefined): boolean {
  return status?.endsWith('_IN_PROGRESS') === true && status !== 'REVIEW_IN_PROGRESS';
}

/** Ctrl-C ends this program, not CloudFormation; neither does a failure to ask it. */
async function interruptionText(options: RunDeploymentOptions): Promise<string> {
  const { stackName } = options.target;
  const again = 'Run `npm run lab -- deploy` again to follow it; `npm run lab -- teardown` removes it.';
  let status: string | undefined;
  try {
    status = await statusOf(options);
  } catch (error) {
    if (error instanceof LabError) return `What CloudFormation does now is not known (${error.code}); it does not stop with this command. ${again}`;
    throw error;
  }
  return isAtWork(status)
    ? `CloudFormation goes on without this command: stack ${stackName} is ${status}. ${again}`
    : `CloudFormation is not at work: ${status === undefined ? `there is no stack ${stackName}` : `stack ${stackName} is ${status}`}.`;
}
