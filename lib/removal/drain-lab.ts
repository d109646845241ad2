import type { LabView } from '../assembly/lab-view';
import { karpenterInstances } from '../aws/karpenter-instances';
import type { LabAws } from '../aws/lab-aws';
import { findLeftovers, removeLeftovers } from '../aws/leftovers/find-leftovers';
import type { LabNames } from '../aws/leftovers/leftover';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { pause } from '../wait-for';
import { LabError } from '../lab-error';
import { isPassing } from '../passing-failure';
import type { ProgressListener } from '../progress';
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
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a drain did. */
export interface DrainedLab {
  /** Objects whose deletion it asked for. */
  readonly deletedObjects: readonly string[];
  /** Instances that Karpenter did not end in time. */
  readonly terminatedInstances: readonly string[];
  /** Objects that waited for a Karpenter that does not run, and were let go once no instance was left. */
  readonly releasedObjects: readonly string[];
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
 * that, it then lets go of the objects that only Karpenter could: no instance is left that they could tell of.
 *
 * @throws LabError `WorkloadsRemained`, `NodePoolsRemained`, `NodeClaimsRemained`, `InstancesRemained`, `NodeClassesRemained`
 */
export async function drainLab(options: DrainLabOptions): Promise<DrainedLab> {
  const { timeoutSeconds, graceSeconds, onProgress } = options;
  const deletedObjects = new Set<string>();
  const report = phaseReporter(onProgress);
  const drained = (more: Partial<DrainedLab> = {}): DrainedLab => ({ terminatedInstances: [], releasedObjects: [], ...more, deletedObjects: [...deletedObjects] });
  const first = await passUntil(options, timeoutSeconds, deletedObjects, report);
  if (first.isDrained) return drained();
  // While workloads are there, their NodePools are too, and Karpenter would replace what is terminated.
  if (first.phase === 'workloads') throw notDrained(first, timeoutSeconds);

  const wasAbandoned = await isKarpenterGone(options);
  const terminatedInstances = await terminate(options);
  const isStuck = async (): Promise<boolean> => wasAbandoned && await isKarpenterGone(options) && await countInstances(options) === 0;
  const second = await passUntil(options, graceSeconds, deletedObjects, report, isStuck);
  if (second.isDrained) return drained({ terminatedInstances });

  if (!await isStuck()) throw notDrained(second, timeoutSeconds + graceSeconds);
  return drained({ terminatedInstances, releasedObjects: await release(options, graceSeconds, deletedObjects, report) });
}

const RELEASE = 'Let go of objects that wait for Karpenter';

/** Lets go of what waits for a Karpenter that does not run, pass by pass: one kind waits for the other. */
async function release(
  options: DrainLabOptions, seconds: number, deletedObjects: Set<string>, report: (state: DrainState) => void,
): Promise<readonly string[]> {
  const { api, onProgress } = options;
  if (api === undefined) return [];
  const released = new Set<string>();
  onProgress({ step: RELEASE, state: 'started', detail: 'no pod of Karpenter is ready, and no instance is left' });
  const last = await passUntil(options, seconds, deletedObjects, report, async () => {
    for (const name of await releaseAbandoned(api)) released.add(name);
    return false;
  });
  if (!last.isDrained) throw notDrained(last, seconds);
  onProgress({ step: RELEASE, state: 'finished', detail: [...released].join(', ') });
  return [...released];
}

async function isKarpenterGone({ api, lab }: DrainLabOptions): Promise<boolean> {
  return api !== undefined && isAbandoned(api, { namespace: lab.karpenter.namespace, name: lab.karpenter.release });
}

async function countInstances({ aws, names }: DrainLabOptions): Promise<number> {
  return (await karpenterInstances(aws.ec2, names.clusterName)).length;
}

/** Passes until all is drained, the time is up, or after a pass something else says that it is enough. */
async function passUntil(
  options: DrainLabOptions, seconds: number, deletedObjects: Set<string>, report: (state: DrainState) => void,
  isEnough: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<DrainState> {
  const { aws, lab, names, api, everySeconds, signal } = options;
  const end = performance.now() + seconds * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const pass = await tolerant(async () => {
      const state = await drainPass({
        api,
        instances: () => karpenterInstances(aws.ec2, names.clusterName),
        controller: { namespace: lab.karpenter.namespace, name: lab.karpenter.release },
      });
      for (const name of state.deleted) deletedObjects.add(name);
      report(state);
      return { state, isLast: state.isDrained || performance.now() >= end || await isEnough() };
    }, () => performance.now() >= end);
    if (pass?.isLast === true) return pass.state;
    await pause(everySeconds, signal);
  }
}

/** A pass that AWS or Kubernetes did not answer is repeated, as long as there is time. */
async function tolerant<T>(pass: () => Promise<T>, isLate: () => boolean): Promise<T | undefined> {
  try {
    return await pass();
  } catch (error) {
    if (isPassing(error) && !isLate()) return undefined;
    throw error;
  }
}

const TERMINATE = 'Terminate tagged instances';

/** Terminates exactly the instances that are found by the cluster's tags, and says which. */
async function terminate({ aws, names, graceSeconds, everySeconds, onProgress, signal }: DrainLabOptions): Promise<readonly string[]> {
  const leftovers = await findLeftovers({ aws, lab: names, kinds: ['instance'], signal });
  if (leftovers.length === 0) return [];
  onProgress({ step: TERMINATE, state: 'started', detail: leftovers.map(({ id }) => id).join(', ') });
  await removeLeftovers({ aws, leftovers, deadlineSeconds: graceSeconds, everySeconds, signal });
  onProgress({ step: TERMINATE, state: 'finished' });
  return leftovers.map(({ id }) => id);
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
