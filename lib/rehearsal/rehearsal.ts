import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabView } from '../assembly/lab-view';
import { namespaceOf } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { Environment } from '../run-command';
import type { RunContext } from '../run-context';
import { freePorts, LOOPBACK } from './process/loopback';
import { type ProcessEnvironment, processEnvironment } from './process/process-environment';
import { type StartedProcess, startProcess, type StartProcessOptions } from './process/start-process';
import type { RehearsalPaths } from './rehearsal-paths';
import { assemblyDigest, StateFile } from './rehearsal-state';
import type { Toolchain } from './toolchain/toolchain';

/** A rehearsal whose control plane runs, as far as it takes to apply objects to it. */
export interface RehearsedCluster {
  readonly lab: LabView;
  readonly paths: RehearsalPaths;
  /** Environment of every process. */
  readonly environment: ProcessEnvironment;
  /** Absolute path of the toolchain's kubectl. */
  readonly kubectl: string;
}

/** A rehearsal that is being started: what each part is started with, and what has been started so far. */
export interface Rehearsal extends RehearsedCluster {
  readonly name: string;
  /** Absolute path of the assembly. */
  readonly assemblyDirectory: string;
  readonly toolchain: Toolchain;
  readonly programs: RehearsalPrograms;
  readonly ports: RehearsalPorts;
  /** URL of the API server. */
  readonly clusterEndpoint: string;
  /** Loopback URL at which all AWS calls are answered. */
  readonly awsEndpoint: string;
  /** Its record, to which each part adds its processes. */
  readonly state: StateFile;
}

/** What listens on a port in a rehearsal. */
const LISTENERS = [
  'etcd', 'etcdPeer', 'kubeApiserver', 'kubeControllerManager', 'kubeScheduler', 'kwok', 'moto', 'awsAnswers', 'karpenterMetrics', 'karpenterHealth',
] as const;

/** Ports of a rehearsal, all on loopback. */
export type RehearsalPorts = Readonly<Record<(typeof LISTENERS)[number], number>>;

/** Programs of this project that run as processes of a rehearsal. Absolute paths. */
export interface RehearsalPrograms {
  /** Answers AWS calls: `aws-answers/main.ts`. */
  readonly awsAnswers: string;
  /** Keeps Karpenter's log: `karpenter-log/main.ts`. */
  readonly karpenterLog: string;
}

/**
 * The programs as `npm run build` makes them.
 *
 * @throws LabError `ProgramsNotBuilt`
 */
export function rehearsalPrograms(projectDirectory: string): RehearsalPrograms {
  return {
    awsAnswers: built(projectDirectory, 'aws-answers.js'),
    karpenterLog: built(projectDirectory, 'karpenter-log.js'),
  };
}

function built(projectDirectory: string, name: string): string {
  const file = join(projectDirectory, 'dist', name);
  if (existsSync(file)) return file;
  throw new LabError({
    code: 'ProgramsNotBuilt',
    message: 'A program of the rehearsal is not built.',
    received: file,
    remedy: 'Run npm run build in the folder of the lab, then run the command again.',
  });
}

/** What a rehearsal is made of. */
export interface PrepareRehearsalOptions extends Pick<Rehearsal, 'name' | 'lab' | 'assemblyDirectory' | 'paths' | 'toolchain' | 'programs'> {
  /** The user's environment. */
  readonly env: Environment;
}

/**
 * Chooses the ports of a rehearsal and writes its record. Nothing is started yet: the record comes first, so that what is
 * started can be stopped even after a crash.
 *
 * @throws LabError `PortsExhausted`
 */
export async function prepareRehearsal({ env, ...made }: PrepareRehearsalOptions, run: RunContext): Promise<Rehearsal> {
  const { name, lab, assemblyDirectory, paths, toolchain } = made;
  const ports = await freePorts(LISTENERS);
  const awsEndpoint = `http://${LOOPBACK}:${ports.awsAnswers}`;
  const state = new StateFile(paths.recordFile, {
    name,
    directory: paths.directory,
    kubeconfig: paths.kubeconfig,
    awsEndpoint,
    karpenterLog: paths.karpenterLog,
    assemblyDirectory,
    clusterName: lab.cluster.name,
    region: lab.stack.region,
    karpenterNamespace: lab.karpenter.namespace,
    nodePoolName: lab.nodePool.metadata.name,
    inflateNamespace: namespaceOf(lab.exercise),
    startedAt: run.clock.now().toISOString(),
    processes: [],
    phase: 'starting',
    assemblyDigest: assemblyDigest(lab.stack),
    kubectl: toolchain.kubectl,
  });
  return {
    ...made,
    ports,
    awsEndpoint,
    clusterEndpoint: `https://${LOOPBACK}:${ports.kubeApiserver}`,
    kubectl: toolchain.kubectl,
    environment: processEnvironment(paths, toolchain.binDirectory, env),
    state,
  };
}

/** A process of a rehearsal to start. */
export type StartPartOptions = Pick<StartProcessOptions, 'name' | 'command' | 'args' | 'output' | 'isFed'> & {
  /** Variables besides those that every process gets. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute path of its log. @default - a file of its name in the folder of logs */
  readonly logFile?: string;
};

/**
 * Starts a process of a rehearsal and adds it to the record.
 *
 * @throws LabError `ProcessNotStarted` or `ProcessExited`
 */
export async function startPart({ paths, environment, state }: Rehearsal, { env, ...options }: StartPartOptions): Promise<StartedProcess> {
  const started = await startProcess({
    logFile: join(paths.logsDirectory, `${options.name}.log`),
    ...options,
    workingDirectory: paths.directory,
    env: { ...environment, ...env },
  });
  state.addProcesses(started.record);
  return started;
}
