import { DRAIN_GUARD_TYPE } from '../../config/names';
import type { TypedResult } from '../../rehearsal/rehearsal-terminal';
import { exerciseFailed } from '../exercise-context';
import type { DrillContext } from './drill-stage';
import { studentStep } from './student-work';
import { countStep, ensureNode } from './teardown-drill';
import { accountEmptyStep, typedStep } from './typed-step';

/**
 * Deletes the lab by the CDK alone, while the exercise and a student's own NodePool have nodes: `npx cdk destroy` knows nothing of
 * either. The guard in the stack drains them first, within CloudFormation. Afterwards the account is empty.
 */
export async function destroyDrill(context: DrillContext): Promise<void> {
  const { terminal, assemblyDirectory } = context.means;
  await ensureNode(context);
  await studentStep(context);
  await countStep(context);
  await typedStep(context, {
    title: 'Destroy the stack with the CDK',
    command: 'npx cdk destroy --force',
    // Synthesis is not what is tried here.
    type: (onLine) => terminal.cdk(['destroy', '--force', '--app', assemblyDirectory], onLine),
    check: guardEvidence,
  });
  await accountEmptyStep(context);
}

/** A resource that CloudFormation may delete only once no node of Karpenter's is left: without it Karpenter cannot end them. */
const NEEDED_BY_KARPENTER = /(HelmChart|AWS::EKS::Nodegroup|AWS::EKS::PodIdentityAssociation)/;

/** That the guard was done before CloudFormation began to delete what Karpenter needs, by the events that the CDK prints. */
function guardEvidence({ output, errors }: TypedResult): readonly string[] {
  const events = [...output, ...errors];
  const drained = events.findIndex((event) => event.includes('DELETE_COMPLETE') && event.includes(DRAIN_GUARD_TYPE));
  const firstNeeded = events.findIndex((event) => event.includes('DELETE_IN_PROGRESS') && NEEDED_BY_KARPENTER.test(event));
  if (drained === -1 || (firstNeeded !== -1 && firstNeeded < drained)) {
    throw exerciseFailed(
      drained === -1 ? 'The events do not show that the guard drained the cluster.' : `CloudFormation began to delete what Karpenter needs before the guard had drained the cluster: ${events[firstNeeded] ?? ''}`,
      'Look at the dependencies of the guard in lib/stack/drain-guard.ts.',
    );
  }
  return [events[drained]?.trim() ?? '', 'The guard had drained the cluster before CloudFormation deleted anything that Karpenter needs'];
}
