import { ClusterModel } from '../../kubernetes/cluster-model';
import { isRunning, type Pod, selectorText } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { isTrue, trueCondition } from '../../kubernetes/objects';
import type { ExerciseExpectations } from '../expectations';
import type { ClassUse } from './class-bounds';
import { CLASS_SELECTOR } from './student-namespaces';

/** All pods of a class, and the nodes it runs on, as they are now: three watches, however large the class. */
export class ClassWatch {
  /** Begins to watch. */
  static async start(api: KubernetesApi, { nodeSelector }: ExerciseExpectations, replicasEach: number): Promise<ClassWatch> {
    const launched = { labelSelector: selectorText(nodeSelector) };
    return new ClassWatch(await ClusterModel.start(api, { pods: { labelSelector: CLASS_SELECTOR }, nodeClaims: launched, nodes: launched }), replicasEach);
  }

  /** Running pods by uid, counted as changes come, so that a class of hundreds is not counted anew at each. */
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

  /** Pods that wait. */
  get waitingPods(): readonly Pod[] {
    return this.cluster.pods.filter((pod) => !isRunning(pod));
  }

  /** When each student's last pod became ready, as ISO 8601, by namespace; students of whom a pod is missing are left out. */
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

  /** What the class uses now. Nodes of before count as far as it has pods there. */
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
