import { LiveList } from '../../kubernetes/live-list';
import { NODE_POOLS } from '../../kubernetes/node-pool';
import { PODS, takesNoRoom, type Pod } from '../../kubernetes/pod';
import { waitFor } from '../../kubernetes/wait-for';
import { durationSeconds } from '../exercise/duration-seconds';
import { exerciseCommands } from '../exercise/exercise-commands';
import { ExerciseWatch } from '../exercise/exercise-watch';
import { counted, listed } from '../plan/phrases';
import { WAIT_SECONDS, type FollowedScaling, type ScaleContext, type Scaling } from './scale-context';

/** Scales in and follows it until the pods are gone, and with them the nodes that they leave empty. */
export async function followDown(context: ScaleContext, scale: Scaling): Promise<FollowedScaling> {
  const { api, expectations, deployment, signal } = context;
  const watch = await ExerciseWatch.start(api, deployment, expectations, signal);
  const all = await LiveList.start(api, PODS, {}, signal);
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
  const nodePool = await api.get(NODE_POOLS, { name: expectations.nodePoolName }, signal);
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
