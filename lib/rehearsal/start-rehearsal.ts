import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readLab, type LabView } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { LabError } from '../lab-error';
import type { Environment } from '../run-command';
import { type RunContext } from '../run-context';
import { admitInstructor, deployInto, type LabToDeploy } from './deploy-into';
import { causeFirst, findingSentence, readFindings } from './findings';
import { waitForNodeProvisioning } from './node-provisioning-readiness';
import { requirePlayable } from './playable-template';
import { withLock } from './process/lock-file';
import { processEnvironment } from './process/process-environment';
import { prepareRehearsal, type Rehearsal, type RehearsedCluster } from './rehearsal';
import { DEFAULT_REHEARSAL, type RehearsalPaths, rehearsalPaths } from './rehearsal-paths';
import { keptPrograms, requireBuiltPrograms } from './rehearsal-programs';
import { assemblyDigest, readableState, type RehearsalRecord, type RehearsalState } from './rehearsal-state';
import { type RehearsalOptions, rehearsalStatus } from './rehearsal-status';
import { rehearsedLab } from './rehearsed-lab';
import { missingObjects, restoreObjects } from './restore-objects';
import { startAccount } from './start-account';
import { stopProcesses } from './stop-rehearsal';
import { ensureToolchain } from './toolchain/ensure-toolchain';
import { readToolchainDefinition, requireRehearsedVersions } from './toolchain/toolchain-definition';

/** A rehearsal to start. */
export interface StartRehearsalOptions extends RehearsalOptions {
  /** Absolute path of the assembly to rehearse, such as the lab's `cdk.out`. */
  readonly assemblyDirectory: string;
  /** The user's environment. */
  readonly env: Environment;
  /** Whether the account stays empty, for deploying into it by hand. @default false */
  readonly isEmpty?: boolean;
}

const STEP = 'Rehearsal';

/** Seconds that another process may take to start the same rehearsal, its toolchain included. */
const LOCK_SECONDS = 3600;

/**
 * Starts a rehearsal: an empty AWS account on loopback, into which the assembly is deployed by `lab deploy`, as an instructor does it.
 *
 * Starting it twice is harmless: into an account that is empty, because it was started so or because the lab was torn down, the lab is
 * deployed; of a lab that is deployed, what is missing of its manifests is applied again, and nothing else is touched.
 *
 * It runs until it is stopped. When its first start fails or the run is interrupted, what was started is stopped, and its folder keeps
 * the logs.
 *
 * @throws LabError `RehearsalRunning` when it runs with another assembly
 * @throws LabError `RehearsalNotEmpty` when it is to be empty, runs, and has the lab deployed in it
 * @throws LabError `VersionNotRehearsed` when the stack installs another Kubernetes or Karpenter than the toolchain has
 * @throws LabError `TemplateNotPlayable` when something stands in the template that the rehearsal cannot play
 * @throws LabError `RehearsedDeploymentFailed`, `ManifestRefused`, `NodeClassNotReady` or `NodePoolNotReady` for a lab that would not work
 * @example
 * const { kubeconfig } = await startRehearsal({ projectDirectory, assemblyDirectory: join(projectDirectory, 'cdk.out'), env }, run);
 */
export async function startRehearsal(options: StartRehearsalOptions, run: RunContext): Promise<RehearsalRecord> {
  const { projectDirectory, name = DEFAULT_REHEARSAL } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  const lab = readLab(readAssembly(options.assemblyDirectory));
  requireRehearsedVersions(lab, readToolchainDefinition(projectDirectory).versions);
  requirePlayable(lab.stack);
  requireBuiltPrograms(projectDirectory);

  return withLock(paths.lockFile, {
    deadlineSeconds: LOCK_SECONDS,
    onWait: (holder) => run.onProgress({ step: STEP, state: 'running', detail: `process ${holder} starts or stops it` }),
  }, run, async () => {
    const running = runningRehearsal(options, lab, paths);
    if (running !== undefined) {
      await goOn(running, { lab, paths, programs: keptPrograms(paths.directory), env: options.env, isEmpty: options.isEmpty ?? false }, run);
      return running;
    }
    const toolchain = await ensureToolchain(options, run);
    await clearAway(paths);
    const rehearsal = await prepareRehearsal({ ...options, name, lab, paths, toolchain }, run);
    try {
      await startParts(rehearsal, options.isEmpty ?? false, run);
    } catch (error) {
      await stopProcesses(paths.directory, rehearsal.state.current.processes);
      rehearsal.state.update({ phase: 'stopped' });
      throw error;
    }
    const findings = causeFirst(readFindings(paths.findingsFile)).map(findingSentence);
    rehearsal.state.update({ phase: 'ready', ...(findings.length > 0 && { findings }) });
    return rehearsal.state.current;
  });
}

/** Starts the account and, unless it is to stay empty, deploys the lab into it. */
async function startParts(rehearsal: Rehearsal, isEmpty: boolean, run: RunContext): Promise<void> {
  await step(run, 'Start an empty AWS account', () => startAccount(rehearsal, run));
  if (isEmpty) return;
  await deployInto({ ...rehearsal, terminal: rehearsal.state.current.terminal }, run);
  await waitForNodeProvisioning(rehearsal, run);
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

/** What going on with a rehearsal that runs needs. */
interface GoOnOptions extends Pick<LabToDeploy, 'lab' | 'paths' | 'programs'> {
  readonly env: Environment;
  readonly isEmpty: boolean;
}

/**
 * Goes on with a rehearsal that runs, by what its account has of the lab.
 *
 * @throws LabError `RehearsalNotEmpty`
 */
async function goOn(running: RehearsalState, { isEmpty, env, ...of }: GoOnOptions, run: RunContext): Promise<void> {
  const target: LabToDeploy = { ...running, ...of };
  const found = await rehearsedLab(running, run);
  if (isEmpty) {
    if (found !== 'absent') throw notEmpty(running);
    run.onProgress({ step: STEP, state: 'skipped', detail: `${running.name} runs already, and its account is empty` });
    return;
  }
  const cluster = { ...of, kubectl: running.kubectl, environment: processEnvironment(of.paths, dirname(running.kubectl), env) };
  if (found === 'deployed') {
    // Somebody may have deployed it by hand, and has no way into the cluster yet.
    await admitInstructor({ ...target, kubeconfig: of.paths.kubeconfig, tokenCommand: of.programs.eksToken }, run);
    await makeWhole(running, cluster, run);
    return;
  }
  await deployInto(target, run);
  await waitForNodeProvisioning(cluster, run);
}

function notEmpty({ name }: RehearsalState): LabError {
  const named = name === DEFAULT_REHEARSAL ? '' : ` --name ${name}`;
  return new LabError({
    code: 'RehearsalNotEmpty',
    message: `The rehearsal ${name} runs, and its account is not empty: the lab is deployed in it.`,
    received: name,
    remedy: `Tear the lab down in it, or stop it with npm run rehearse -- --stop${named}, then start it again; or give the new one a name of its own: --name.`,
  });
}

/** Applies the objects that a running rehearsal has lost. Those that exist stay as they are, whatever they were scaled to. */
async function makeWhole(running: RehearsalState, cluster: RehearsedCluster, run: RunContext): Promise<void> {
  const missing = await missingObjects(cluster, run);
  if (missing.length === 0) {
    run.onProgress({ step: STEP, state: 'skipped', detail: `${running.name} runs already` });
    return;
  }
  run.onProgress({ step: STEP, state: 'running', detail: `${running.name} runs already, and has lost ${missing.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` });
  await restoreObjects(cluster, missing, run);
  await waitForNodeProvisioning(cluster, run);
  run.onProgress({ step: STEP, state: 'finished', detail: `${running.name} is whole again` });
}
