import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { LabError } from '../lab-error';
import type { ProcessRecord } from './process/running-processes';
import type { TerminalPlace } from './rehearsal-terminal';

/** What is known of a rehearsal that runs, or that ran and was not cleaned up. `rehearsal.json` in its folder holds it. */
export interface RehearsalRecord {
  /** Tells rehearsals apart that run side by side. */
  readonly name: string;
  /** Absolute path of the folder that holds everything of this rehearsal: `.lab/rehearsals/NAME`. */
  readonly directory: string;
  /** Absolute path of the kubeconfig that reaches its API server. */
  readonly kubeconfig: string;
  /** Loopback URL at which all AWS calls are answered. */
  readonly awsEndpoint: string;
  /** Where commands are typed that are meant for it. */
  readonly terminal: TerminalPlace;
  /** Absolute path of the file of what keeps its lab from working. */
  readonly findingsFile: string;
  /** Absolute path of the assembly that is rehearsed. */
  readonly assemblyDirectory: string;
  readonly stackName: string;
  readonly clusterName: string;
  /** Absolute path of the shell lines that point a terminal at it. */
  readonly environmentFile: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  readonly karpenterNamespace: string;
  readonly nodePoolName: string;
  readonly inflateNamespace: string;
  /** When it was started, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly processes: readonly ProcessRecord[];
  /** What was found at its start although it got ready, the most likely cause first: a sentence each. @default - nothing */
  readonly findings?: readonly string[];
}

/** A rehearsal's record, with what starting and stopping it needs besides. */
export interface RehearsalState extends RehearsalRecord {
  /**
   * - `starting`: it is being started, or its start was cut short;
   * - `ready`: its start succeeded;
   * - `stopped`: it was stopped; its logs are still there.
   */
  readonly phase: 'starting' | 'ready' | 'stopped';
  /** Digest of the assembly's template at the start. */
  readonly assemblyDigest: string;
  /** Absolute path of the toolchain's kubectl. */
  readonly kubectl: string;
}

/**
 * Reads a rehearsal's state.
 *
 * @returns undefined where there is none
 * @throws LabError `RehearsalRecordUnreadable`
 */
export function readState(file: string): RehearsalState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (!isState(state)) throw unreadable(file, undefined);
  return state;
}

/** Whether the value has the shape that a {@link StateFile} writes. */
function isState(value: unknown): value is RehearsalState {
  const { name, phase, processes } = (value ?? {}) as Partial<RehearsalState>;
  return typeof name === 'string' && typeof phase === 'string' && Array.isArray(processes);
}

/** Like {@link readState}, but undefined for a file that cannot be read: its processes are then found by their marker alone. */
export function readableState(file: string): RehearsalState | undefined {
  try {
    return readState(file);
  } catch (error) {
    if (error instanceof LabError && error.code === 'RehearsalRecordUnreadable') return undefined;
    throw error;
  }
}

/** Writes a rehearsal's state to its file at every change, so that a crash loses none of it. */
export class StateFile {
  constructor(private readonly file: string, private state: RehearsalState) {
    this.write();
  }

  get current(): RehearsalState {
    return this.state;
  }

  /** Adds processes that have been started. */
  addProcesses(...processes: readonly ProcessRecord[]): void {
    this.update({ processes: [...this.state.processes, ...processes] });
  }

  update(change: Partial<RehearsalState>): void {
    this.state = { ...this.state, ...change };
    this.write();
  }

  private write(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.part`, `${JSON.stringify(this.state, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.file}.part`, this.file);
  }
}

/** Writes down the processes of a control plane. */
export function writeProcesses(file: string, processes: readonly ProcessRecord[]): void {
  writeFileSync(`${file}.part`, JSON.stringify(processes), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** The processes that {@link writeProcesses} wrote down; none where there is no cluster. */
export function readProcesses(file: string): readonly ProcessRecord[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as readonly ProcessRecord[] : [];
}

function unreadable(file: string, cause: unknown): LabError {
  return new LabError({
    code: 'RehearsalRecordUnreadable',
    message: 'The record of the rehearsal cannot be read.',
    received: file,
    remedy: `Remove the rehearsal with npm run rehearse -- --clean --name ${basename(dirname(file))}, then start it again.`,
    cause,
  });
}

/** Digest of what an assembly would deploy. Two assemblies with the same digest rehearse the same. */
export function assemblyDigest(stack: SynthesizedStack): string {
  const content = [stack.stackName, stack.region, [...stack.resources.values()]];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
