import { kubernetesObjects } from '../assembly/kubernetes-objects';
import { EC2_NODE_CLASSES, type Ec2NodeClass, NODE_POOLS, type NodePool } from '../kubernetes/karpenter-kinds';
import { KubernetesApi } from '../kubernetes/kubernetes-api';
import { LiveList } from '../kubernetes/live-list';
import { isTrue, unmetConditions } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { Ticker, waitFor } from '../wait-for';
import { logErrors } from './karpenter-log/log-lines';
import { isProcessRunning, type ProcessRecord } from './process/running-processes';
import { processExited } from './process/start-process';
import type { RehearsedCluster } from './rehearsal';
import { KARPENTER_PROCESS } from './start-karpenter';

/** Who makes the objects ready, and from when on. */
export interface NodeProvisioningOptions {
  /** Processes of the rehearsal. When Karpenter ends, there is nothing to wait for. */
  readonly processes: readonly ProcessRecord[];
  /**
   * How many errors Karpenter's log had before the objects were applied. They speak of others of the same names.
   *
   * @default 0
   */
  readonly earlierErrors?: number;
  /**
   * Seconds after which a condition that says no is believed. Karpenter looks again within them.
   *
   * @default 6
   */
  readonly settledSeconds?: number;
}

const STEP = 'Wait for Karpenter to accept the NodePool';

/** Seconds that Karpenter has to look up images, subnets, security groups and role. */
const READY_SECONDS = 45;

/** Seconds between two looks at Karpenter and its log, which no watch tells of. */
const LOOK_EVERY_SECONDS = 0.25;

/** Kinds that get ready, in the order in which one needs the other, and the code of the failure. */
const KINDS: readonly { readonly kind: UnreadyObject['kind']; readonly code: string; readonly remedy: string }[] = [
  {
    kind: 'EC2NodeClass',
    code: 'NodeClassNotReady',
    remedy: 'Make the selectors, the role and the AMI alias of the EC2NodeClass name what the stack makes, run npm run synth, then start the rehearsal again.',
  },
  {
    kind: 'NodePool',
    code: 'NodePoolNotReady',
    remedy: 'Make the NodePool name an EC2NodeClass that is ready, run npm run synth, then start the rehearsal again.',
  },
];

/**
 * Waits until every EC2NodeClass and NodePool of the assembly is ready.
 *
 * @throws LabError `NodeClassNotReady` or `NodePoolNotReady` with what Karpenter says is wrong
 * @throws LabError `ProcessExited` when Karpenter has ended
 */
export async function waitForNodeProvisioning(
  { lab, paths }: RehearsedCluster, { processes, earlierErrors = 0, settledSeconds = 6 }: NodeProvisioningOptions, run: RunContext,
): Promise<void> {
  const expected = KINDS.flatMap(({ kind }) => kubernetesObjects(lab.stack).filter((object) => object.kind === kind).map(({ name }) => ({ kind, name })));
  run.onProgress({ step: STEP, state: 'started' });
  const ended = new AbortController();
  const api = await KubernetesApi.connect({ kubeconfig: paths.kubeconfig }, { signal: AbortSignal.any([run.signal, ended.signal]) });
  try {
    const lists = { EC2NodeClass: await LiveList.start(api, EC2_NODE_CLASSES), NodePool: await LiveList.start(api, NODE_POOLS) };
    const refusals = new Refusals(run, settledSeconds);
    let unready: UnreadyObject | undefined;
    await waitFor(() => {
      if (!processes.some((process) => process.name === KARPENTER_PROCESS && isProcessRunning(process))) {
        throw processExited({ name: KARPENTER_PROCESS, logFile: paths.karpenterLog });
      }
      const errors = logErrors(paths.karpenterLog).slice(earlierErrors);
      const [first] = expected.flatMap(({ kind, name }) => unreadyObject({
        kind,
        name,
        object: lists[kind].items.find(({ metadata }) => metadata.name === name),
        error: errors.findLast((entry) => entry.kind === kind && entry.name === name)?.error,
      }));
      if (first === undefined) return true;
      const detail = `${first.kind} ${first.name}: ${first.says}`;
      if (first.says !== unready?.says) run.onProgress({ step: STEP, state: 'running', detail });
      unready = first;
      if (refusals.haveSettled(first)) throw notReady(first);
      return false;
    }, {
      deadlineSeconds: READY_SECONDS,
      on: [lists.EC2NodeClass, lists.NodePool, new Ticker(LOOK_EVERY_SECONDS)],
      onDeadline: () => (unready === undefined ? new Error('nothing is missing') : notReady(unready)),
    });
  } finally {
    // Ends the watches: they would try to go on without the connection.
    ended.abort();
    api.close();
  }
  run.onProgress({ step: STEP, state: 'finished', detail: expected.map(({ kind, name }) => `${kind} ${name}`).join(', ') });
}

/** An object that Karpenter has not accepted. */
interface UnreadyObject {
  readonly kind: 'EC2NodeClass' | 'NodePool';
  readonly name: string;
  /** Whether a condition or the log says no, and not only nothing yet. */
  readonly isRefused: boolean;
  /** What is said of it. */
  readonly says: string;
}

/** An object of the assembly, and what is to be seen of it. */
interface SeenObject extends Pick<UnreadyObject, 'kind' | 'name'> {
  /** @default - the API server does not have it */
  readonly object?: Ec2NodeClass | NodePool;
  /**
   * What Karpenter's log says last of a failure with it.
   *
   * @default - nothing
   */
  readonly error?: string;
}

function unreadyObject({ kind, name, object, error }: SeenObject): readonly UnreadyObject[] {
  if (object !== undefined && isTrue(object, 'Ready')) return [];
  // Ready only sums up the others.
  const conditions = (object?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const refused = conditions.filter(({ status }) => status === 'False');
  if (refused.length > 0) {
    const unmatched = object !== undefined && 'unmatchedSelections' in object ? object.unmatchedSelections : [];
    return [{ kind, name, isRefused: true, says: [...unmetConditions({ conditions: refused }), ...unmatched].join('; ') }];
  }
  // Where conditions only say that they wait, the cause is in the log.
  if (error !== undefined) return [{ kind, name, isRefused: true, says: withoutRequestIds(error) }];
  const open = unmetConditions({ conditions });
  return [{ kind, name, isRefused: false, says: open.length === 0 ? 'Karpenter has not looked at it yet' : open.join('; ') }];
}

/** Ids of requests differ at every attempt, and say nothing to the user. */
function withoutRequestIds(error: string): string {
  return error.replaceAll(/,? ?(RequestID: |aws-request-id=)\w+/g, '');
}

/** Since when objects have been refused, each for its reason. */
class Refusals {
  private readonly since = new Map<string, number>();

  constructor(private readonly run: RunContext, private readonly settledSeconds: number) {}

  /** Whether an object has been refused for the same reason for some time. */
  haveSettled({ kind, name, isRefused, says }: UnreadyObject): boolean {
    if (!isRefused) return false;
    const key = `${kind} ${name}: ${says}`;
    const now = this.run.clock.nowMillis();
    const since = this.since.get(key) ?? now;
    this.since.set(key, since);
    return now - since >= this.settledSeconds * 1000;
  }
}

function notReady(object: UnreadyObject): LabError {
  const { code = 'NodePoolNotReady', remedy = '' } = KINDS.find(({ kind }) => kind === object.kind) ?? {};
  return new LabError({
    code,
    message: `Karpenter does not accept ${object.kind} ${object.name}: ${object.says}.`,
    received: `${object.kind} ${object.name}`,
    remedy,
  });
}
