import { type Pod, PODS, selectorText, takesNoRoom } from '../kubernetes/core-kinds';
import { NODE_POOLS } from '../kubernetes/karpenter-kinds';
import { LiveList } from '../kubernetes/live-list';
import { waitFor } from '../wait-for';
import { counted, listed } from '../words';
import { diagnose } from './diagnosis';
import { exerciseCommands } from './exercise-commands';
import { launchedNodes, timelineOf } from './exercise-timeline';
import { ExerciseWatch } from './exercise-watch';
import { launchNews } from './launch-steps';
import { type FollowedScaling, type ScaleContext, type Scaling, WAIT_SECONDS } from './scale-result';
import { durationSeconds } from './step-recorder';

/** Scales out and follows the pods until all of them run, on nodes that were there or that Karpenter launches. */
export async function followUp(context: ScaleContext, scale: Scaling): Promise<FollowedScaling> {
  const { api, expectations, deployment } = context;
  const { deploymentName, replicas, region } = expectations;
  const watch = await ExerciseWatch.start(api, deployment, expectations);
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

/** Scales in and follows it until the pods are gone, and with them the nodes that they leave empty. */
export async function followDown(context: ScaleContext, scale: Scaling): Promise<FollowedScaling> {
  const { api, expectations, deployment } = context;
  const watch = await ExerciseWatch.start(api, deployment, expectations);
  const all = await LiveList.start(api, PODS, {});
  try {
    const nodesBefore = [...new Set(watch.pods.items.flatMap(({ nodeName }) => nodeName ?? []))];
    const scaledAt = await scale(context);
    await podsGoneStep(context, watch);
    await nodesGoneStep(context, watch, all, nodesBefore);
    return { scaledAt, timeline: [], nodes: [] };
  } finally {
    all.stop();
    watch.stop();
  }
}

async function podsGoneStep({ expectations, recorder, signal, timeoutSeconds }: ScaleContext, { pods }: ExerciseWatch): Promise<void> {
  const { deploymentName, replicas } = expectations;
  const what = replicas === 0 ? `the pods of ${deploymentName} are gone` : `${counted(replicas, 'pod')} of ${deploymentName} ${replicas === 1 ? 'is' : 'are'} left`;
  await recorder.step({ title: sentence(what), command: exerciseCommands(expectations).pods }, async (step) => {
    await waitFor(() => pods.items.length <= replicas, {
      what,
      deadlineSeconds: timeoutSeconds ?? WAIT_SECONDS,
      on: [pods],
      describeMissing: () => pods.items.filter(({ metadata }) => metadata.deletedAt !== undefined).map(({ metadata, phase }) => `Pod ${metadata.name} is ${phase}, and asked to go since ${metadata.deletedAt ?? ''}`),
      onProgress: () => step.news(`${counted(pods.items.length, 'pod')} still there`),
      signal,
    });
    step.note(`${counted(pods.items.length, 'pod')} left`);
  });
}

/** Karpenter removes a node when it has been empty for as long as its NodePool says. One that others use stays, and is not waited for. */
async function nodesGoneStep(context: ScaleContext, watch: ExerciseWatch, all: LiveList<Pod>, nodesBefore: readonly string[]): Promise<void> {
  const { api, expectations, recorder, signal, timeoutSeconds } = context;
  const title = { title: 'The nodes that are left empty are removed', command: exerciseCommands(expectations).nodes };
  const nodePool = await api.get(NODE_POOLS, { name: expectations.nodePoolName });
  const idleSeconds = durationSeconds(nodePool?.consolidateAfter ?? 'Never');
  if (idleSeconds === undefined) {
    recorder.skip(title, `NodePool ${expectations.nodePoolName} never removes a node for being empty.`);
    return;
  }
  await recorder.step(title, async (step) => {
    const isUsed = (node: string): boolean => all.items.some((pod) => pod.nodeName === node && keepsNode(pod));
    const isThere = (node: string): boolean => watch.nodes.items.some(({ metadata }) => metadata.name === node) || watch.nodeClaims.items.some(({ nodeName }) => nodeName === node);
    const left = (): readonly string[] => nodesBefore.filter((node) => isThere(node) && !isUsed(node));
    await waitFor(() => left().length === 0, {
      what: `the empty nodes are removed, ${idleSeconds} s after their last pod`,
      deadlineSeconds: timeoutSeconds ?? WAIT_SECONDS + idleSeconds,
      on: [...watch.all, all],
      describeMissing: () => [`Still there: ${listed(left())}`],
      onProgress: () => step.news(`${listed(left())} ${left().length === 1 ? 'is' : 'are'} empty and still there`),
      remedy: 'See what keeps Karpenter from removing it: kubectl get events -A --field-selector involvedObject.kind=NodeClaim.',
      signal,
    });
    const kept = nodesBefore.filter(isThere);
    const gone = nodesBefore.filter((node) => !isThere(node));
    step.note(...gone.map((node) => `${node} removed`), ...kept.map((node) => `${node} stays: other pods run there`));
  });
}

/** Whether a node is not empty for this pod's sake: DaemonSets and the kubelet's own pods go with their node. */
function keepsNode(pod: Pod): boolean {
  return !takesNoRoom(pod) && !pod.metadata.owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
