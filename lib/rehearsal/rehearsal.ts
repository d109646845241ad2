import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabView } from '../assembly/lab-view';
import { MOTO_ACCOUNT } from './aws-answers/aws-answer';
import { namespaceOf } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { Environment } from '../run-command';
import type { RunContext } from '../run-context';
import { freePorts, LOOPBACK } from './process/loopback';
import { type ProcessEnvironment, processEnvironment } from './process/process-environment';
import { type StartedProcess, startProcess, type StartProcessOptions } from './process/start-process';
import type { RehearsalPaths } from './rehearsal-paths';
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

/** Programs of this project that run as processes of a rehearsal. Absolute paths. */
export interface RehearsalPrograms {
  /** The account: `account-process/main.ts`. */
  readonly account: string;
  /** Makes tokens for kubectl: `eks/token-command.ts`. */
  readonly eksToken: string;
  /** Runs functions for Node.js: `functions/node-runtime/main.ts`. */
  readonly nodeRuntime: string;
  /** Runs functions for Python: `functions/python-runtime/main.py`. */
  readonly pythonRuntime: string;
  /** The helm that functions find first: `functions/helm/main.ts`. */
  readonly helm: string;
}

/**
 * The programs as `npm run build` makes them.
 *
 * @throws LabError `ProgramsNotBuilt`
 */
export function rehearsalPrograms(projectDirectory: string): RehearsalPrograms {
  return {
    account: built(projectDirectory, 'account.js'),
    eksToken: built(projectDirectory, 'eks-token.js'),
    nodeRuntime: built(projectDirectory, 'node-runtime.js'),
    pythonRuntime: join(projectDirectory, 'lib', 'rehearsal', 'functions', 'python-runtime', 'main.py'),
    helm: built(projectDirectory, 'helm.js'),
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
export interface PrepareRehearsalOptions extends Pick<Rehearsal, 'name' | 'lab' | 'assemblyDirectory' | 'paths' | 'projectDirectory' | 'toolchain' | 'programs'> {
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

