import { LiveList } from '../../kubernetes/live-list';
import { APP_INSTANCE_LABEL, APP_NAME_LABEL } from '../../well-known-keys';
import { asError, pause } from '../../wait-for';
import type { Account } from '../account';
import type { ProcessRecord } from '../process/running-processes';
import { KARPENTER_PODS, type KarpenterPod, persistently } from './karpenter-pod';
import { KARPENTER_APP } from './kwok-documents';
import type { AdmittedIdentity } from './pod-credentials';
import { type KarpenterPodsOptions, RunningPod } from './running-pod';

/** Seconds that a process has to end by itself when the account ends. */
const CLOSE_SECONDS = 3;

/** Seconds that a pod may be without a node that has room for it: as long as it takes until another pod goes. */
const PLACED_SECONDS = 20;

/**
 * Runs Karpenter's pods as processes, as a kubelet runs containers: the pods that the chart's Deployment has and that the
 * scheduler has placed on a node. Everything that a process knows comes from its pod.
 */
export class KarpenterPods {
  /** Begins to watch the pods. */
  static async start(account: Account, options: KarpenterPodsOptions): Promise<KarpenterPods> {
    const list = await LiveList.start(options.kubernetes, KARPENTER_PODS, { labelSelector: `${APP_NAME_LABEL}=${KARPENTER_APP}` }, Infinity);
    return new KarpenterPods(account, options, list);
  }

  /** What each pod got when it was seen first, by uid. */
  private readonly admitted = new Map<string, AdmittedIdentity | undefined>();
  private readonly running = new Map<string, RunningPod>();
  private readonly ending = new Map<string, Promise<void>>();
  /** Pods for which no node has room, by uid, as they are now. */
  private readonly unplaced = new Map<string, KarpenterPod>();
  private readonly closing = new AbortController();

  private constructor(private readonly account: Account, private readonly options: KarpenterPodsOptions, private readonly list: LiveList<KarpenterPod>) {
    for (const pod of list.items) this.see(pod);
    list.onEach((change) => {
      if (change === undefined) return;
      if (change.type === 'deleted') this.forget(change.item);
      else this.see(change.item);
    });
  }

  /** The processes that run now. */
  processes(): readonly ProcessRecord[] {
    return [...this.running.values()].flatMap(({ processes }) => processes);
  }

  /** Ends all processes. The pods stay as they are. */
  async close(): Promise<void> {
    this.list.stop();
    this.closing.abort();
    await Promise.all([...this.running.values()].map((pod) => pod.stop(CLOSE_SECONDS)));
    await Promise.all(this.ending.values());
  }

  private see(pod: KarpenterPod): void {
    const { uid, namespace = '', deletedAt } = pod.metadata;
    if (pod.container === undefined || this.ending.has(uid)) return;
    if (!this.admitted.has(uid)) this.admitted.set(uid, this.options.podIdentityFor(namespace, pod.serviceAccount));
    this.lookForPlace(pod);
    this.running.get(uid)?.update(pod);
    // A pod without a node is nobody's: the API server itself removes it.
    if (deletedAt !== undefined && pod.nodeName !== undefined) this.end(pod, true);
    else if (deletedAt === undefined && pod.address !== undefined && !this.running.has(uid)) {
      this.running.set(uid, new RunningPod(this.account, this.options, pod, this.admitted.get(uid)));
    }
  }

  /** A pod that finds no node with room for it is a finding after a while. */
  private lookForPlace(pod: KarpenterPod): void {
    const { uid, namespace = '', labels, deletedAt } = pod.metadata;
    const isUnplaced = deletedAt === undefined && pod.nodeName === undefined && unschedulable(pod) !== undefined;
    if (!isUnplaced) {
      this.unplaced.delete(uid);
      return;
    }
    const isKnown = this.unplaced.has(uid);
    this.unplaced.set(uid, pod);
    if (isKnown) return;
    const report = (): void => {
      const found = unschedulable(this.unplaced.get(uid));
      if (found === undefined) return;
      this.account.findings.report({
        kind: 'pod-not-ready', resource: `${labels[APP_INSTANCE_LABEL] ?? 'karpenter'} in namespace ${namespace}`, expected: 'a node has room for each of its pods', found,
      });
    };
    pause(this.options.placedSeconds ?? PLACED_SECONDS, AbortSignal.any([this.options.kubernetes.signal, this.closing.signal])).then(report, () => undefined);
  }

  /** Ends the process of a pod that is gone, as when its node is. */
  private forget(pod: KarpenterPod): void {
    const { uid } = pod.metadata;
    this.unplaced.delete(uid);
    this.admitted.delete(uid);
    if (this.ending.has(uid)) this.ending.delete(uid);
    else this.end(pod, false);
  }

  /** Ends the process of a pod, then removes the pod where it is still there. */
  private end(pod: KarpenterPod, isThere: boolean): void {
    const { uid, namespace, name } = pod.metadata;
    const kubernetes = this.options.kubernetes.boundTo(AbortSignal.any([this.options.kubernetes.signal, this.closing.signal]));
    const remove = async (): Promise<void> => {
      await this.running.get(uid)?.stop();
      this.running.delete(uid);
      if (isThere) await persistently(() => kubernetes.delete(KARPENTER_PODS, { namespace, name }, 0), kubernetes.signal);
    };
    this.ending.set(uid, remove().catch((error: unknown) => {
      if (kubernetes.signal.aborted) return;
      this.account.findings.report({ kind: 'pod-not-ready', resource: name, expected: 'the pod goes when its process has ended', found: asError(error).message });
    }));
  }
}

/** Why no node has room for a pod, in the scheduler's words; undefined where it has not looked, or has found one. */
function unschedulable(pod: KarpenterPod | undefined): string | undefined {
  const condition = pod?.conditions.find(({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable');
  return condition?.message.replace(/\. preemption: .*$/, '').replace(/\.$/, '');
}
