import { selectorText } from '../../kubernetes/deployment';
import { waitFor } from '../../kubernetes/wait-for';
import { diagnose } from '../exercise/diagnosis';
import { exerciseCommands } from '../exercise/exercise-commands';
import { timelineOf } from '../exercise/exercise-timeline';
import { ExerciseWatch } from '../exercise/exercise-watch';
import { launchedNodes } from '../exercise/launched-nodes';
import { launchNews } from '../exercise/launch-steps';
import { counted } from '../plan/phrases';
import { WAIT_SECONDS, type FollowedScaling, type ScaleContext, type Scaling } from './scale-context';

/** Scales out and follows the pods until all of them run, on nodes that were there or that Karpenter launches. */
export async function followUp(context: ScaleContext, scale: Scaling): Promise<FollowedScaling> {
  const { api, expectations, deployment, signal } = context;
  const { deploymentName, replicas, region } = expectations;
  const watch = await ExerciseWatch.start(api, deployment, expectations, signal);
  try {
    watch.begin();
    const scaledAt = await scale(context);
    await runningStep(context, watch);
    const nodeClaims = watch.usedClaims.length > 0 ? watch.usedClaims : watch.newClaims;
    return {
      scaledAt,
      timeline: timelineOf({
        deploymentName,
        replicas,
        scaledAt,
        pods: watch.livePods,
        nodeClaims,
        nodes: watch.nodes.items,
        seenAt: (uid, moment) => watch.moments.seenAt(uid, moment),
      }),
      nodes: launchedNodes(nodeClaims, watch.livePods, region),
    };
  } finally {
    watch.stop();
  }
}

async function runningStep({ api, expectations, deployment, recorder, signal, timeoutSeconds }: ScaleContext, watch: ExerciseWatch): Promise<void> {
  const { namespace, deploymentName, replicas } = expectations;
  await recorder.step({ title: `${counted(replicas, 'pod')} of ${deploymentName} run`, command: exerciseCommands(expectations).pods }, async (step) => {
    await waitFor(() => watch.runningPods.length === replicas && watch.livePods.length === replicas && watch.areNodesKnown, {
      what: `${counted(replicas, 'pod')} of ${deploymentName} run`,
      deadlineSeconds: timeoutSeconds ?? WAIT_SECONDS,
      on: watch.all,
      describeMissing: () => diagnose(api, {
        namespace, deploymentName, replicas, labelSelector: selectorText(deployment.matchLabels), sinceSeconds: watch.moments.elapsedSeconds(),
      }, expectations),
      onProgress: () => step.news(launchNews(watch, replicas), replicas === 0 ? undefined : Math.min(1, watch.runningPods.length / replicas)),
      signal,
    });
    const nodes = [...new Set(watch.runningPods.flatMap(({ nodeName }) => nodeName ?? []))];
    step.note(...nodes.map((node) => `${counted(watch.runningPods.filter(({ nodeName }) => nodeName === node).length, 'pod')} on ${node}`));
  });
}
