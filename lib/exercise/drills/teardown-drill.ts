import { NODE_CLAIMS } from '../../kubernetes/karpenter-kinds';
import { counted } from '../../words';
import { exerciseFailed, watching } from '../exercise-context';
import { scaleOut } from '../launch-steps';
import { deploymentStep } from '../preparation-steps';
import type { DrillContext } from './drill-stage';
import { accountEmptyStep, tearLabDown, typedStep } from './typed-step';

/**
 * Runs `lab teardown` as an instructor does after class, and checks that the account is empty. Without a node it scales the exercise
 * out first, because a teardown of nothing proves nothing. It puts nothing back: afterwards the lab must be deployed again.
 */
export async function teardownDrill(context: DrillContext): Promise<void> {
  await ensureNode(context);
  await countStep(context);
  await typedStep(context, tearLabDown(context.means, 'Tear the lab down'));
  await accountEmptyStep(context);
}

/** Scales the exercise out unless it has a node already. */
export async function ensureNode(context: DrillContext): Promise<void> {
  const deployment = await deploymentStep(context);
  if (deployment === undefined) return;
  await watching(context, deployment, async (exercise) => {
    if (exercise.cluster.nodeClaims.every(({ metadata }) => metadata.deletedAt !== undefined)) await scaleOut(exercise);
  });
}

/** Counts what Karpenter has launched, so that its removal proves something. */
export async function countStep({ api, means, recorder }: DrillContext): Promise<void> {
  await recorder.step({ title: 'Count what there is to remove', command: 'kubectl get nodeclaims' }, async (step) => {
    const [{ items }, instances, things] = await Promise.all([api.list(NODE_CLAIMS), means.countInstances(), means.everythingInAccount()]);
    step.note(`${counted(items.length, 'NodeClaim')}, ${counted(instances, 'instance')}, ${counted(things.length, 'resource')} in the account`);
    if (items.length === 0 || instances === 0) {
      throw exerciseFailed('There is no node with an instance, so that its removal would prove nothing.', 'Scale the exercise out, and run the drill again.');
    }
  });
}
