import type { Fill, LabStatus, NodeClaimStatus, NodePoolStatus, PodStatus } from '../../exercise/lab-status';
import { mebibytes } from '../../kubernetes/allocatable';
import { amountText, counted, hourlyText, memoryText, momentText, moreThan, zoneLetters } from '../../words';
import { figures, flexible, type LabDocument, type Section, table, toned } from '../document/document';
import { ExitCode } from '../errors';
import { nodePriceText, typeText } from '../exercise/exercise-document';
import { connectionFlags, labConnection, namespaceFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [namespaceFlag, ...connectionFlags] as const;

/** `lab status`: the state of the lab. */
export const statusVerb = defineVerb({
  name: 'status',
  summary: 'show the state of the lab: Karpenter, the exercise, nodes and what they cost',
  description: 'Shows whether Karpenter can launch nodes, how much of the NodePools\' limits is used, the exercise of the lab and '
    + 'of every student, the nodes with price and fill, the cost per hour and since deployment, and when the lab deletes itself. '
    + 'It asks Kubernetes only, and changes nothing. It exits with 1 when Karpenter could not launch a node now.',
  flags: FLAGS,
  run: runStatus,
});

async function runStatus(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const status = await invocation.host.actions.labStatus({ ...await labConnection(flags, invocation), namespace: flags.namespace }, invocation.run);
  return { result: status, document: statusDocument(status), exitCode: status.isReady ? ExitCode.Ok : ExitCode.Failed };
}

/** Most rows of a table in a terminal: a class of a hundred has a hundred Deployments. */
const MOST_ROWS = 15;

/**
 * The state of a lab: what is ready, the exercise, the nodes and what they cost.
 *
 * @param isBrief whether to leave out the basis of the cost and the deadline, so that it fits into a window
 */
export function statusDocument(status: LabStatus, isBrief = false): LabDocument {
  return {
    title: `Lab ${status.cluster} in ${status.region} is ${status.isReady ? 'ready' : 'NOT READY'}`,
    tone: status.isReady ? 'strong' : 'bad',
    sections: [
      { heading: 'Why it is not ready', blocks: [status.problems] },
      karpenterSection(status),
      exerciseSection(status),
      claimsSection(status.nodeClaims),
      nodesSection(status),
      costSection(status, isBrief),
    ],
    nodeNames: status.nodes.map(({ name }) => name),
  };
}

/** How many pods are in each state: `5 running`, `3 pending, 2 running`. */
export function podCountsText(pods: readonly PodStatus[]): string {
  const order: readonly PodStatus['state'][] = ['pending', 'starting', 'running', 'ending', 'ended'];
  const counts = order.flatMap((state) => {
    const count = pods.filter((pod) => pod.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counts.length === 0 ? 'no pods' : counts.join(', ');
}

function karpenterSection({ karpenter, nodePools, nodeClasses }: LabStatus): Section {
  return {
    heading: 'Karpenter',
    aside: `${karpenter.readyReplicas} of ${counted(karpenter.replicas, 'replica')} ready`,
    blocks: [table(['', '', flexible()], [
      ...nodePools.map((nodePool) => [`NodePool ${nodePool.name}`, readyText(nodePool.isReady), limitsText(nodePool)]),
      ...nodeClasses.map(({ name, isReady }) => [`EC2NodeClass ${name}`, readyText(isReady)]),
    ])],
  };
}

function limitsText({ limits }: NodePoolStatus): string {
  return limits.length === 0 ? 'no limit' : limits.map(({ resource, used, limit }) => `${resource} ${resource === 'memory' ? roundedMemory(used) : used} of ${limit}`).join(', ');
}

function exerciseSection({ deployments, pods }: LabStatus): Section {
  const unfinishedFirst = deployments.toSorted((a, b) => Number(a.readyReplicas === a.replicas) - Number(b.readyReplicas === b.replicas) || a.namespace.localeCompare(b.namespace));
  return {
    heading: 'Exercise',
    aside: podCountsText(pods),
    blocks: [
      deployments.length === 0 ? 'The Deployment of the exercise does not exist.' : '',
      table([flexible('Deployment'), figures('Ready'), 'Pods'], unfinishedFirst.map(({ namespace, name, replicas, readyReplicas }) =>
        [`${namespace}/${name}`, `${readyReplicas}/${replicas}`, podCountsText(pods.filter((pod) => pod.namespace === namespace))]), { mostRows: MOST_ROWS }),
    ],
  };
}

function claimsSection(nodeClaims: readonly NodeClaimStatus[]): Section {
  return {
    heading: 'NodeClaims',
    aside: counted(nodeClaims.length),
    blocks: [table([flexible('NodeClaim'), 'Stage', 'Type', 'Zone', 'Capacity'], nodeClaims.map(({ name, stage, instanceType = '', zone = '', capacityType = '' }) =>
      [name, stage, instanceType, zone, capacityType]), { mostRows: MOST_ROWS })],
  };
}

function nodesSection({ nodes, region }: LabStatus): Section {
  return {
    heading: 'Nodes',
    aside: `${nodes.filter(({ nodePoolName }) => nodePoolName !== undefined).length} of ${nodes.length} by Karpenter`,
    blocks: [table([flexible('Node'), 'Type', 'Zone', figures('Pods'), figures('CPU'), figures('Memory GiB'), figures('USD/h')], nodes.map((node) => [
      node.isReady ? node.name : `${node.name} (not ready)`,
      typeText(node),
      zoneLetters([node.zone], region),
      counted(node.pods),
      fillText(node.cpuMillis, 1000),
      fillText(node.memoryMiB, 1024),
      nodePriceText(node),
    ]), { mostRows: MOST_ROWS })],
  };
}

function costSection({ cost, expiresAt }: LabStatus, isBrief: boolean): Section {
  const end = expiresAt === undefined || isBrief ? '' : `AWS deletes the lab at ${momentText(expiresAt)}, as deployed; lab extend may have moved that.`;
  if (cost.unavailable !== undefined) return { heading: 'Cost', badge: { text: 'unknown' }, blocks: [`${cost.unavailable} ${end}`] };
  const since = cost.sinceDeploy === undefined ? '' : `, about ${amountText(cost.sinceDeploy)} since ${momentText(cost.since ?? '')}`;
  return {
    heading: 'Cost',
    aside: `${moreThan(cost)}${hourlyText(cost.totalPerHour)}`,
    blocks: [
      `${hourlyText(cost.idlePerHour)} for the lab, ${hourlyText(cost.karpenterPerHour)} for Karpenter's nodes${since}.`,
      ...(isBrief ? [] : [toned('muted', cost.basis.join(' '))]),
      end,
    ],
  };
}

/** What pods request of what the node can give, and the percentage: `5.2/7.9  65%`. */
function fillText({ requested, allocatable }: Fill, unit: number): string {
  if (allocatable === 0) return '?';
  const part = `${Math.round(requested / allocatable * 100)}%`;
  return `${(requested / unit).toFixed(1)}/${(allocatable / unit).toFixed(1)} ${part.padStart(4)}`;
}

function readyText(isReady: boolean): string {
  return isReady ? 'Ready' : 'NOT READY';
}

function roundedMemory(text: string): string {
  return memoryText(Math.round(mebibytes(text)));
}
