import type { LabView } from '../../assembly/lab-view';
import { readRoster } from '../../config/roster';
import { STUDENT_ACCOUNT } from '../../config/seats';
import { ClusterModel, type ClusterScope, clusterSnapshot } from '../../kubernetes/cluster-model';
import { REPLICA_SETS, SERVICE_ACCOUNTS } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { LabError } from '../../lab-error';
import { isPassing } from '../../passing-failure';
import type { RunContext } from '../../run-context';
import { asError, pause, type Watched } from '../../wait-for';
import { type LabConnection, onLab } from '../connected-lab';
import { type LaunchLine, launchOf, readKarpenterLog } from '../karpenter-log';
import { type ClassMarks, ForgottenMarks, readMarks, saveMarks } from './class-marks';
import { classOf } from './class-seats';
import type { ClassStatus, SeatStatus } from './class-status';
import { scaleInIdle } from './idle-seats';
import { type ClassLook, type ClassMemory, type KeptClass, lookAt, NO_MEMORY } from './look-at-class';
import { SeatDiagnoses } from './seat-diagnosis';
import { expectationsOfSeats } from './seat-expectations';
import type { ClassSnapshot } from './seat-objects';

/** Which class to keep. */
export interface ClassConnection extends LabConnection {
  /** Absolute path of the folder of the lab: paths in `lab.yaml` are relative to it. */
  readonly projectDirectory: string;
}

/**
 * Keeps a class until the run's signal is aborted: remembers what its students have reached, and scales idle seats to 0.
 *
 * @param onStatus gets the class at once, about a second after every change, and every five seconds. While the cluster does not
 * answer it gets nothing
 * @throws what {@link onLab} and {@link readRoster} throw, and LabError `ClassNotConfigured`, `MarksUnreadable`, `KubernetesRequestRefused`
 */
export async function followClass(options: ClassConnection, onStatus: (status: ClassStatus) => void, run: RunContext): Promise<void> {
  try {
    await onLab(options, run, async ({ lab, api }) => followOn(api, await keptClass(lab, options), onStatus, run));
  } catch (error) {
    if (!run.signal.aborted) throw error;
  }
}

/**
 * Looks at a class once, and remembers what its students have reached. It scales nothing.
 *
 * @throws what {@link followClass} throws
 */
export async function classStatus(options: ClassConnection, run: RunContext): Promise<ClassStatus> {
  return onLab(options, run, async ({ lab, api }) => statusOfClass(api, await keptClass(lab, options), run));
}

/**
 * What of a lab is kept while its class is.
 *
 * @throws what {@link readRoster} throws, and LabError `ClassNotConfigured`
 */
export async function keptClass(lab: LabView, { projectDirectory }: Pick<ClassConnection, 'projectDirectory'>): Promise<KeptClass> {
  const view = classOf(lab);
  const roster = await readRoster({ ...view, projectDirectory });
  const expectationsOf = expectationsOfSeats(lab);
  return {
    lab,
    seats: view.seats.map((seat) => ({ seat, student: roster.get(seat), expectations: expectationsOf(seat) })),
    idleMinutes: view.idleMinutes,
  };
}

/** What is read for a look. Pods and nodes of all namespaces: a student's pods carry no label that the server could select by. */
const SCOPE: ClusterScope = { namespaces: {}, deployments: {}, pods: {}, nodes: {}, nodeClaims: {} };

const ACCOUNTS = { fieldSelector: `metadata.name=${STUDENT_ACCOUNT}` };

/** {@link classStatus} on a cluster that is already connected. */
export async function statusOfClass(api: KubernetesApi, kept: KeptClass, run: RunContext): Promise<ClassStatus> {
  const keeper = await Keeper.start(api, kept, run);
  const [found, accounts, replicaSets] = await Promise.all([
    clusterSnapshot(api, SCOPE), api.list(SERVICE_ACCOUNTS, ACCOUNTS), api.list(REPLICA_SETS),
  ]);
  const cluster = { ...found, serviceAccounts: accounts.items, replicaSets: replicaSets.items };
  await keeper.findOut(cluster, (await keeper.look(cluster)).status);
  return (await keeper.look(cluster)).status;
}

/** {@link followClass} on a cluster that is already connected. It ends with the run's signal, and throws its reason. */
export async function followOn(api: KubernetesApi, kept: KeptClass, onStatus: (status: ClassStatus) => void, run: RunContext): Promise<void> {
  const keeper = await Keeper.start(api, kept, run);
  const [cluster, accounts, replicaSets, forgotten] = await Promise.all([
    ClusterModel.start(api, SCOPE, { patienceSeconds: Infinity }),
    LiveList.start(api, SERVICE_ACCOUNTS, ACCOUNTS, Infinity),
    LiveList.start(api, REPLICA_SETS, {}, Infinity),
    ForgottenMarks.watch(api),
  ]);
  const watched = [cluster, accounts, replicaSets, forgotten];
  const news = new News(watched);
  try {
    for (;;) {
      const failed = watched.find(({ failure }) => failure !== undefined);
      if (failed !== undefined) throw asError(failed.failure);
      if ([cluster, accounts, replicaSets].every(({ interruption }) => interruption === undefined)) {
        const { namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses } = cluster;
        const seen = { namespaces, deployments, pods, events, nodes, nodeClaims, nodePools, nodeClasses, serviceAccounts: accounts.items, replicaSets: replicaSets.items };
        keeper.forget(forgotten.take());
        const status = await keeper.keep(seen);
        if (status !== undefined) onStatus(status);
      }
      await news.next(run.signal);
    }
  } finally {
    news.end();
    for (const each of watched) each.stop();
  }
}

/** Seconds after which Karpenter's log is read again while the launch of a seat is not found in it. */
const LOG_EVERY_SECONDS = 30;

/** Looks at a class again and again, and writes down what it finds. */
class Keeper {
  /** Reads what was remembered, and compares the clocks: what a look reads are times of the API server. */
  static async start(api: KubernetesApi, kept: KeptClass, run: RunContext): Promise<Keeper> {
    const [marks, serverTime] = await Promise.all([readMarks(api, seatsOf(kept)), api.serverTime()]);
    const ahead = serverTime.getTime() - run.clock.now().getTime();
    // The server tells whole seconds: less than two are no difference.
    return new Keeper(api, kept, run, { ...NO_MEMORY, marks }, Math.abs(ahead) < 2000 ? 0 : ahead);
  }

  private readonly diagnoses: SeatDiagnoses;
  private unsaved: ClassMarks = new Map();
  /** Seats whose marks are written down, by the last answer of the API server. */
  private stored: ReadonlySet<string>;
  private logReadAtMillis: number | undefined;
  /** What is being found out beside the looks. */
  private finding: Promise<void> | undefined;
  private failure: unknown;

  private constructor(
    private readonly api: KubernetesApi, private readonly kept: KeptClass, private readonly run: RunContext,
    private memory: ClassMemory, private readonly aheadMillis: number,
  ) {
    this.diagnoses = new SeatDiagnoses(api, run.clock.nowMillis);
    this.stored = new Set(memory.marks.keys());
  }

  /** Forgets marks that somebody has removed. */
  forget(seats: ReadonlySet<string>): void {
    if (seats.size === 0) return;
    const isKept = ([seat]: readonly [string, unknown]): boolean => !seats.has(seat);
    this.memory = { ...this.memory, marks: new Map([...this.memory.marks].filter(isKept)) };
    this.unsaved = new Map([...this.unsaved].filter(isKept));
    this.stored = new Set([...this.stored].filter((seat) => !seats.has(seat)));
  }

  /**
   * Looks at the class, and scales idle seats to 0. It waits for no log and no diagnosis: a look must not be missed for them, as what a
   * student has reached may be gone at the next.
   *
   * @returns undefined where the cluster did not answer for a moment: what could not be written down is written at the next look
   */
  async keep(cluster: ClassSnapshot): Promise<ClassStatus | undefined> {
    if (this.failure !== undefined) throw asError(this.failure);
    try {
      const { status, idleSeats } = await this.look(cluster);
      this.finding ??= this.findOut(cluster, status)
        .catch((error: unknown) => {
          if (!isPassing(error)) this.failure = error;
        })
        .finally(() => {
          this.finding = undefined;
        });
      return { ...status, scaledIn: await scaleInIdle(this.api, cluster, idleSeats, this.kept.idleMinutes) };
    } catch (error) {
      if (isPassing(error)) return undefined;
      throw error;
    }
  }

  /** Looks at the class, and remembers in the cluster what is new. */
  async look(cluster: ClassSnapshot): Promise<ClassLook> {
    const now = new Date(this.run.clock.now().getTime() + this.aheadMillis);
    const look = lookAt(cluster, this.kept, this.memory, now);
    this.memory = look.memory;
    this.unsaved = new Map([...this.unsaved, ...look.changedMarks]);
    await this.save();
    return { ...look, status: { ...look.status, seats: look.status.seats.map((seat) => this.diagnoses.explained(seat)) } };
  }

  /** Finds out what no look shows by itself: launches in Karpenter's log, and why seats are stuck. The next look has it. */
  async findOut(cluster: ClassSnapshot, { seats }: ClassStatus): Promise<void> {
    const stuck = new Set(seats.filter((seat) => seat.stuck !== undefined).map(({ seat }) => seat));
    await Promise.all([
      this.findLaunches(cluster, seats),
      this.diagnoses.renew(cluster, this.kept.seats.filter(({ seat }) => stuck.has(seat))),
    ]);
  }

  /** Reads Karpenter's log where a launch is still to be found in it. */
  private async findLaunches({ nodeClaims }: ClassSnapshot, seats: readonly SeatStatus[]): Promise<void> {
    const nowMillis = this.run.clock.nowMillis();
    const seconds = this.logReadAtMillis === undefined ? undefined : (nowMillis - this.logReadAtMillis) / 1000;
    const isWanted = seats.some(({ runningPods, nodes, mark }) => runningPods > 0 && nodes.length > 0 && mark.passedAt['launch log'] === undefined);
    if (!isWanted || (seconds !== undefined && seconds < LOG_EVERY_SECONDS)) return;
    const launches = await this.readLaunches(seconds);
    this.logReadAtMillis = nowMillis;
    const names = new Set(nodeClaims.map(({ metadata }) => metadata.name));
    this.memory = { ...this.memory, launches: [...this.memory.launches, ...launches].filter(({ nodeClaim }) => names.has(nodeClaim)) };
  }

  /** Launches that the log shows. A log that cannot be read shows none: the observation of it stays unknown, and decides nothing. */
  private async readLaunches(sinceSeconds: number | undefined): Promise<readonly LaunchLine[]> {
    const { karpenter } = this.kept.lab;
    const place = { karpenterNamespace: karpenter.namespace, karpenterDeployment: karpenter.release };
    try {
      const lines = await readKarpenterLog(this.api, place, sinceSeconds === undefined ? undefined : sinceSeconds + LOG_EVERY_SECONDS);
      return lines.flatMap((line) => launchOf(line) ?? []);
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'KubernetesUnreachable') throw error;
      return [];
    }
  }

  private async save(): Promise<void> {
    if (this.unsaved.size === 0) return;
    const saved = await saveMarks(this.api, seatsOf(this.kept), this.unsaved, this.stored);
    this.unsaved = new Map();
    this.stored = new Set(saved.keys());
    this.memory = { ...this.memory, marks: saved };
  }
}

function seatsOf({ seats }: KeptClass): readonly string[] {
  return seats.map(({ seat }) => seat);
}

/** Seconds between two looks at least, so that changes that come together are told together, and at most, because times grow. */
const SETTLING_SECONDS = 1;
const MOST_SECONDS = 5;

/** Changes of what is watched, those between two waits included. */
class News {
  private isThere = false;
  private tell: () => void = () => undefined;
  private readonly endings: readonly (() => void)[];

  constructor(on: readonly Watched[]) {
    this.endings = on.map((watched) => watched.onChange(() => {
      this.isThere = true;
      this.tell();
    }));
  }

  /**
   * Waits for a change, and for some time in any case.
   *
   * @throws the signal's reason
   */
  async next(signal: AbortSignal): Promise<void> {
    await pause(SETTLING_SECONDS, signal);
    const ended = new AbortController();
    this.tell = () => ended.abort();
    if (!this.isThere) await pause(MOST_SECONDS - SETTLING_SECONDS, AbortSignal.any([signal, ended.signal])).catch(() => undefined);
    signal.throwIfAborted();
    this.isThere = false;
  }

  end(): void {
    for (const end of this.endings) end();
  }
}
