import { AwsRequestFailed } from '../aws/aws-failure';
import { deployedStack } from '../aws/deployed-lab';
import type { LabAws } from '../aws/lab-aws';
import { firstCause, isBeginning, isEnd, type StackEvent, StackFollower } from '../aws/stack-events';
import type { LabView } from '../assembly/lab-view';
import { LabError } from '../lab-error';
import { beyondInterruption, type RunContext } from '../run-context';
import { causeSentence, deploymentFailed, deploymentNotStarted } from './deployment-failure';
import { DeploymentProgress } from './deployment-progress';
import type { DeploymentTarget } from './deployment-target';
import type { ToolkitDeployEnd } from './toolkit-deploy';

/** A deployment to start or to follow. */
export interface RunDeploymentOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  readonly target: DeploymentTarget;
  /** Whether CloudFormation is told to leave what it made where it is when it fails. */
  readonly keepFailed: boolean;
  /** Deploys by the CDK until it ends or is told to stop; not called where CloudFormation is at work already. */
  readonly startCdk: (stop: AbortSignal) => Promise<ToolkitDeployEnd>;
  /** Called with what the user should know at once: the first cause, long before the rollback ends. */
  readonly onNote: (text: string) => void;
  /** Seconds between two looks at the events. */
  readonly pollSeconds: number;
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
export async function runDeployment(options: RunDeploymentOptions, run: RunContext): Promise<DeploymentRun> {
  const { aws: { cloudFormation }, lab, target: { stackName, mode }, pollSeconds, onNote } = options;
  const progress = new DeploymentProgress(lab, run.onProgress);
  let isCauseTold = false;
  const follower = new StackFollower({
    cloudFormation,
    stackName,
    everySeconds: pollSeconds,
    onLook: (fresh) => {
      progress.take(fresh, run.clock.now().getTime());
      const cause = isCauseTold ? undefined : firstCause(follower.events);
      if (cause === undefined) return;
      isCauseTold = true;
      onNote(`${causeSentence(lab, cause)}. ${whatFollows(options)}`);
    },
  }, run);
  try {
    if (mode === 'follow') await follower.untilEnd();
    else await deployByCdk(options, follower, run);
    const last = follower.events.findLast(isEnd);
    if (last !== undefined && !/^(?:CREATE|UPDATE)_COMPLETE$/.test(last.status)) throw deploymentFailed(lab, follower.events, last.status);
    progress.finish();
    return { events: follower.events, durationSeconds: last === undefined ? 0 : Math.round(progress.secondsAt(last.atMillis)) };
  } catch (error) {
    if (run.signal.aborted || error instanceof AwsRequestFailed) onNote(await interruptionText(options, run));
    throw error;
  }
}

/** What CloudFormation does once something has failed. How a deployment was begun that is only followed is not known. */
function whatFollows({ keepFailed, target: { mode } }: RunDeploymentOptions): string {
  const howLong = 'this can take a quarter of an hour.';
  if (mode === 'follow') return `CloudFormation now takes back what it made, unless it was told to keep it; ${howLong}`;
  return keepFailed ? 'CloudFormation ends what is under way and keeps what it made.' : `CloudFormation now takes back what it made; ${howLong}`;
}

/**
 * Has the CDK deploy, and follows the events meanwhile. Where the CDK fails, it goes on to the end of what CloudFormation does.
 *
 * @throws LabError `DeploymentNotStarted` when CloudFormation was never asked
 */
async function deployByCdk({ aws, target, startCdk, onNote }: RunDeploymentOptions, follower: StackFollower, run: RunContext): Promise<void> {
  await follower.skipToNow();
  const stop = new AbortController();
  try {
    const { isSuccess, failureText } = await follower.during(startCdk(stop.signal));
    run.signal.throwIfAborted();
    if (isSuccess || follower.events.some(isEnd)) return;
    if (!follower.events.some(isBeginning) && !isAtWork(await statusOf(aws, target))) throw deploymentNotStarted(target.stackName, failureText);
    onNote(`The CDK gave up, and CloudFormation goes on; this follows it. ${failureText ?? ''}`.trimEnd());
    await follower.untilEnd();
  } finally {
    // Whatever ends the following stops the CDK too.
    stop.abort();
  }
}

async function statusOf(aws: LabAws, { stackName }: DeploymentTarget): Promise<string | undefined> {
  return (await deployedStack(aws.cloudFormation, stackName))?.status;
}

/** Whether CloudFormation works on a stack of this status; one in review waits for its change set. */
function isAtWork(status: string | undefined): boolean {
  return status?.endsWith('_IN_PROGRESS') === true && status !== 'REVIEW_IN_PROGRESS';
}

/** Ctrl-C ends this program, not CloudFormation; neither does a failure to ask it. */
async function interruptionText({ aws, target }: RunDeploymentOptions, run: RunContext): Promise<string> {
  const { stackName } = target;
  const again = 'Run `npm run lab -- deploy` again to follow it; `npm run lab -- teardown` removes it.';
  const asking = aws.boundTo(beyondInterruption(run).signal);
  try {
    const status = await statusOf(asking, target);
    return isAtWork(status)
      ? `CloudFormation goes on without this command: stack ${stackName} is ${status}. ${again}`
      : `CloudFormation is not at work: ${status === undefined ? `there is no stack ${stackName}` : `stack ${stackName} is ${status}`}.`;
  } catch (error) {
    if (error instanceof LabError) return `What CloudFormation does now is not known (${error.code}); it does not stop with this command. ${again}`;
    throw error;
  } finally {
    asking.close();
  }
}
