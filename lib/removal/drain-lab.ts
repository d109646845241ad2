import type { LabView } from '../assembly/lab-view';
import { type KarpenterInstance, karpenterInstances } from '../aws/karpenter-instances';
import type { LabAws } from '../aws/lab-aws';
import { findLeftovers, removeLeftovers } from '../aws/leftovers/find-leftovers';
import type { LabNames } from '../aws/leftovers/leftover';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LabError } from '../lab-error';
import { isPassing } from '../passing-failure';
import type { ProgressListener } from '../progress';
import { deadlineIn, type RunContext } from '../run-context';
import { pause } from '../wait-for';
import { drainPass, type DrainPhase, type DrainState } from './drain-pass';
import { isAbandoned, releaseAbandoned } from './named-objects';

/** What to drain. */
export interface DrainLabOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  readonly names: LabNames;
  /** @default - the cluster is gone, or nothing in it can be drained: only instances can be left */
  readonly api?: KubernetesApi;
  /** Seconds that Karpenter has, before instances are terminated. */
  readonly timeoutSeconds: number;
  /** Seconds that it then takes at most until they are gone. */
  readonly graceSeconds: number;
  /** Seconds between two passes. */
  readonly everySeconds: number;
}

/** What a drain did. */
export interface DrainedLab {
  /** Objects whose deletion it asked for. */
  readonly deletedObjects: readonly string[];
  /** Instances that Karpenter did not end in time. */
  readonly terminatedInstances: readonly string[];
  /** Objects that waited for a Karpenter that does not run. Their finalizers were removed once no instance was left. */
  readonly releasedObjects: readonly string[];
  /** Deletions that were refused at the end, and by whom, a sentence each. They held nothing that the drain waits for. */
  readonly refusedDeletions: readonly string[];
}

const STEPS: Readonly<Record<DrainPhase, string>> = {
  workloads: 'Drain workloads, load balancers and volumes',
  nodePools: 'Drain all NodePools',
  nodeClaims: 'Drain NodeClaims',
  instances: 'Wait for the end of instances',
  nodeClasses: 'Drain EC2NodeClasses',
  drained: 'Drained',
};

/** What each phase raises when it does not end. */
const CODES: Readonly<Record<Exclude<DrainPhase, 'drained'>, string>> = {
  workloads: 'WorkloadsRemained',
  nodePools: 'NodePoolsRemained',
  nodeClaims: 'NodeClaimsRemained',
  instances: 'InstancesRemained',
  nodeClasses: 'NodeClassesRemained',
};

/**
 * Drains the cluster, pass by pass, until there is no NodePool, NodeClaim, instance and EC2NodeClass. When the time is up,
 * it terminates exactly the instances that carry the cluster's tags. Where Karpenter does not run, neither before nor after
 * that, it then removes the finalizers that only Karpenter would: no instance is left that needs those objects.
 *
 * @throws LabError `WorkloadsRemained`, `NodePoolsRemained`, `NodeClaimsRemained`, `InstancesRemained`, `NodeClassesRemained`
 */
export async function drainLab(options: DrainLabOptions, run: RunContext): Promise<DrainedLab> {
  const { timeoutSeconds, graceSeconds } = options;
  const passes = new DrainPasses(options, run);
  const first = await passes.until(timeoutSeconds);
  if (first.isDrained) return { deletedObjects: passes.deletedObjects, terminatedInstances: [], releasedObjects: [], refusedDeletions: first.refused };
  // While workloads are there, their NodePools are too, and Karpenter would replace what is terminated.
  if (first.phase === 'workloads') throw notDrained(first, timeoutSeconds);

  const wasAbandoned = await isKarpenterGone(options);
  const terminatedInstances = await terminate(options, run);
  const isStuck = async (): Promise<boolean> => wasAbandoned && await isKarpenterGone(options) && (await instancesOf(options)).length === 0;
  const second = await passes.until(graceSeconds, isStuck);
  if (second.isDrained) return { deletedObjects: passes.deletedObjects, terminatedInstances, releasedObjects: [], refusedDeletions: second.refused };

  if (!await isStuck()) throw notDrained(second, timeoutSeconds + graceSeconds);
  const releasedObjects = await release(options, passes, run);
  return { deletedObjects: passes.deletedObjects, terminatedInstances, releasedObjects, refusedDeletions: second.refused };
}

/** The passes of one drain. */
class DrainPasses {
  private readonly deleted = new Set<string>();
  private readonly report: (state: DrainState) => void;

  constructor(private readonly options: DrainLabOptions, private readonly run: RunContext) {
    this.report = phaseReporter(run.onProgress);
  }

  /** Objects whose deletion the passes so far have asked for. */
  get deletedObjects(): readonly string[] {
    return [...this.deleted];
  }

  /**
   * Passes until all is drained, the time is up, or something else says after a pass that it is enough. One that AWS or
   * Kubernetes did not answer is repeated, as long as there is time.
   *
   * @returns what the last pass found
   */
  async until(seconds: number, isEnough: () => Promise<boolean> = () => Promise.resolve(false)): Promise<DrainState> {
    const { signal } = this.run;
    const deadline = deadlineIn(this.run, seconds);
    for (;;) {
      signal.throwIfAborted();
      try {
        const state = await this.pass();
        if (state.isDrained || deadline.isPassed || await isEnough()) return state;
      } catch (error) {
        if (!isPassing(error) || deadline.isPassed) throw error;
      }
      await pause(this.options.everySeconds, signal);
    }
  }

  private async pass(): Promise<DrainState> {
    const { lab, api } = this.options;
    const state = await drainPass({
      api,
      instances: () => instancesOf(this.options),
      controller: { namespace: lab.karpenter.namespace, name: lab.karpenter.release },
    });
    for (const name of state.deleted) this.deleted.add(name);
    this.report(state);
    return state;
  }
}

function instancesOf({ aws, names }: DrainLabOptions): Promise<readonly KarpenterInstance[]> {
  return karpenterInstances(aws.ec2, names.clusterName);
}

async function isKarpenterGone({ api, lab }: DrainLabOptions): Promise<boolean> {
  return api !== undefined && isAbandoned(api, { namespace: lab.karpenter.namespace, name: lab.karpenter.release });
}

const TERMINATE = 'Terminate tagged instances';

/** Terminates exactly the instances that are found by the cluster's tags, and says which. */
async function terminate({ aws, names, graceSeconds, everySeconds }: DrainLabOptions, run: RunContext): Promise<readonly string[]> {
  const leftovers = await findLeftovers({ aws, lab: names, kinds: ['instance'] });
  if (leftovers.length === 0) return [];
  run.onProgress({ step: TERMINATE, state: 'started', detail: leftovers.map(({ id }) => id).join(', ') });
  await removeLeftovers({ aws, leftovers, deadlineSeconds: graceSeconds, everySeconds }, run);
  run.onProgress({ step: TERMINATE, state: 'finished' });
  return leftovers.map(({ id }) => id);
}

const RELEASE = 'Let go of objects that wait for Karpenter';

/** Removes Karpenter's finalizers where Karpenter does not run, pass by pass: one kind waits for the other. */
async function release({ api, graceSeconds }: DrainLabOptions, passes: DrainPasses, { onProgress }: RunContext): Promise<readonly string[]> {
  if (api === undefined) return [];
  const released = new Set<string>();
  onProgress({ step: RELEASE, state: 'started', detail: 'no pod of Karpenter is ready, and no instance is left' });
  const last = await passes.until(graceSeconds, async () => {
    for (const name of await releaseAbandoned(api)) released.add(name);
    return false;
  });
  if (!last.isDrained) throw notDrained(last, graceSeconds);
  onProgress({ step: RELEASE, state: 'finished', detail: [...released].join(', ') });
  return [...released];
}

function phaseReporter(onProgress: ProgressListener): (state: DrainState) => void {
  let current: DrainPhase | undefined;
  return ({ phase, remaining }) => {
    if (phase !== current) {
      if (current !== undefined) onProgress({ step: STEPS[current], state: 'finished' });
      current = phase === 'drained' ? undefined : phase;
      if (current !== undefined) onProgress({ step: STEPS[current], state: 'started' });
    }
    const [detail] = remaining;
    if (current !== undefined && detail !== undefined) onProgress({ step: STEPS[current], state: 'running', detail });
  };
}

function notDrained({ phase, remaining }: DrainState, seconds: number): LabError {
  return new LabError({
    code: phase === 'drained' ? 'InstancesRemained' : CODES[phase],
    message: `Not drained within ${seconds} s, so the stack, and Karpenter with it, stays. ${remaining.join(' ')}`,
    remedy: 'Remove what holds it, then run the same command again: it goes on where it stands. Give it longer with --timeout.',
  });
}
