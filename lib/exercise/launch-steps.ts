import { isTrue } from '../kubernetes/objects';
import { DEPLOYMENTS, selectorText, type Deployment } from '../kubernetes/core-kinds';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import { waitFor } from '../wait-for';
import { counted, listed } from '../words';
import { diagnose } from './diagnosis';
import { exerciseCommands } from './exercise-commands';
import { type ExerciseContext, exerciseFailed } from './step-recorder';
import type { ExerciseWatch } from './exercise-watch';

/** Scales the Deployment and gives back when, by the API server's clock, as ISO 8601. */
export async function scaleStep({ api, expectations, recorder }: ExerciseContext, watch: ExerciseWatch): Promise<string | undefined> {
  const { namespace, deploymentName, replicas } = expectations;
  let scaledAt: string | undefined;
  await recorder.step({ title: `Scale the Deployment to ${counted(replicas, 'replica')}`, command: exerciseCommands(expectations).scale(replicas) }, async (step) => {
    watch.begin();
    scaledAt = await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, replicas);
    step.note(`deployment.apps/${deploymentName} scaled`);
  });
  return scaledAt;
}

/** Follows the pods from Pending to the NodeClaim that Karpenter launches for them. */
export async function launchStep(context: ExerciseContext, watch: ExerciseWatch, deployment: Deployment): Promise<void> {
  const { expectations, recorder, deadlines } = context;
  const { deploymentName, replicas } = expectations;
  await recorder.step({ title: 'Karpenter launches a node for the pending pods', command: exerciseCommands(expectations).nodeClaims }, async (step) => {
    const wait = waiter(context, watch, deployment, (detail) => step.news(detail));
    await wait(() => watch.livePods.length >= replicas && (watch.newClaims.length > 0 || watch.runningPods.length >= replicas), {
      what: `Karpenter makes a NodeClaim for ${counted(replicas, 'pod')} of ${deploymentName}`,
      deadlineSeconds: deadlines.claimedSeconds,
    });
    if (watch.newClaims.length === 0) {
      const nodes = new Set(watch.livePods.flatMap(({ nodeName }) => nodeName ?? []));
      throw exerciseFailed(`The pods run on ${listed([...nodes])}, which had room: Karpenter had nothing to launch.`, 'Scale to 0, wait until the node is gone, and run it again.');
    }
    step.note(`${counted(replicas, 'pod')} Pending, so Karpenter made ${listed(watch.newClaims.map(({ metadata }) => `NodeClaim ${metadata.name}`))}`);
    await wait(() => watch.newClaims.length > 0 && watch.newClaims.every((claim) => isTrue(claim, 'Launched')), {
      what: `EC2 launches ${listed(watch.newClaims.map(({ metadata }) => metadata.name))}`,
      deadlineSeconds: deadlines.launchedSeconds,
    });
    step.note(...watch.newClaims.map(launchLine));
    checkCapacityTypes(watch.newClaims, expectations.capacityTypes);
  });
}

/** Follows the launched nodes until they are registered and Ready. */
export async function nodeReadyStep(context: ExerciseContext, watch: ExerciseWatch, deployment: Deployment): Promise<void> {
  const { expectations, recorder, deadlines } = context;
  await recorder.step({ title: 'The new node registers and becomes Ready', command: exerciseCommands(expectations).nodes }, async (step) => {
    await waiter(context, watch, deployment, (detail) => step.news(detail))(() => watch.newClaims.length > 0 && watch.newClaims.every((claim) => watch.isNodeReady(claim) && isTrue(claim, 'Initialized')), {
      what: `the node of ${listed(watch.newClaims.map(({ metadata }) => `NodeClaim ${metadata.name}`))} is Ready, with the labels ${selectorText(expectations.nodeSelector)}`,
      deadlineSeconds: deadlines.nodeReadySeconds,
    });
    step.note(...watch.newClaims.flatMap((claim) => watch.nodeOf(claim) ?? []).map(({ metadata, kubeletVersion }) => `${metadata.name} Ready ${kubeletVersion}`));
  });
}

/** Follows the pods until all of them run. */
export async function podsRunningStep(context: ExerciseContext, watch: ExerciseWatch, deployment: Deployment): Promise<void> {
  const { expectations, recorder, deadlines } = context;
  const { deploymentName, replicas } = expectations;
  await recorder.step({ title: `All ${counted(replicas, 'pod')} run`, command: exerciseCommands(expectations).pods }, async (step) => {
    const news = (detail: string): void => step.news(detail, watch.runningPods.length / replicas);
    await waiter(context, watch, deployment, news)(() => watch.runningPods.length >= replicas, {
      what: `${counted(replicas, 'pod')} of ${deploymentName} run`,
      deadlineSeconds: deadlines.runningSeconds,
    });
    step.note(...watch.runningPods.map(({ metadata, nodeName }) => `${metadata.name} Running on ${nodeName ?? ''}`));
  });
}

type Waiter = (condition: () => boolean, options: { readonly what: string; readonly deadlineSeconds: number }) => Promise<void>;

/** Waits on the watched objects; what is missing at the deadline is found by a diagnosis. */
function waiter({ api, expectations, signal }: ExerciseContext, watch: ExerciseWatch, deployment: Deployment, onNews: (detail: string) => void): Waiter {
  const { namespace, deploymentName, replicas } = expectations;
  return (condition, { what, deadlineSeconds }) => waitFor(condition, {
    what,
    deadlineSeconds,
    on: watch.all,
    describeMissing: () => diagnose(api, {
      namespace, deploymentName, replicas, labelSelector: selectorText(deployment.matchLabels), sinceSeconds: watch.moments.elapsedSeconds(),
    }, expectations),
    onProgress: () => onNews(launchNews(watch, replicas)),
    signal,
  });
}

/** Where it stands, in one line: `2 of 5 pods running, c5a.2xlarge ready`. */
export function launchNews(watch: ExerciseWatch, replicas: number): string {
  const claims = watch.newClaims.map((claim) => {
    const stage = watch.isNodeReady(claim) ? 'ready' : ['Registered', 'Launched'].find((type) => isTrue(claim, type))?.toLowerCase() ?? 'created';
    return `${claim.instanceType ?? claim.metadata.name} ${stage}`;
  });
  return `${watch.runningPods.length} of ${counted(replicas, 'pod')} running${claims.length === 0 ? '' : `, ${claims.join(', ')}`}`;
}

function launchLine({ metadata, instanceType, zone, capacityType, providerId }: NodeClaim): string {
  return `${metadata.name} launched: ${instanceType ?? ''}, ${zone ?? ''}, ${capacityType ?? ''}, ${providerId ?? ''}`;
}

function checkCapacityTypes(claims: readonly NodeClaim[], allowed: readonly string[]): void {
  const other = claims.find(({ capacityType }) => allowed.length > 0 && !allowed.includes(capacityType ?? ''));
  if (other === undefined) return;
  throw exerciseFailed(`NodeClaim ${other.metadata.name} is ${other.capacityType ?? 'of no capacity type'}; the lab's NodePool allows ${listed(allowed)}.`, 'See which other NodePool launched it: kubectl get nodeclaims -o wide.');
}
