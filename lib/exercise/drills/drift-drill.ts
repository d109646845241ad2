import { runningPods } from '../../kubernetes/cluster-model';
import { EC2_NODE_CLASSES, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import { isTrue } from '../../kubernetes/objects';
import { releaseAfter } from '../../rehearsal/start-account';
import { waitFor } from '../../wait-for';
import { counted, listed, secondsText } from '../../words';
import { exerciseFailed, type WatchedExercise, whyNotRunning } from '../exercise-context';
import { scaleOut } from '../launch-steps';
import { type DrillContext, onStage } from './drill-stage';
import { typedStep } from './typed-step';

/** Pods, and so nodes: as many as show that they are replaced one after the other. */
const NODES = 3;

/** How many of them may be disrupted at once. */
const BUDGET = 1;

/**
 * A newer image: the EC2NodeClass is changed, the nodes become Drifted, and Karpenter replaces them within the disruption budget of
 * their NodePool. It uses a NodePool and an EC2NodeClass of its own, so that no student's node is replaced, and removes them at the
 * end.
 */
export async function driftDrill(context: DrillContext): Promise<void> {
  await onStage(context, { drill: 'drift', hasOwnNodeClass: true, disruptedAtOnce: BUDGET, podsApart: NODES }, async (stage) => {
    await scaleOut(stage);
    const drifting = stage.cluster.usedClaims;
    await newImageStep(context, stage);
    await replacedStep(stage, drifting);
  });
}

async function newImageStep({ means, recorder }: DrillContext, { api, cluster, expectations: { nodeClassName } }: WatchedExercise): Promise<void> {
  if (recorder.verdict === 'failed') return recorder.skip({ title: 'Take a newer image' }, 'A step before it failed.');
  const { amiAliases: [alias = ''] = [] } = await api.get(EC2_NODE_CLASSES, { name: nodeClassName }) ?? {};
  const [family = '', release = ''] = alias.split('@');
  const change = { spec: { amiSelectorTerms: [{ alias: `${family}@${releaseAfter(release)}` }] } };
  const command = `kubectl patch ec2nodeclass ${nodeClassName} --type merge -p '${JSON.stringify(change)}'`;
  cluster.mark();
  await typedStep({ recorder }, { title: 'Take a newer image', command, type: (onLine) => means.terminal.shell(command, onLine) });
}

/** Nodes that Karpenter replaces: what has been seen of them. */
class Replacement {
  /** Names of the NodeClaims that were Drifted. */
  readonly drifted = new Set<string>();
  /** The most nodes that were being disrupted at one moment. */
  mostAtOnce = 0;
  private readonly uids: ReadonlySet<string>;

  constructor(private readonly stage: WatchedExercise, readonly before: readonly NodeClaim[]) {
    this.uids = new Set(before.map(({ metadata }) => metadata.uid));
  }

  /** NodeClaims that are still to be replaced. */
  get remaining(): readonly NodeClaim[] {
    return this.stage.cluster.nodeClaims.filter(({ metadata }) => this.uids.has(metadata.uid));
  }

  /** Takes note of the moment. @returns whether all nodes are replaced and all pods run */
  look(): boolean {
    for (const claim of this.remaining) if (isTrue(claim, 'Drifted')) this.drifted.add(claim.metadata.name);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.remaining.filter(isDisrupted).length);
    const { cluster, expectations: { replicas } } = this.stage;
    return this.remaining.length === 0 && runningPods(cluster).length >= replicas;
  }
}

/**
 * Whether a node counts against the budget: Karpenter has begun to replace it, and it is not drained yet. One whose instance is
 * being terminated has no pods any more, and Karpenter goes on to the next.
 */
function isDisrupted(claim: NodeClaim): boolean {
  return (isTrue(claim, 'DisruptionReason') || claim.metadata.deletedAt !== undefined) && !isTrue(claim, 'InstanceTerminating');
}

async function replacedStep(stage: WatchedExercise, drifting: readonly NodeClaim[]): Promise<void> {
  const { cluster, expectations: { replicas }, recorder, deadlines } = stage;
  await recorder.step({ title: 'Karpenter replaces the nodes, no more at once than the budget allows', command: 'kubectl get nodeclaims -o wide' }, async (step) => {
    if (drifting.length < NODES) throw exerciseFailed(`There ${drifting.length === 1 ? 'is' : 'are'} ${counted(drifting.length, 'node')}, too few to see a budget kept.`, 'See where the pods are: kubectl get pods -A -o wide.');
    const replacement = new Replacement(stage, drifting);
    const stop = cluster.onNodeClaimChange(() => replacement.look());
    try {
      await waitFor(() => replacement.look(), {
        what: `${counted(drifting.length, 'node')} are replaced and ${counted(replicas, 'pod')} run`,
        deadlineSeconds: deadlines.replacedSeconds * drifting.length,
        on: [cluster],
        describeMissing: async () => [...replacement.remaining.map((claim) => `NodeClaim ${claim.metadata.name} is still there${isTrue(claim, 'Drifted') ? ', Drifted' : ' and not Drifted'}`), ...await whyNotRunning(stage)],
        onProgress: () => step.news(`${counted(drifting.length - replacement.remaining.length)} of ${counted(drifting.length, 'node')} replaced, ${replacement.remaining.filter(isDisrupted).length} being replaced`),
      });
    } finally {
      stop();
    }
    const { drifted, mostAtOnce } = replacement;
    if (mostAtOnce > BUDGET) throw exerciseFailed(`Karpenter disrupted ${counted(mostAtOnce, 'node')} at once; the budget allows ${BUDGET}.`, 'See the NodePool: kubectl get nodepool -o yaml.');
    const undrifted = drifting.filter(({ metadata }) => !drifted.has(metadata.name));
    if (undrifted.length > 0) throw exerciseFailed(`${listed(undrifted.map(({ metadata }) => metadata.name))} went without being Drifted.`, 'See why: kubectl get events -A --field-selector involvedObject.kind=NodeClaim.');
    step.note(
      `${listed([...drifted])} were Drifted; at most ${counted(mostAtOnce, 'node')} was disrupted at once, as the budget of ${BUDGET} allows`,
      `Images: ${imagesOf(drifting)} before, ${imagesOf(cluster.usedClaims)} now`,
      `${counted(replicas, 'pod')} run again, all nodes replaced after ${secondsText(cluster.moments.elapsedSeconds())}`,
    );
  });
}

function imagesOf(claims: readonly NodeClaim[]): string {
  return listed([...new Set(claims.map(({ imageId }) => imageId ?? 'unknown'))]);
}
