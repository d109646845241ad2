import { NODE_CLAIMS, NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import { runContext } from '../../run-context';
import { counted, listed } from '../../words';
import { exerciseFailed, watching } from '../exercise-context';
import { scaleOut } from '../launch-steps';
import { deploymentStep } from '../preparation-steps';
import type { DrillContext } from './drill-stage';

/**
 * Runs `lab teardown` as an instructor does after class, and checks that nothing is left. Without a node it scales the exercise out
 * first, because a teardown of nothing proves nothing. It puts nothing back: afterwards the lab must be deployed or rehearsed again.
 */
export async function teardownDrill(context: DrillContext): Promise<void> {
  await ensureNode(context);
  const before = await countStep(context);
  await teardownStep(context);
  await nothingLeftStep(context, before);
}

async function ensureNode(context: DrillContext): Promise<void> {
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return;
  await watching(context, deployment, async (exercise) => {
    if (exercise.cluster.nodeClaims.every(({ metadata }) => metadata.deletedAt !== undefined)) await scaleOut(exercise);
  });
}

/** How much Karpenter has launched. */
interface LaunchedCount {
  readonly nodeClaims: number;
  readonly instances: number;
}

async function countLaunched({ api, means }: DrillContext): Promise<LaunchedCount> {
  const [{ items }, instances] = await Promise.all([api.list(NODE_CLAIMS), means.countInstances()]);
  return { nodeClaims: items.length, instances };
}

async function countStep(context: DrillContext): Promise<LaunchedCount> {
  let launched: LaunchedCount = { nodeClaims: 0, instances: 0 };
  await context.recorder.step({ title: 'Count what there is to remove', command: 'kubectl get nodeclaims' }, async (step) => {
    launched = await countLaunched(context);
    step.note(`${counted(launched.nodeClaims, 'NodeClaim')}, ${counted(launched.instances, 'instance')}`);
    if (launched.nodeClaims === 0 || launched.instances === 0) {
      throw exerciseFailed('There is no node with an instance, so that its removal would prove nothing.', 'Scale the exercise out, and run the drill again.');
    }
  });
  return launched;
}

async function teardownStep({ recorder, means, run }: DrillContext): Promise<void> {
  await recorder.step({ title: 'Tear the lab down', command: 'npm run lab -- teardown' }, async (step) => {
    const { outcome, stages, accounted, remaining } = await means.teardown({ isDryRun: false }, runContext({
      ...run,
      onProgress: (event) => step.news([event.step, event.detail].filter((part) => part !== undefined).join(': ')),
    }));
    step.note(
      ...stages.map((each) => `${each.stage} ${each.outcome}: ${each.detail}`),
      ...accounted.filter(({ kind }) => kind === 'instance').map(({ id, removedBy }) => `instance ${id}: removed by ${removedBy ?? 'nobody'}`),
    );
    if (outcome === 'clean') return;
    throw exerciseFailed(`The teardown ended with ${counted(remaining.length, 'leftover')}: ${listed(remaining.map(({ kind, id }) => `${kind} ${id}`))}.`, 'Run it again: npm run lab -- teardown.');
  });
}

/** Counts in Kubernetes and EC2, without relying on the teardown's own report, and looks for leftovers with a dry run. */
async function nothingLeftStep(context: DrillContext, before: LaunchedCount): Promise<void> {
  const { api, recorder, means, run } = context;
  await recorder.step({ title: 'Nothing is left', command: 'npm run lab -- teardown --dry-run' }, async (step) => {
    const [after, { items: nodePools }, { inventory }] = await Promise.all([countLaunched(context), api.list(NODE_POOLS), means.teardown({ isDryRun: true }, run)]);
    step.note(
      `${counted(before.nodeClaims, 'NodeClaim')} before, ${after.nodeClaims} after`,
      `${counted(before.instances, 'instance')} before, ${after.instances} after`,
      inventory.stackStatus === undefined ? `There is no stack ${inventory.stackName} any more` : `Stack ${inventory.stackName} is ${inventory.stackStatus}`,
      inventory.clusterStatus === undefined ? `There is no cluster ${inventory.clusterName} any more` : `Cluster ${inventory.clusterName} is ${inventory.clusterStatus}`,
    );
    const left = [
      ...(after.nodeClaims === 0 ? [] : [counted(after.nodeClaims, 'NodeClaim')]),
      ...(after.instances === 0 ? [] : [counted(after.instances, 'instance')]),
      ...nodePools.map(({ metadata }) => `NodePool ${metadata.name}`),
      ...(inventory.stackStatus === undefined ? [] : [`stack ${inventory.stackName}`]),
      ...(inventory.clusterStatus === undefined ? [] : [`cluster ${inventory.clusterName}`]),
      ...inventory.leftovers.map(({ kind, id }) => `${kind} ${id}`),
    ];
    if (left.length > 0) throw exerciseFailed(`Still there after the teardown: ${listed(left)}.`, 'See what it is: npm run lab -- teardown --dry-run.');
  });
}
