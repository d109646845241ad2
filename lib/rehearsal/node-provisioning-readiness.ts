import { kubernetesObjects } from '../assembly/kubernetes-objects';
import { apiByKubeconfig } from '../kubernetes/api-by-kubeconfig';
import { type UnreadyObject, waitUntilReady } from '../kubernetes/node-provisioning';
import { unmetConditions } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { DeadlinePassed } from '../wait-for';
import { causeFirst, explainsNoLaunch, findingSentence, readFindings } from './findings';
import type { RehearsedCluster } from './rehearsal';

const STEP = 'Wait for Karpenter to accept the NodePool';

/** Seconds that Karpenter has to look up images, subnets, security groups and role. */
const READY_SECONDS = 45;

/** Seconds that a refusal must last to end the wait. Karpenter looks at each object again within them. */
const SETTLED_SECONDS = 6;

/** Error code and remedy for an object that does not get ready, by kind. */
const FAILURES: Readonly<Record<UnreadyObject['kind'], { readonly code: string; readonly remedy: string }>> = {
  EC2NodeClass: {
    code: 'NodeClassNotReady',
    remedy: 'Make the selectors, the role and the AMI alias of the EC2NodeClass name what the stack makes, run npm run synth, then start the rehearsal again.',
  },
  NodePool: {
    code: 'NodePoolNotReady',
    remedy: 'Make the NodePool name an EC2NodeClass that is ready, run npm run synth, then start the rehearsal again.',
  },
};

/**
 * Waits until every EC2NodeClass and NodePool of the assembly is ready.
 *
 * @throws LabError `NodeClassNotReady` or `NodePoolNotReady` with what keeps Karpenter from accepting it, by what was found in the
 * account, else by what Karpenter says
 */
export async function waitForNodeProvisioning({ lab, paths }: RehearsedCluster, run: RunContext, settledSeconds = SETTLED_SECONDS): Promise<void> {
  const namesOf = (wanted: UnreadyObject['kind']): readonly string[] => kubernetesObjects(lab.stack).filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const names = { nodeClasses: namesOf('EC2NodeClass'), nodePools: namesOf('NodePool') };
  const refusals = new Refusals(run, settledSeconds);
  let verdict: Verdict | undefined;
  const causes = (): readonly string[] => causeFirst(readFindings(paths.findingsFile).filter(explainsNoLaunch)).map(findingSentence);
  run.onProgress({ step: STEP, state: 'started' });
  const api = await apiByKubeconfig({ kubeconfig: paths.kubeconfig }, run);
  try {
    await waitUntilReady(api, names, {
      deadlineSeconds: READY_SECONDS,
      onUnready: ([unready]) => {
        if (unready === undefined) return;
        const before = verdict;
        verdict = verdictOn(unready);
        if (verdict.on !== before?.on || verdict.says !== before.says) run.onProgress({ step: STEP, state: 'running', detail: `${verdict.on}: ${verdict.says}` });
        const found = causes();
        if (refusals.haveSettled(verdict, found)) throw notReady(verdict, found);
      },
    });
  } catch (error) {
    throw error instanceof DeadlinePassed && verdict !== undefined ? notReady(verdict, causes()) : error;
  } finally {
    api.close();
  }
  const accepted = [...names.nodeClasses.map((name) => `EC2NodeClass ${name}`), ...names.nodePools.map((name) => `NodePool ${name}`)];
  run.onProgress({ step: STEP, state: 'finished', detail: accepted.join(', ') });
}

/** What Karpenter says of an object that it has not accepted. */
interface Verdict {
  readonly kind: UnreadyObject['kind'];
  /** Kind and name of the object. */
  readonly on: string;
  /** Whether Karpenter refuses the object; false while it has not decided. */
  readonly isRefused: boolean;
  readonly says: string;
}

function verdictOn({ kind, name, object }: UnreadyObject): Verdict {
  const on = `${kind} ${name}`;
  // Ready only sums up the other conditions.
  const conditions = (object?.conditions ?? []).filter(({ type, isCurrent }) => isCurrent && type !== 'Ready');
  const refused = conditions.filter(({ status }) => status === 'False');
  if (refused.length > 0) {
    const unmatched = object !== undefined && 'unmatchedSelections' in object ? object.unmatchedSelections : [];
    return { kind, on, isRefused: true, says: [...unmetConditions({ conditions: refused }), ...unmatched].join('; ') };
  }
  const open = unmetConditions({ conditions });
  return { kind, on, isRefused: false, says: open.length === 0 ? 'Karpenter has not looked at it yet' : open.join('; ') };
}

/** Remembers since when each object has been refused for which reason. */
class Refusals {
  private readonly since = new Map<string, number>();

  constructor(private readonly run: RunContext, private readonly settledSeconds: number) {}

  /** Whether the object has been refused for the same reason for `settledSeconds`. Where a cause is found, Karpenter need not have decided. */
  haveSettled({ on, isRefused, says }: Verdict, causes: readonly string[]): boolean {
    if (!isRefused && causes.length === 0) return false;
    const key = `${on}: ${says}`;
    const now = this.run.clock.nowMillis();
    const since = this.since.get(key) ?? now;
    this.since.set(key, since);
    return now - since >= this.settledSeconds * 1000;
  }
}

function notReady({ kind, on, says }: Verdict, causes: readonly string[]): LabError {
  return new LabError({ ...FAILURES[kind], message: [...causes, `Karpenter does not accept ${on}: ${says}.`].join(' '), received: on });
}
