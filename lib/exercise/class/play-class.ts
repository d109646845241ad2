import type { GuideBlock } from '../../guide/guide-page';
import { clusterSnapshot } from '../../kubernetes/cluster-model';
import type { Pod } from '../../kubernetes/core-kinds';
import type { NodeClaim } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { reported } from '../../progress';
import { type RunContext, runContext } from '../../run-context';
import { asError } from '../../wait-for';
import { counted, listed } from '../../words';
import { eventLines, LIMIT_MESSAGE, limitLines, NODE_PROVISIONING, nodePoolLines } from '../diagnosis';
import type { ClassResult, Distribution, StudentFailure } from '../exercise-result';
import type { ExerciseExpectations } from '../expectations';
import { NOT_SIMULATED } from '../shown-labels';
import { ClassWatch } from './class-watch';
import type { StudentDesk } from './student-desk';

/** Seats that students sit down at: the kubeconfig of each, by the name of the seat. */
export type OpenSeats = ReadonlyMap<string, string>;

/** What playing a class needs of the lab that it is played on. */
export interface ClassMeans {
  /** Opens the seats, as the instructor does. */
  readonly open: () => Promise<OpenSeats>;
  /** Has a student sit down at a seat. */
  readonly sitDown: (seat: string, kubeconfig: string) => Pick<StudentDesk, 'typeAll'>;
  /** What the student of a seat types. */
  readonly blocksOf: (seat: string) => readonly GuideBlock[];
  /** What the exercise leads to in a seat. */
  readonly expectationsOf: (seat: string) => ExerciseExpectations;
  /** Keeps the class until the run is aborted, so that what a student reached is remembered. */
  readonly keep: (run: RunContext) => Promise<void>;
  /** Grades the class. @returns names of the seats that passed */
  readonly grade: () => Promise<ReadonlySet<string>>;
  /** USD an hour of a node, with its volume; undefined where the price table lacks its type. */
  readonly priceOf: (claim: NodeClaim) => number | undefined;
  /** Mebibytes of memory that all processes hold now. */
  readonly memoryMebibytes: () => number;
}

/** How often it is looked how much memory the processes hold, in milliseconds. */
const MEMORY_MILLIS = 3000;

/** How often it is told how far the class is, in milliseconds. */
const NEWS_MILLIS = 1000;

const STEP = 'Students type the exercise';

/**
 * Plays students who come to a class: their seats are opened, all of them type what the guide says at once, each with the kubeconfig
 * of their seat, and they are graded. Nothing is undone afterwards.
 *
 * A command that fails ends the work of its student; the others go on.
 *
 * @param students how many of the seats are taken
 * @throws what `means` throw; the reason of the signal
 */
export async function playClass(api: KubernetesApi, cluster: string, students: number, means: ClassMeans, run: RunContext): Promise<ClassResult> {
  const opened = await reported(run, 'Open the seats', () => means.open());
  const taken = [...opened].slice(0, students);
  const [seat = ''] = taken[0] ?? [];
  const { replicas } = means.expectationsOf(seat);
  const watch = await ClassWatch.start(api, { seats: taken.map(([name]) => name), replicas });
  const memory = new PeakMemory(means, run);
  const keeper = new Keeper(means, run);
  try {
    const began = run.clock.nowMillis();
    const work = await studentsWork({ api, students: taken, replicas, watch, means }, run);
    const totalSeconds = Math.round((run.clock.nowMillis() - began) / 1000);
    const keeperProblems = await keeper.end();
    const passed = await reported(run, 'Grade the class', () => means.grade());
    const finished = taken.filter(([name]) => passed.has(name) && watch.outcomes.has(name) && !work.failures.some((failure) => failure.seat === name)).length;
    const problems = [...work.problems, ...watch.strays, ...keeperProblems];
    return {
      verdict: finished === students && problems.length === 0 ? 'passed' : 'failed',
      cluster,
      students,
      replicasEach: replicas,
      finished,
      graded: taken.filter(([name]) => passed.has(name)).length,
      secondsToRunning: distributionOf([...watch.outcomes.values()].map(({ seconds }) => seconds)),
      totalSeconds,
      ...nodesOf(watch, means),
      peakMemoryMebibytes: memory.end(),
      limitMet: work.limitMet,
      failures: work.failures,
      problems,
      notSimulated: NOT_SIMULATED,
    };
  } finally {
    watch.stop();
    memory.end();
    await keeper.end();
  }
}

/** Minimum, median, 90th percentile and maximum, each one of the numbers (nearest rank). All 0 where there are none. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const atPercent = (percent: number): number => sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? 0;
  return { min: sorted[0] ?? 0, median: atPercent(50), p90: atPercent(90), max: sorted.at(-1) ?? 0 };
}

function nodesOf(watch: ClassWatch, { priceOf }: ClassMeans): Pick<ClassResult, 'nodesByInstanceType' | 'nodeCount' | 'pricePerHour' | 'studentsWithSeveralNodes'> {
  const nodesByInstanceType: Record<string, number> = {};
  for (const { instanceType = 'not launched' } of watch.nodes) nodesByInstanceType[instanceType] = (nodesByInstanceType[instanceType] ?? 0) + 1;
  return {
    nodesByInstanceType,
    nodeCount: watch.nodes.length,
    pricePerHour: watch.nodes.reduce((sum, claim) => sum + (priceOf(claim) ?? 0), 0),
    studentsWithSeveralNodes: [...watch.outcomes.values()].filter(({ nodeNames }) => nodeNames.length > 1).length,
  };
}

interface ClassAtWork {
  readonly api: KubernetesApi;
  readonly students: readonly (readonly [seat: string, kubeconfig: string])[];
  readonly replicas: number;
  readonly watch: ClassWatch;
  readonly means: ClassMeans;
}

/** Has all students type at once. When the first one fails, it is asked why pods wait: later a limit may be met no longer. */
async function studentsWork({ api, students, replicas, watch, means }: ClassAtWork, run: RunContext): Promise<Shortfall & Pick<ClassResult, 'failures'>> {
  const failures: StudentFailure[] = [];
  let shortfall: Promise<Shortfall> | undefined;
  let done = 0;
  const come = (): string => `${watch.outcomes.size} of ${counted(students.length, 'student')} had all pods running, ${done} have typed all`;
  run.onProgress({ step: STEP, state: 'started' });
  const endNews = run.clock.every(NEWS_MILLIS, () => run.onProgress({
    step: STEP, state: 'running', detail: `${come()}; ${watch.runningPods} of ${counted(students.length * replicas, 'pod')} run`, fraction: done / students.length,
  }));
  try {
    await Promise.all(students.map(async ([seat, kubeconfig]) => {
      const failed = await means.sitDown(seat, kubeconfig).typeAll(means.blocksOf(seat));
      done += 1;
      if (failed === undefined) return;
      failures.push({ seat, command: failed.command, exitCode: failed.exitCode, output: failed.output });
      shortfall ??= whyPodsWait(api, watch.waitingPods, means);
    }));
    return { failures: failures.toSorted((a, b) => a.seat.localeCompare(b.seat)), ...await shortfall ?? { problems: [] } };
  } finally {
    endNews();
    run.onProgress({ step: STEP, state: run.signal.aborted ? 'skipped' : 'finished', detail: come() });
  }
}

/** Why pods of a class do not run. */
interface Shortfall extends Pick<ClassResult, 'limitMet'> {
  /** Line by line; empty where all pods run. */
  readonly problems: readonly string[];
}

/** How many students a line names. */
const NAMED_STUDENTS = 5;

/** Asks why pods of a class do not run: by their events and the NodePools. */
async function whyPodsWait(api: KubernetesApi, waiting: readonly Pod[], { expectationsOf }: ClassMeans): Promise<Shortfall> {
  const pods = waiting.map(({ metadata }) => metadata);
  const seats = [...new Set(pods.map(({ namespace = '' }) => namespace))].toSorted();
  const [seat] = seats;
  if (seat === undefined) return { problems: [] };
  const cluster = await clusterSnapshot(api, { events: { fieldSelector: 'involvedObject.kind=Pod,type=Warning' }, ...NODE_PROVISIONING });
  const expectations = expectationsOf(seat);
  const said = eventLines(cluster.events, pods, 'pod');
  return {
    problems: [
      `${counted(waiting.length, 'pod')} of ${counted(seats.length, 'student')} did not run: ${listed(seats.slice(0, NAMED_STUDENTS))}${seats.length > NAMED_STUDENTS ? `, and ${seats.length - NAMED_STUDENTS} more` : ''}.`,
      ...said,
      ...nodePoolLines(cluster, expectations),
    ],
    ...(said.some((line) => LIMIT_MESSAGE.test(line)) && {
      limitMet: cluster.nodePools.filter(({ metadata }) => metadata.name === expectations.nodePoolName).flatMap(limitLines).join(' '),
    }),
  };
}

/** The most memory that processes held at once. */
class PeakMemory {
  private mebibytes = 0;
  private readonly endLooking: () => void;

  constructor(private readonly means: Pick<ClassMeans, 'memoryMebibytes'>, { clock }: RunContext) {
    this.look();
    this.endLooking = clock.every(MEMORY_MILLIS, () => this.look());
  }

  /** Looks no more. @returns mebibytes */
  end(): number {
    this.endLooking();
    return Math.round(this.mebibytes);
  }

  private look(): void {
    this.mebibytes = Math.max(this.mebibytes, this.means.memoryMebibytes());
  }
}

/** Keeps a class in the background. */
class Keeper {
  private readonly ending = new AbortController();
  private readonly kept: Promise<readonly string[]>;

  constructor(means: Pick<ClassMeans, 'keep'>, run: RunContext) {
    const signal = AbortSignal.any([run.signal, this.ending.signal]);
    this.kept = means.keep(runContext({ signal, clock: run.clock })).then(
      () => [],
      // The others go on without it: what was not remembered shows in the grades.
      (error: unknown) => signal.aborted ? [] : [`Nothing kept the class to its end: ${asError(error).message}`],
    );
  }

  /** @returns what went wrong, line by line */
  end(): Promise<readonly string[]> {
    this.ending.abort();
    return this.kept;
  }
}
