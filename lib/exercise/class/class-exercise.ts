import { ClusterModel, type ClusterSnapshot, clusterSnapshot } from '../../kubernetes/cluster-model';
import { type ClusterNode, DEPLOYMENTS, isRunning, isSimulatedNode, NODES, type Pod, selectorText } from '../../kubernetes/core-kinds';
import type { NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { isTrue, trueCondition } from '../../kubernetes/objects';
import { EXERCISE_REPLICAS } from '../../plan/launch-estimate';
import { reported } from '../../progress';
import { DeadlinePassed, forEachBounded, Ticker, waitFor } from '../../wait-for';
import { counted, listed } from '../../words';
import { eventLines, LIMIT_MESSAGE, limitLines, NODE_PROVISIONING, nodePoolLines } from '../diagnosis';
import type { BoundMet, ClassResult, Distribution } from '../exercise-result';
import { pricePerHour } from '../exercise-timeline';
import { type ExerciseExpectations, podMillisOf } from '../expectations';
import { notSimulated } from '../shown-labels';
import { classBounds, type ClassUse, limitsForClass, raiseLimits } from './class-bounds';
import { type ClassContext, type ClassOptions } from './class-context';
import { CLASS_CONCURRENCY, CLASS_SELECTOR, makeNamespaces } from './student-namespaces';

/** The result of a class before the clean-up. */
export type ClassOutcome = Omit<ClassResult, 'verdict' | 'remarks'>;

/** Creates the namespaces, scales all Deployments, and waits until all pods run or no more will come. */
export async function doClassExercise(context: ClassContext, names: readonly string[], options: ClassOptions): Promise<ClassOutcome> {
  const { api, run, exercise, nodePool } = context;
  const replicasEach = options.replicasEach ?? EXERCISE_REPLICAS;
  const pods = names.length * replicasEach;
  if (options.raiseLimits === true) await raiseLimits(api, nodePool, limitsForClass(nodePool, podMillisOf(exercise) ?? 0, pods));
  await reported(run, `Make ${counted(names.length, 'namespace')} with a Deployment each`, (news) =>
    makeNamespaces(api, names, exercise, (done) => news(names.length - done, names.length)));

  const watch = await ClassWatch.start(api, exercise, replicasEach);
  try {
    const scaledAt = new Map<string, string>();
    const scaling = `Scale all to ${counted(replicasEach, 'replica')}`;
    await reported(run, scaling, (news) => forEachBounded(names, CLASS_CONCURRENCY, async (namespace) => {
      scaledAt.set(namespace, await api.scale(DEPLOYMENTS, { namespace, name: exercise.deploymentName }, replicasEach));
      news(names.length - scaledAt.size, names.length);
    }));
    await untilRunning(context, watch, pods, names.length);
    const shortfall = watch.running >= pods ? { problems: [] } : await classProblems(api, watch.waitingPods, exercise);
    // All nodes, because a class that got no node may be on a rehearsal too.
    const { items: nodes } = await api.list(NODES);
    return { ...outcome(watch, scaledAt, nodePool, replicasEach, options), ...simulationOf(nodes), ...shortfall };
  } finally {
    watch.cluster.stop();
  }
}

/** Seconds between two progress reports: dozens of pods begin to run in a second. */
const NEWS_EVERY_SECONDS = 0.5;

/** Waits until all pods run, or nothing has changed for a while. It does not fail then: a class that meets a limit is a result too. */
async function untilRunning({ run: { onProgress }, deadlines }: ClassContext, watch: ClassWatch, pods: number, students: number): Promise<void> {
  const step = 'The class comes to run';
  onProgress({ step, state: 'started' });
  const isStalled = (): boolean => watch.quietSeconds > (watch.isBooting ? deadlines.bootStallSeconds : deadlines.idleStallSeconds);
  const come = (): string => `${watch.finishedAt().size} of ${counted(students, 'student')} run`;
  let lastDetail = '';
  let lookedAt = -Infinity;
  try {
    await waitFor(() => watch.running >= pods || isStalled(), {
      what: `${counted(pods, 'pod')} of the class run`,
      deadlineSeconds: deadlines.runningSeconds,
      on: [watch.cluster, new Ticker(1)],
      describeMissing: () => [],
      onProgress: () => {
        if (performance.now() - lookedAt < NEWS_EVERY_SECONDS * 1000) return;
        lookedAt = performance.now();
        const detail = `${come()}, ${watch.running} of ${counted(pods, 'pod')}, ${nodeNews(watch)}`;
        if (detail === lastDetail) return;
        lastDetail = detail;
        onProgress({ step, state: 'running', detail, fraction: watch.running / pods });
      },
    });
  } catch (error) {
    // When the deadline has passed, what runs by now is the result.
    if (!(error instanceof DeadlinePassed)) {
      onProgress({ step, state: 'skipped', detail: `given up, ${come()}` });
      throw error;
    }
  }
  onProgress({ step, state: 'finished', detail: come() });
}

/** Progress of the nodes: `3 NodeClaims: 2 launched, 1 registered`. */
function nodeNews({ cluster: { newClaims } }: ClassWatch): string {
  const count = (stage: string): number => newClaims.filter((claim) => isTrue(claim, stage)).length;
  return newClaims.length === 0 ? 'no NodeClaim yet' : `${counted(newClaims.length, 'NodeClaim')}: ${count('Launched')} launched, ${count('Registered')} registered`;
}

function outcome(
  watch: ClassWatch, scaledAt: ReadonlyMap<string, string>, nodePool: NodePool, replicasEach: number, { expectations, students, raiseLimits, vcpuQuota }: ClassOptions,
): Omit<ClassOutcome, 'problems' | 'boundMet' | 'isSimulated' | 'notSimulated'> {
  const finishedAt = watch.finishedAt();
  const seconds = [...finishedAt].map(([student, at]) => Math.max(0, secondsBetween(scaledAt.get(student) ?? at, at)));
  const first = [...scaledAt.values()].toSorted()[0] ?? '';
  const last = [...finishedAt.values()].toSorted().at(-1) ?? first;
  const use = watch.use();
  const nodesByInstanceType: Record<string, number> = {};
  for (const { claim: { instanceType = 'not launched' } } of use.nodes) nodesByInstanceType[instanceType] = (nodesByInstanceType[instanceType] ?? 0) + 1;
  return {
    students,
    replicasEach,
    finished: finishedAt.size,
    secondsToRunning: distributionOf(seconds),
    totalSeconds: first === '' ? 0 : secondsBetween(first, last),
    nodesByInstanceType,
    nodeCount: use.nodes.length,
    pricePerHour: use.nodes.reduce((sum, { claim }) => sum + (pricePerHour(claim, expectations.exercise.region) ?? 0), 0),
    areLimitsRaised: raiseLimits === true,
    bounds: classBounds(use, nodePool.limits, expectations, vcpuQuota),
  };
}

/** Whether the nodes are simulated, and what they cannot show then. */
function simulationOf(nodes: readonly ClusterNode[]): Pick<ClassOutcome, 'isSimulated' | 'notSimulated'> {
  return { isSimulated: nodes.some(isSimulatedNode), notSimulated: notSimulated(nodes) };
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** How many students a line names. */
const NAMED_STUDENTS = 5;

/** Why pods of a class do not run, by their events and the NodePools. */
export async function classProblems(
  api: KubernetesApi, waiting: readonly Pod[], exercise: ExerciseExpectations,
): Promise<Pick<ClassResult, 'problems' | 'boundMet'>> {
  const cluster = await clusterSnapshot(api, { events: { fieldSelector: 'involvedObject.kind=Pod,type=Warning' }, ...NODE_PROVISIONING });
  const pods = waiting.map(({ metadata }) => metadata);
  const students = [...new Set(pods.map(({ namespace = '' }) => namespace))].toSorted();
  const named = `${listed(students.slice(0, NAMED_STUDENTS))}${students.length > NAMED_STUDENTS ? ' …' : ''}`;
  const reported = eventLines(cluster.events, pods, 'pod');
  return {
    problems: [
      `${counted(waiting.length, 'pod')} of ${counted(students.length, 'student')} do not run: ${named}.`,
      ...reported,
      ...nodePoolLines(cluster, exercise),
    ],
    boundMet: reported.some((line) => LIMIT_MESSAGE.test(line)) ? limitsMet(cluster, exercise) : undefined,
  };
}

function limitsMet({ nodePools }: ClusterSnapshot, { nodePoolName }: ExerciseExpectations): BoundMet {
  return { what: 'limits of the NodePool', detail: nodePools.filter(({ metadata }) => metadata.name === nodePoolName).flatMap(limitLines).join(' ') };
}

/** Minimum, median, 90th percentile and maximum, each one of the numbers (nearest rank). All 0 where there are none. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const atPercent = (percent: number): number => sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? 0;
  return { min: sorted[0] ?? 0, median: atPercent(50), p90: atPercent(90), max: sorted.at(-1) ?? 0 };
}

/** All pods of a class and their nodes, as they are now. It takes three watches, however large the class is. */
class ClassWatch {
  /** Begins to watch. */
  static async start(api: KubernetesApi, { nodeSelector }: ExerciseExpectations, replicasEach: number): Promise<ClassWatch> {
    const launched = { labelSelector: selectorText(nodeSelector) };
    return new ClassWatch(await ClusterModel.start(api, { pods: { labelSelector: CLASS_SELECTOR }, nodeClaims: launched, nodes: launched }), replicasEach);
  }

  /** Running pods by uid. They are updated change by change: counting hundreds of pods at each change would be slow. */
  private readonly runningPods = new Map<string, Pod>();
  private changedAt = performance.now();

  private constructor(readonly cluster: ClusterModel, private readonly replicasEach: number) {
    cluster.onEachPod((change) => {
      if (change !== undefined) this.count(change.item, change.type === 'deleted');
    });
    cluster.onNodeClaimChange(() => {
      this.changedAt = performance.now();
    });
  }

  /** Pods that run. */
  get running(): number {
    return this.runningPods.size;
  }

  /** Seconds since a pod began to run or a NodeClaim changed. */
  get quietSeconds(): number {
    return (performance.now() - this.changedAt) / 1000;
  }

  /** Whether a node is still on its way. */
  get isBooting(): boolean {
    return this.cluster.newClaims.some((claim) => !isTrue(claim, 'Initialized'));
  }

  /** Pods that do not run yet. */
  get waitingPods(): readonly Pod[] {
    return this.cluster.pods.filter((pod) => !isRunning(pod));
  }

  /** When each student's last pod became ready, as ISO 8601, by namespace; students with a pod that does not run are left out. */
  finishedAt(): ReadonlyMap<string, string> {
    const byStudent = new Map<string, string[]>();
    for (const pod of this.runningPods.values()) {
      const times = byStudent.get(pod.metadata.namespace ?? '') ?? [];
      times.push(trueCondition(pod, 'Ready')?.since ?? pod.metadata.createdAt);
      byStudent.set(pod.metadata.namespace ?? '', times);
    }
    const finished = [...byStudent].filter(([, times]) => times.length >= this.replicasEach);
    return new Map(finished.map(([student, times]) => [student, times.toSorted().at(-1) ?? '']));
  }

  /** What the class uses now. Nodes from before the class count where they run its pods. */
  use(): ClassUse {
    const podsByNode = new Map<string, number>();
    for (const { nodeName } of this.runningPods.values()) podsByNode.set(nodeName ?? '', (podsByNode.get(nodeName ?? '') ?? 0) + 1);
    const isNew = new Set(this.cluster.newClaims);
    return {
      students: this.running / this.replicasEach,
      nodes: this.cluster.nodeClaims
        .map((claim) => ({ claim, pods: podsByNode.get(claim.nodeName ?? '') ?? 0 }))
        .filter(({ claim, pods }) => pods > 0 || isNew.has(claim)),
    };
  }

  private count(pod: Pod, isDeleted: boolean): void {
    const { uid } = pod.metadata;
    const runs = !isDeleted && isRunning(pod);
    if (runs === this.runningPods.has(uid)) return;
    this.changedAt = performance.now();
    if (runs) this.runningPods.set(uid, pod);
    else this.runningPods.delete(uid);
  }
}
