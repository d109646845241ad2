import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { kubernetesObjects } from '../assembly/kubernetes-objects';
import { readLab, type LabView } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { deployedStack } from '../aws/deployed-lab';
import { connectAws } from '../aws/lab-aws';
import { LabError } from '../lab-error';
import type { Environment } from '../run-command';
import { type RunContext, sideBySide } from '../run-context';
import { applyCrds, applyManifests, applySystemObjects, missingObjects } from './apply-objects';
import { startControlPlane } from './control-plane';
import { logErrors, requireInterruptionQueue } from './karpenter-log/log-lines';
import { waitForNodeProvisioning } from './node-provisioning-readiness';
import { withLock } from './process/lock-file';
import { processEnvironment } from './process/process-environment';
import { prepareRehearsal, type Rehearsal, rehearsalPrograms } from './rehearsal';
import { DEFAULT_REHEARSAL, type RehearsalPaths, rehearsalPaths } from './rehearsal-paths';
import { assemblyDigest, readableState, type RehearsalRecord, type RehearsalState } from './rehearsal-state';
import { type RehearsalOptions, rehearsalStatus } from './rehearsal-status';
import { LOCAL_CREDENTIALS } from './seed/seeding';
import { startAws } from './start-aws';
import { startKarpenter } from './start-karpenter';
import { stopProcesses } from './stop-rehearsal';
import { ensureToolchain } from './toolchain/ensure-toolchain';
import { readToolchainDefinition, requireRehearsedVersions } from './toolchain/toolchain-definition';

/** A rehearsal to start. */
export interface StartRehearsalOptions extends RehearsalOptions {
  /** Absolute path of the assembly to rehearse, such as the lab's `cdk.out`. */
  readonly assemblyDirectory: string;
  /** The user's environment. */
  readonly env: Environment;
}

const STEP = 'Rehearsal';

/** Seconds that another process may take to start the same rehearsal, its toolchain included. */
const LOCK_SECONDS = 3600;

/**
 * Starts a rehearsal: a real control plane and the real Karpenter on loopback, with AWS answers seeded
 * from the assembly, and the assembly's manifests applied. Starting it twice is harmless: what is missing
 * of the manifests is applied again, and nothing else is touched. One that was torn down is started anew.
 *
 * It runs until it is stopped. When its start fails or the run is interrupted, what was started is stopped,
 * and its folder keeps the logs.
 *
 * @throws LabError `RehearsalRunning` when it runs with another assembly
 * @throws LabError `VersionNotRehearsed` when the stack installs another Kubernetes or Karpenter than the toolchain has
 * @throws LabError `ManifestRefused`, `NodeClassNotReady`, `NodePoolNotReady` or `InterruptionQueueNotFound` for a lab that would not work
 * @example
 * const { kubeconfig } = await startRehearsal({ projectDirectory, assemblyDirectory: join(projectDirectory, 'cdk.out'), env }, run);
 */
export async function startRehearsal(options: StartRehearsalOptions, run: RunContext): Promise<RehearsalRecord> {
  const { projectDirectory, name = DEFAULT_REHEARSAL } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  const lab = readLab(readAssembly(options.assemblyDirectory));
  requireRehearsedVersions(lab, readToolchainDefinition(projectDirectory).versions);
  const programs = rehearsalPrograms(projectDirectory);

  return withLock(paths.lockFile, {
    deadlineSeconds: LOCK_SECONDS,
    onWait: (holder) => run.onProgress({ step: STEP, state: 'running', detail: `process ${holder} starts or stops it` }),
  }, run, async () => {
    const running = runningRehearsal(options, lab, paths);
    if (running !== undefined && !await isTornDown(running, lab, run)) {
      await restoreObjects(running, { lab, paths, env: options.env }, run);
      return running;
    }
    const toolchain = await ensureToolchain(options, run);
    await clearAway(paths);
    const rehearsal = await prepareRehearsal({ ...options, name, lab, paths, programs, toolchain }, run);
    try {
      await startParts(rehearsal, run);
    } catch (error) {
      await stopProcesses(paths.directory, rehearsal.state.current.processes);
      rehearsal.state.update({ phase: 'stopped' });
      throw error;
    }
    rehearsal.state.update({ phase: 'ready' });
    return rehearsal.state.current;
  });
}

/** Starts every part as soon as it has what it needs from the others. */
async function startParts(rehearsal: Rehearsal, wholeRun: RunContext): Promise<void> {
  await sideBySide(wholeRun, (run) => {
    const controlPlane = (async () => {
      await step(run, 'Start the control plane', () => startControlPlane(rehearsal, run));
      await step(run, 'Apply the CRDs of Karpenter', () => applyCrds(rehearsal, run));
    })();
    const aws = step(run, 'Start the AWS answers', () => startAws(rehearsal, run));
    const objects = (async () => {
      await controlPlane;
      await step(run, 'Apply system nodes and pods', () => applySystemObjects(rehearsal, run));
      // The API server checks them without Karpenter: what it refuses is known before Karpenter is ready.
      await applyManifests(rehearsal, kubernetesObjects(rehearsal.lab.stack), run);
    })();
    const karpenter = (async () => {
      await Promise.all([controlPlane, aws]);
      await step(run, 'Start Karpenter', () => startKarpenter(rehearsal, run));
    })();
    return [controlPlane, aws, objects, karpenter];
  });
  await waitForNodeProvisioning(rehearsal, { processes: rehearsal.state.current.processes }, wholeRun);
  requireInterruptionQueue(rehearsal.paths.karpenterLog, rehearsal.lab.karpenter);
}

async function step(run: RunContext, name: string, action: () => Promise<void>): Promise<void> {
  run.signal.throwIfAborted();
  run.onProgress({ step: name, state: 'started' });
  await action();
  run.onProgress({ step: name, state: 'finished' });
}

/** Removes what an earlier rehearsal of this name has left. */
async function clearAway(paths: RehearsalPaths): Promise<void> {
  await stopProcesses(paths.directory, readableState(paths.recordFile)?.processes ?? []);
  rmSync(paths.directory, { recursive: true, force: true });
  mkdirSync(paths.logsDirectory, { recursive: true });
}

/** Whether a teardown has deleted the stack of a rehearsal, and with it everything that was seeded. */
async function isTornDown({ region, awsEndpoint }: RehearsalState, { stack }: LabView, run: RunContext): Promise<boolean> {
  const aws = connectAws(region, run, { endpoint: awsEndpoint, credentials: LOCAL_CREDENTIALS });
  try {
    return await deployedStack(aws.cloudFormation, stack.stackName) === undefined;
  } finally {
    aws.close();
  }
}

/**
 * The rehearsal of this name, when it runs with the same assembly.
 *
 * @throws LabError `RehearsalRunning` when it runs with another
 */
function runningRehearsal(options: StartRehearsalOptions, lab: LabView, paths: RehearsalPaths): RehearsalState | undefined {
  const state = readableState(paths.recordFile);
  if (state === undefined || rehearsalStatus(options).state !== 'running') return undefined;
  if (state.assemblyDigest === assemblyDigest(lab.stack)) return state;
  throw new LabError({
    code: 'RehearsalRunning',
    message: `The rehearsal ${state.name} runs with another state of the lab, of ${state.startedAt}.`,
    received: options.assemblyDirectory,
    remedy: `Stop it with npm run rehearse -- --stop${state.name === DEFAULT_REHEARSAL ? '' : ` --name ${state.name}`}, then start it again; or give the new one a name of its own: --name.`,
  });
}

/** Applies the objects that a running rehearsal has lost. Those that exist stay as they are, whatever they were scaled to. */
async function restoreObjects(
  running: RehearsalState, { lab, paths, env }: { readonly lab: LabView; readonly paths: RehearsalPaths; readonly env: Environment }, run: RunContext,
): Promise<void> {
  const cluster = { lab, paths, kubectl: running.kubectl, environment: processEnvironment(paths, dirname(running.kubectl), env) };
  const missing = await missingObjects(cluster, run);
  if (missing.length === 0) {
    run.onProgress({ step: STEP, state: 'skipped', detail: `${running.name} runs already` });
    return;
  }
  run.onProgress({ step: STEP, state: 'running', detail: `${running.name} runs already, and has lost ${missing.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` });
  const earlierErrors = logErrors(paths.karpenterLog).length;
  await applyManifests(cluster, missing, run);
  await waitForNodeProvisioning(cluster, { processes: running.processes, earlierErrors }, run);
  run.onProgress({ step: STEP, state: 'finished', detail: `${running.name} is whole again` });
}
