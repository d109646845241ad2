import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabView } from '../assembly/lab-view';
import { MOTO_ACCOUNT } from './aws-answers/aws-answer';
import { namespaceOf } from '../kubernetes/objects';
import type { Environment } from '../run-command';
import type { RunContext } from '../run-context';
import { freePorts, LOOPBACK } from './process/loopback';
import { type ProcessEnvironment, processEnvironment } from './process/process-environment';
import { type StartedProcess, startProcess, type StartProcessOptions } from './process/start-process';
import type { RehearsalPaths } from './rehearsal-paths';
import { keepPrograms, type RehearsalPrograms } from './rehearsal-programs';
import { assemblyDigest, StateFile } from './rehearsal-state';
import { environmentLines, terminalVariables } from './terminal-environment';
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
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
  /** Absolute path of the assembly. */
  readonly assemblyDirectory: string;
  readonly toolchain: Toolchain;
  readonly programs: RehearsalPrograms;
  readonly ports: RehearsalPorts;
  /** Account that is played: the one that the lab is bound to, else moto's own. */
  readonly accountId: string;
  /** Loopback URL at which all AWS calls are answered. */
  readonly awsEndpoint: string;
  /** Its record, to which each part adds its processes. */
  readonly state: StateFile;
}

/** What listens on a port in a rehearsal. */
const LISTENERS = ['moto', 'account'] as const;

/** Ports of a rehearsal, all on loopback. */
export type RehearsalPorts = Readonly<Record<(typeof LISTENERS)[number], number>>;

/** What a rehearsal is made of. */
export interface PrepareRehearsalOptions extends Pick<Rehearsal, 'name' | 'lab' | 'assemblyDirectory' | 'paths' | 'projectDirectory' | 'toolchain'> {
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
  const { name, lab, assemblyDirectory, paths, toolchain, projectDirectory } = made;
  const ports = await freePorts(LISTENERS);
  const awsEndpoint = `http://${LOOPBACK}:${ports.account}`;
  const accountId = lab.stack.account ?? MOTO_ACCOUNT;
  const environment = processEnvironment(paths, toolchain.binDirectory, env);
  const variables = terminalVariables({ awsEndpoint, region: lab.stack.region, kubeconfig: paths.kubeconfig, karpenterNamespace: lab.karpenter.namespace });
  writeFileSync(paths.environmentFile, environmentLines(variables, toolchain.binDirectory), { mode: 0o600 });
  const state = new StateFile(paths.recordFile, {
    name,
    directory: paths.directory,
    kubeconfig: paths.kubeconfig,
    awsEndpoint,
    terminal: { projectDirectory, environment: { ...environment, ...variables, CDK_DISABLE_CLI_TELEMETRY: 'true' } },
    environmentFile: paths.environmentFile,
    findingsFile: paths.findingsFile,
    assemblyDirectory,
    stackName: lab.stack.stackName,
    clusterName: lab.cluster.name,
    accountId,
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
    programs: keepPrograms(projectDirectory, paths.directory),
    ports,
    awsEndpoint,
    accountId,
    kubectl: toolchain.kubectl,
    environment,
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

