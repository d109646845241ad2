import { kubernetesObjects } from '../assembly/kubernetes-objects';
import { arrayAt, type JsonValue, parseJson, textAt } from '../json';
import { unmatchedSelection } from '../kubernetes/karpenter-kinds';
import { type Condition, isTrue, readConditions } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { pollFor } from '../wait-for';
import { runKubectl } from './apply-objects';
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

/** Kinds that get ready, in the order in which one needs the other, and the code of the failure. */
const KINDS: readonly { readonly kind: string; readonly code: string; readonly remedy: string }[] = [
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
  cluster: RehearsedCluster, { processes, earlierErrors = 0, settledSeconds = 6 }: NodeProvisioningOptions, run: RunContext,
): Promise<void> {
  const { karpenterLog } = cluster.paths;
  const expected = kubernetesObjects(cluster.lab.stack).filter(({ kind }) => KINDS.some((known) => known.kind === kind));
  run.onProgress({ step: STEP, state: 'started' });

  let unready: readonly UnreadyObject[] = [];
  let reported = '';
  const refusedSince = new Map<string, number>();
  await pollFor(async () => {
    if (!processes.some((process) => process.name === KARPENTER_PROCESS && isProcessRunning(process))) {
      throw processExited({ name: KARPENTER_PROCESS, logFile: karpenterLog });
    }
    const objects = await listObjects(cluster, run);
    unready = KINDS.flatMap(({ kind }) => expected.filter((object) => object.kind === kind).flatMap(({ name }) =>
      unreadyObject({
        kind,
        name,
        object: objects.find((object) => textAt(object, 'kind') === kind && textAt(object, 'metadata', 'name') === name),
        error: logErrors(karpenterLog).slice(earlierErrors).findLast((entry) => entry.kind === kind && entry.name === name)?.error,
      })));
    const [first] = unready;
    if (first === undefined) return true;
    const detail = `${first.kind} ${first.name}: ${first.says}`;
    if (detail !== reported) run.onProgress({ step: STEP, state: 'running', detail });
    reported = detail;
    if (isSettled(first, refusedSince, settledSeconds)) throw notReady(first);
    return undefined;
  }, {
    deadlineSeconds: READY_SECONDS,
    everySeconds: 0.25,
    onDeadline: () => (unready[0] === undefined ? new Error('nothing is missing') : notReady(unready[0])),
  }, run);
  run.onProgress({ step: STEP, state: 'finished', detail: expected.map(({ kind, name }) => `${kind} ${name}`).join(', ') });
}

/** An object that Karpenter has not accepted. */
interface UnreadyObject {
  readonly kind: string;
  readonly name: string;
  /** Whether a condition or the log says no, and not only nothing yet. */
  readonly isRefused: boolean;
  /** What is said of it. */
  readonly says: string;
}

async function listObjects(cluster: RehearsedCluster, run: RunContext): Promise<readonly JsonValue[]> {
  const result = await runKubectl(cluster, ['get', 'ec2nodeclasses.karpenter.k8s.aws,nodepools.karpenter.sh', '--output', 'json'], run);
  return result.exitCode === 0 ? arrayAt(parseJson(result.stdout), 'items') : [];
}

/** An object of the assembly, and what is to be seen of it. */
interface SeenObject {
  readonly kind: string;
  readonly name: string;
  /** @default - the API server does not have it */
  readonly object?: JsonValue;
  /**
   * What Karpenter's log says last of a failure with it.
   *
   * @default - nothing
   */
  readonly error?: string;
}

function unreadyObject({ kind, name, object, error }: SeenObject): readonly UnreadyObject[] {
  const conditions = readConditions(object).filter(({ isCurrent }) => isCurrent);
  if (isTrue({ conditions }, 'Ready')) return [];
  const parts = conditions.filter(({ type }) => type !== 'Ready');
  const refused = parts.filter(({ status }) => status === 'False');
  if (refused.length > 0) return [{ kind, name, isRefused: true, says: refused.map((condition) => refusalText(condition, object)).join('; ') }];
  // Where conditions only say that they wait, the cause is in the log.
  if (error !== undefined) return [{ kind, name, isRefused: true, says: withoutRequestIds(error) }];
  const open = parts.filter(({ status }) => status !== 'True');
  return [{
    kind,
    name,
    isRefused: false,
    says: open.length === 0 ? 'Karpenter has not looked at it yet' : open.map(conditionText).join('; '),
  }];
}

/** A condition that says no, with what was looked for in vain. */
function refusalText(condition: Condition, object: JsonValue | undefined): string {
  const unmatched = object === undefined ? undefined : unmatchedSelection(object, condition.type);
  return `${conditionText(condition)}${unmatched === undefined ? '' : `: ${unmatched}`}`;
}

/** Ids of requests differ at every attempt, and say nothing to the user. */
function withoutRequestIds(error: string): string {
  return error.replaceAll(/,? ?(RequestID: |aws-request-id=)\w+/g, '');
}

function conditionText({ type, status, reason, message }: Condition): string {
  const text = message === '' || message === 'object is awaiting reconciliation' ? reason : message;
  return `${type} is ${status} (${text})`;
}

/** Whether an object has been refused for the same reason for some time. */
function isSettled(object: UnreadyObject, refusedSince: Map<string, number>, settledSeconds: number): boolean {
  if (!object.isRefused) return false;
  const key = `${object.kind} ${object.name}: ${object.says}`;
  const now = performance.now();
  const since = refusedSince.get(key) ?? now;
  refusedSince.set(key, since);
  return now - since >= settledSeconds * 1000;
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
