import type { Deployment } from '../../kubernetes/deployment';
import type { ExerciseWatch } from '../exercise/exercise-watch';
import { launchStep, nodeReadyStep, podsRunningStep, scaleStep } from '../exercise/launch-steps';
import type { DrillContext } from './drill-context';

/** Scales the exercise out and follows it until its pods run, for a drill that needs a node to begin with. */
export async function scaleOut(context: DrillContext, watch: ExerciseWatch, deployment: Deployment): Promise<void> {
  await scaleStep(context, watch);
  await launchStep(context, watch, deployment);
  await nodeReadyStep(context, watch, deployment);
  await podsRunningStep(context, watch, deployment);
}
