import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readLab, type LabView } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { namespaceOf } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import { ignoreProgress, type ProgressListener } from '../progress';
import type { Environment } from '../run-command';
import { logErrors, requireInterruptionQueue } from './karpenter-log/log-errors';
import { processEnvironment } from './process/process-environment';
import { rehearsalPrograms, type RehearsalPrograms } from './rehearsal';
import { startAws } from './start-aws';
import { applyCrds, applyManifests, applySystemObjects, type Kubectl, missingObjects } from './apply-objects';
import { waitForNodeProvisioning } from './node-provisioning-readiness';
import { startControlPlane } from './control-plane';
import { startKarpenter, waitForKarpenter } from './start-karpenter';
import { freePorts, LOOPBACK } from './process/loopback';
import { withLock } from './process/lock-file';
import { type Toolchain } from './toolchain/toolchain';
import { assemblyDigest, readableState, type RehearsalRecord, type RehearsalState, StateFile } from './rehearsal-state';
import { rehearsalStatus, type RehearsalOptions } from './rehearsal-status';
import { readToolchainDefinition, requireRehearsedVersions } from './toolchain/toolchain-definition';
import { DEFAULT_REHEARSAL, rehearsalPaths, type RehearsalPaths } from './rehearsal-paths';
import { stopProcesses } from './stop-rehearsal';
import { ensureToolchain } from './toolchain/ensure-toolchain';

/** A rehearsal to start. */
export interface StartRehearsalOptions extends RehearsalOptions {
  /** Absolute path of the assembly to rehearse, such as the lab's `cdk.out`. */
  readonly assemblyDirectory: string;
  /** The user's environment. */
  readonly env: Environment;
  /**
   * Where progress is reported.
   *
   * @default - nobody watches
   */
  readonly onProgress?: ProgressListener;
  /**
   * Aborted when the user interrupts: everything that was started by then is stopped.
   *
   * @default - not interrupted
   */
  readonly signal?: AbortSignal;
}

const STEP = 'Rehearsal';

/** Seconds that another process may take to start the same rehearsal, its toolchain included. */
const LOCK_SECONDS = 3600;

/**
 * Starts a rehearsal: a real control plane and the real Karpenter on loopback, with AWS answers seeded
 * from the assembly, and the assembly's manifests applied. Starting it twice is harmless: what is missing
 * of the manifests is applied again, and nothing else is touched.
 *
 * It lives until it is stopped. When it cannot be started to its end, what was started is stopped, and
 * its folder keeps the logs.
 *
 * @throws LabError `RehearsalRunning` when it runs with another assembly
 * @throws LabError `VersionNotRehearsed` when the stack installs what the toolchain is not
 * @throws LabError `ManifestRefused`, `NodeClassNotReady`, `NodePoolNotReady` or `InterruptionQueueNotFound` for a lab that would not work
 */
export async function startRehearsal(options: StartRehearsalOptions): Promise<RehearsalRecord> {
  const { projectDirectory, name = DEFAULT_REHEARSAL, signal, onProgress = ignoreProgress } = options;
  const paths = rehearsalPaths(projectDirectory, name);
  const lab = readLab(readAssembly(options.assemblyDirectory));
  requireRehearsedVersions(lab, readToolchainDefinition(projectDirectory).versions);
  const programs = rehearsalPrograms(projectDirectory);

  return withLock(paths.lockFile, {
    deadlineSeconds: LOCK_SECONDS,
    signal,
    onWait: (holder) => onProgress({ step: STEP, state: 'running', detail: `process ${holder} starts or stops it` }),
  }, async () => {
    const running = runningRehearsal(options, lab, paths);
    if (running !== undefined) {
      await restoreObjects({ ...options, onProgress }, lab, paths, running);
      return running;
    }
    const toolchain = await ensureToolchain({ ...options, onProgress });
    return start({ ...options, name, onProgress, paths, lab, programs, toolchain });
  });
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

/** Applies what a rehearsal that runs has lost, such as by a teardown, and leaves alone what is there, however it was scaled. */
async function restoreObjects(
  { env, signal, onProgress }: StartRehearsalOptions & { readonly onProgress: ProgressListener }, lab: LabView, paths: RehearsalPaths, running: RehearsalState,
): Promise<void> {
  const environment = processEnvironment(paths, dirname(running.kubectl), env);
  const kubectl: Kubectl = { command: running.kubectl, paths, environment, signal };
  const missing = await missingObjects(kubectl, lab.stack);
  const karpenter = running.processes.find(({ name }) => name === 'karpenter');
  if (missing.length === 0 || karpenter === undefined) {
    onProgress({ step: STEP, state: 'skipped', detail: `${running.name} runs already` });
    return;
  }
  onProgress({ step: STEP, state: 'running', detail: `${running.name} runs already, and has lost ${missing.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` });
  const earlierErrors = logErrors(paths.karpenterLog).length;
  await applyManifests(kubectl, lab.stack, onProgress, missing);
  await waitForNodeProvisioning({ kubectl, stack: lab.stack, karpenter, karpenterLog: paths.karpenterLog, earlierErrors, onProgress });
  onProgress({ step: STEP, state: 'finished', detail: `${running.name} is whole again` });
}

interface Start extends StartRehearsalOptions {
  readonly name: string;
  readonly onProgress: ProgressListener;
  readonly paths: RehearsalPaths;
  readonly lab: LabView;
  readonly programs: RehearsalPrograms;
  readonly toolchain: Toolchain;
}

async function start(props: Start): Promise<RehearsalRecord> {
  const { name, paths, lab, toolchain } = props;
  await stopProcesses(paths.directory, readableState(paths.recordFile)?.processes ?? []);
  rmSync(paths.directory, { recursive: true, force: true });
  mkdirSync(paths.logsDirectory, { recursive: true });

  const ports = await rehearsalPorts();
  const state = new StateFile(paths.recordFile, {
    name,
    directory: paths.directory,
    kubeconfig: paths.kubeconfig,
    awsEndpoint: `http://${LOOPBACK}:${ports.answers}`,
    karpenterLog: paths.karpenterLog,
    assemblyDirectory: props.assemblyDirectory,
    clusterName: lab.cluster.name,
    region: lab.stack.region,
    karpenterNamespace: lab.karpenter.namespace,
    nodePoolName: lab.nodePool.metadata.name,
    inflateNamespace: namespaceOf(lab.exercise),
    startedAt: new Date().toISOString(),
    processes: [],
    phase: 'starting',
    assemblyDigest: assemblyDigest(lab.stack),
    kubectl: toolchain.kubectl,
  });
  try {
    await startParts(props, state, ports);
  } catch (error) {
    await stopProcesses(paths.directory, state.current.processes);
    state.update({ phase: 'stopped' });
    throw error;
  }
  state.update({ phase: 'ready' });
  return state.current;
}

async function startParts(props: Start, state: StateFile, ports: RehearsalPorts): Promise<void> {
  const { name, paths, lab, programs, toolchain, onProgress } = props;
  const environment = processEnvironment(paths, toolchain.binDirectory, props.env);
  const onProcess = state.addProcesses.bind(state);

  // When one of them fails, the others must not go on.
  const failure = new AbortController();
  const signal = props.signal === undefined ? failure.signal : AbortSignal.any([props.signal, failure.signal]);
  const kubectl: Kubectl = { command: toolchain.kubectl, paths, environment, signal };
  const controlPlane = (async () => {
    await report(onProgress, 'Start the control plane', async () => state.addProcesses(...await startControlPlane({
      name, paths, toolchain, environment, signal,
      ports: ports.controlPlane,
      podCidr: lab.network.vpcCidr,
      karpenterNamespace: lab.karpenter.namespace,
    })));
    await report(onProgress, 'Apply the CRDs of Karpenter', async () => applyCrds(kubectl, toolchain.crdsDirectory));
  })();
  const objects = (async () => {
    await controlPlane;
    await report(onProgress, 'Apply system nodes and pods', async () => applySystemObjects(kubectl, lab, toolchain.versions.kubernetes));
    // The API server checks them without Karpenter: what it refuses is known before Karpenter is ready.
    await applyManifests(kubectl, lab.stack, onProgress);
  })();
  const aws = report(onProgress, 'Start the AWS answers', async () => startAws({
    stack: lab.stack, paths, toolchain, environment, onProcess, onProgress, signal,
    answersProgram: programs.awsAnswers,
    motoPort: ports.moto,
    answersPort: ports.answers,
    assemblyDirectory: props.assemblyDirectory,
    clusterEndpoint: clusterEndpointOf(ports),
  }));
  const karpenter = (async () => {
    await Promise.all([controlPlane, aws]);
    signal.throwIfAborted();
    return report(onProgress, 'Start Karpenter', async () => {
      const started = await startKarpenter({
        paths, toolchain, environment, onProcess,
        chart: lab.karpenter,
        region: lab.stack.region,
        logProgram: programs.karpenterLog,
        clusterEndpoint: clusterEndpointOf(ports),
        awsEndpoint: state.current.awsEndpoint,
        metricsPort: ports.karpenterMetrics,
        healthPort: ports.karpenterHealth,
      });
      await waitForKarpenter(started, signal);
      return started.process;
    });
  })();
  const tasks = [controlPlane, objects, aws, karpenter];
  for (const task of tasks) task.catch((error: unknown) => failure.abort(error));
  await Promise.allSettled(tasks);
  signal.throwIfAborted();
  await waitForNodeProvisioning({ kubectl, stack: lab.stack, karpenter: await karpenter, karpenterLog: paths.karpenterLog, onProgress });
  requireInterruptionQueue(paths.karpenterLog, lab.karpenter);
}

/** Ports of a rehearsal, all on loopback. */
type RehearsalPorts = Awaited<ReturnType<typeof rehearsalPorts>>;

function clusterEndpointOf({ controlPlane }: RehearsalPorts): string {
  return `https://${LOOPBACK}:${controlPlane.kubeApiserver}`;
}

async function rehearsalPorts() {
  const [etcd = 0, etcdPeer = 0, kubeApiserver = 0, kubeControllerManager = 0, kubeScheduler = 0, kwok = 0,
    moto = 0, answers = 0, karpenterMetrics = 0, karpenterHealth = 0] = await freePorts(10);
  return {
    controlPlane: { etcd, etcdPeer, kubeApiserver, kubeControllerManager, kubeScheduler, kwok },
    moto,
    answers,
    karpenterMetrics,
    karpenterHealth,
  };
}

async function report<T>(onProgress: ProgressListener, step: string, action: () => Promise<T>): Promise<T> {
  onProgress({ step, state: 'started' });
  const result = await action();
  onProgress({ step, state: 'finished' });
  return result;
}
