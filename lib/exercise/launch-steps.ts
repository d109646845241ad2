import { isNodeReady, livePods, nodeNamesOf, nodeOf, runningPods } from '../kubernetes/cluster-model';
import { type ClusterNode, DEPLOYMENTS, type Pod, selectorText } from '../kubernetes/core-kinds';
import type { NodeClaim } from '../kubernetes/karpenter-kinds';
import { isTrue } from '../kubernetes/objects';
import { DeadlinePassed, Ticker, waitFor } from '../wait-for';
import { NODE_POOL_LABEL } from '../well-known-keys';
import { counted, listed } from '../words';
import { exerciseFailed, type WatchedExercise, whyNotRunning } from './exercise-context';
import { causeFirst, explainsNoLaunch, explainsNoNode, type Finding, findingSentence } from '../rehearsal/findings';
import { exerciseCommands, LAUNCH_MESSAGE } from './exercise-commands';
import { followKarpenterLog, launchOf } from './karpenter-log';
import { essentialLabelsMissing, labelLinesOf } from './shown-labels';

/**
 * Scales the Deployment, and follows Karpenter's launch until all pods run.
 *
 * @returns when it was scaled, by the API server's clock, as ISO 8601; undefined where the scaling failed or was skipped
 */
export async function scaleOut(exercise: WatchedExercise): Promise<string | undefined> {
  const scaledAt = await scaleStep(exercise);
  await launchStep(exercise);
  await nodeReadyStep(exercise);
  await podsRunningStep(exercise);
  return scaledAt;
}

/**
 * Scales the Deployment.
 *
 * @returns when it was scaled, by the API server's clock, as ISO 8601; undefined where the scaling failed or was skipped
 */
export async function scaleStep({ api, cluster, expectations, recorder }: WatchedExercise): Promise<string | undefined> {
  const { namespace, deploymentName, replicas } = expectations;
  let scaledAt: string | undefined;
  await recorder.step({ title: `Scale the Deployment to ${counted(replicas, 'replica')}`, command: exerciseCommands(expectations).scale(replicas) }, async (step) => {
    cluster.mark();
    scaledAt = await api.scale(DEPLOYMENTS, { namespace, name: deploymentName }, replicas);
    step.note(`deployment.apps/${deploymentName} scaled`);
  });
  return scaledAt;
}

/** Follows the pods from Pending to the NodeClaim that Karpenter launches for them. */
export async function launchStep(exercise: WatchedExercise): Promise<void> {
  const { cluster, expectations, recorder, deadlines } = exercise;
  const { deploymentName, replicas } = expectations;
  await recorder.step({ title: 'Karpenter launches a node for the pending pods', command: exerciseCommands(expectations).nodeClaims }, async (step) => {
    const wait = waiter(exercise, (detail) => step.news(detail));
    await wait(() => livePods(cluster).length >= replicas && (cluster.newClaims.length > 0 || runningPods(cluster).length >= replicas), {
      what: `Karpenter makes a NodeClaim for ${counted(replicas, 'pod')} of ${deploymentName}`,
      deadlineSeconds: deadlines.claimedSeconds,
      isExplainedBy: explainsNoLaunch,
    });
    if (cluster.newClaims.length === 0) {
      throw exerciseFailed(`The pods run on ${listed(nodeNamesOf(livePods(cluster)))}, which had room: Karpenter had nothing to launch.`, 'Scale to 0, wait until the node is gone, and run it again.');
    }
    step.note(`${counted(replicas, 'pod')} Pending, so Karpenter made ${listed(cluster.newClaims.map(({ metadata }) => `NodeClaim ${metadata.name}`))}`);
    await wait(() => cluster.newClaims.length > 0 && cluster.newClaims.every((claim) => isTrue(claim, 'Launched')), {
      what: `EC2 launches ${listed(cluster.newClaims.map(({ metadata }) => metadata.name))}`,
      deadlineSeconds: deadlines.launchedSeconds,
      isExplainedBy: explainsNoLaunch,
    });
    step.note(...cluster.newClaims.map(launchLine));
    checkCapacityTypes(cluster.newClaims, expectations.capacityTypes);
  });
}

/** Seconds before the scaling at which reading the log begins, because clocks differ. */
const LOG_MARGIN_SECONDS = 10;

/** Finds the launches in Karpenter's log. */
export async function launchLogStep({ api, cluster, expectations, recorder, deadlines }: WatchedExercise): Promise<void> {
  await recorder.step({ title: `Karpenter's log shows "${LAUNCH_MESSAGE}"`, command: exerciseCommands(expectations).log }, async (step) => {
    const wanted = new Set(cluster.newClaims.map(({ metadata }) => metadata.name));
    const reading = { sinceSeconds: cluster.moments.elapsedSeconds() + LOG_MARGIN_SECONDS, deadlineSeconds: deadlines.logSeconds };
    const found = await followKarpenterLog(api, expectations, reading, (line, pod) => {
      const launch = launchOf(line);
      if (launch === undefined || !wanted.delete(launch.nodeClaim)) return false;
      step.note(`${pod}: ${launch.nodeClaim}, ${launch.instanceType}, ${launch.zone}, ${launch.capacityType}, ${launch.providerId}`);
      return wanted.size === 0;
    });
    if (found) return;
    throw new DeadlinePassed({
      what: `Karpenter logs "${LAUNCH_MESSAGE}" for every NodeClaim`,
      deadlineSeconds: deadlines.logSeconds,
      missing: [`No line for ${listed([...wanted])} in the logs of ${expectations.karpenterNamespace}/${expectations.karpenterDeployment}`],
    });
  });
}

/** Follows the launched nodes until they are registered and Ready. */
export async function nodeReadyStep(exercise: WatchedExercise): Promise<void> {
  const { cluster, expectations, recorder, deadlines } = exercise;
  await recorder.step({ title: 'The new node registers and becomes Ready', command: exerciseCommands(expectations).nodes }, async (step) => {
    const wait = waiter(exercise, (detail) => step.news(detail));
    await wait(() => cluster.newClaims.length > 0 && cluster.newClaims.every((claim) => isNodeReady(cluster, claim) && isTrue(claim, 'Initialized')), {
      what: `the node of ${listed(cluster.newClaims.map(({ metadata }) => `NodeClaim ${metadata.name}`))} is Ready, with the labels ${selectorText(expectations.nodeSelector)}`,
      deadlineSeconds: deadlines.nodeReadySeconds,
      isExplainedBy: explainsNoNode,
    });
    step.note(...cluster.newClaims.flatMap((claim) => nodeOf(cluster, claim) ?? []).map(({ metadata, kubeletVersion }) => `${metadata.name} Ready ${kubeletVersion}`));
  });
}

/** Follows the pods until all of them run. */
export async function podsRunningStep(exercise: WatchedExercise): Promise<void> {
  const { cluster, expectations, recorder, deadlines } = exercise;
  const { deploymentName, replicas } = expectations;
  await recorder.step({ title: `All ${counted(replicas, 'pod')} run`, command: exerciseCommands(expectations).pods }, async (step) => {
    const wait = waiter(exercise, (detail) => step.news(detail, runningPods(cluster).length / replicas));
    await wait(() => runningPods(cluster).length >= replicas, {
      what: `${counted(replicas, 'pod')} of ${deploymentName} run`,
      deadlineSeconds: deadlines.runningSeconds,
      isExplainedBy: explainsNoNode,
    });
    step.note(...runningPods(cluster).map(({ metadata, nodeName }) => `${metadata.name} Running on ${nodeName ?? ''}`));
  });
}

/** Checks that all pods share one node. */
export async function oneNodeStep({ cluster, expectations, recorder }: WatchedExercise): Promise<void> {
  const { replicas } = expectations;
  await recorder.step({ title: `All ${counted(replicas, 'pod')} are on one node`, command: exerciseCommands(expectations).pods }, (step) => {
    const nodes = nodeNamesOf(runningPods(cluster));
    step.note(...podsByNodeLines(runningPods(cluster)));
    if (nodes.length !== 1) throw exerciseFailed(`The pods are on ${counted(nodes.length, 'node')}; the exercise ends with one.`, 'See why the NodePool gives no larger type: its requirements, or what is left of its limits.');
  });
}

/** Compares the labels of the launched nodes with those that the exercise shows. */
export async function labelsStep({ cluster, expectations, recorder, deadlines }: WatchedExercise): Promise<void> {
  const { nodeSelector, nodePoolName } = expectations;
  await recorder.step({ title: 'The node carries the labels that the exercise shows', command: exerciseCommands(expectations).labels }, async (step) => {
    const nodesNow = (): readonly ClusterNode[] => cluster.usedClaims.flatMap((claim) => nodeOf(cluster, claim) ?? []);
    await waitFor(() => nodesNow().every((node) => essentialLabelsMissing(node, nodeSelector).length === 0), {
      what: 'the node has every label that Karpenter and the exercise depend on',
      deadlineSeconds: deadlines.logSeconds,
      on: [cluster],
      describeMissing: () => nodesNow().map((node) => `${node.metadata.name} lacks ${listed(essentialLabelsMissing(node, nodeSelector))}`),
      remedy: 'Compare it with the NodePool: kubectl get nodepool -o yaml.',
    });
    const nodes = nodesNow();
    for (const node of nodes) step.note(...labelLinesOf(node, nodeSelector));
    const wrong = nodes.find(({ metadata }) => metadata.labels[NODE_POOL_LABEL] !== nodePoolName);
    if (wrong !== undefined) {
      throw exerciseFailed(`Node ${wrong.metadata.name} belongs to NodePool ${wrong.metadata.labels[NODE_POOL_LABEL] ?? 'none'}; the exercise uses ${nodePoolName}.`, 'Remove the other NodePool, or give it a lower weight.');
    }
  });
}

/** A wait for a stage of a launch. */
interface StageWait {
  readonly what: string;
  readonly deadlineSeconds: number;
  /** Whether a finding explains that the stage does not come about. */
  readonly isExplainedBy: (finding: Finding) => boolean;
}

type Waiter = (condition: () => boolean, options: StageWait) => Promise<void>;

/** Seconds that a stage has after something was found that explains why it does not come about. No deadline is waited for then. */
const EXPLAINED_SECONDS = 15;

/** Seconds between two looks at what was found. */
const LOOK_SECONDS = 1;

/**
 * Waits on the watched objects. When the deadline passes, a diagnosis says why the pods do not run; what was found to be at fault
 * ends the wait sooner.
 */
function waiter(exercise: WatchedExercise, onNews: (detail: string) => void): Waiter {
  return (condition, { what, deadlineSeconds, isExplainedBy }) => {
    const { clock } = exercise.run;
    let foundAt: number | undefined;
    const refuse = (): void => {
      const [cause] = causeFirst(exercise.findings().filter(isExplainedBy));
      if (cause === undefined) return;
      foundAt ??= clock.nowMillis();
      if (clock.nowMillis() - foundAt < EXPLAINED_SECONDS * 1000) return;
      throw exerciseFailed(`${findingSentence(cause)} So it does not come about that ${what}.`, 'Correct it in the stack, run npm run synth, then start the rehearsal again.');
    };
    const isThere = (): boolean => {
      if (condition()) return true;
      refuse();
      return false;
    };
    return waitFor(isThere, {
      what,
      deadlineSeconds,
      on: [exercise.cluster, new Ticker(LOOK_SECONDS)],
      describeMissing: () => whyNotRunning(exercise),
      onProgress: () => onNews(launchNews(exercise)),
    });
  };
}

/** Progress of a launch in one line: `2 of 5 pods running, c5a.2xlarge ready`. */
export function launchNews({ cluster, expectations }: WatchedExercise): string {
  const claims = cluster.newClaims.map((claim) => {
    const stage = isNodeReady(cluster, claim) ? 'ready' : ['Registered', 'Launched'].find((type) => isTrue(claim, type))?.toLowerCase() ?? 'created';
    return `${claim.instanceType ?? claim.metadata.name} ${stage}`;
  });
  return [`${runningPods(cluster).length} of ${counted(expectations.replicas, 'pod')} running`, ...claims].join(', ');
}

/** How pods are spread over nodes, one line per node: `5 pods on ip-10-0-1-2`. */
export function podsByNodeLines(pods: readonly Pod[]): readonly string[] {
  return nodeNamesOf(pods).map((node) => `${counted(pods.filter(({ nodeName }) => nodeName === node).length, 'pod')} on ${node}`);
}

function launchLine({ metadata, instanceType, zone, capacityType, providerId }: NodeClaim): string {
  return `${metadata.name} launched: ${instanceType ?? ''}, ${zone ?? ''}, ${capacityType ?? ''}, ${providerId ?? ''}`;
}

function checkCapacityTypes(claims: readonly NodeClaim[], allowed: readonly string[]): void {
  const other = claims.find(({ capacityType }) => allowed.length > 0 && !allowed.includes(capacityType ?? ''));
  if (other === undefined) return;
  throw exerciseFailed(`NodeClaim ${other.metadata.name} is ${other.capacityType ?? 'of no capacity type'}; the lab's NodePool allows ${listed(allowed)}.`, 'See which other NodePool launched it: kubectl get nodeclaims -o wide.');
}
