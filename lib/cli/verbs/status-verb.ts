import type { Fill, LabStatus, NodeClaimStatus, NodePoolStatus, PodStatus } from '../../exercise/lab-status';
import { mebibytes } from '../../kubernetes/allocatable';
import { amountText, counted, hourlyText, memoryText, momentText, moreThan, unitPriceText, zoneLetters } from '../../words';
import { ExitCode } from '../errors';
import { connectionFlags, type ConnectionFlags, labConnection, namespaceFlag, type NamespaceFlags } from '../flags';
import { type TextLayout, wrapText } from '../terminal/text-layout';
import { bulletList, paragraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';
import type { Invocation, Verb, VerbOutcome } from '../verb';

/** `lab status`: the state of the lab. */
export const statusVerb: Verb = {
  name: 'status',
  summary: 'show the state of the lab: Karpenter, the exercise, nodes and what they cost',
  description: 'Shows whether Karpenter can launch nodes, how much of the NodePools\' limits is used, the exercise of the lab and '
    + 'of every student, the nodes with price and fill, the cost per hour and since deployment, and when the lab deletes itself. '
    + 'It asks Kubernetes only, and changes nothing. It exits with 1 when Karpenter could not launch a node now.',
  flags: [namespaceFlag, ...connectionFlags],
  run: runStatus,
};

async function runStatus(invocation: Invocation): Promise<VerbOutcome> {
  const flags = invocation.flags<ConnectionFlags & NamespaceFlags>();
  const status = await invocation.host.actions.labStatus({ ...await labConnection(flags, invocation), namespace: flags.namespace });
  return { result: status, text: (layout) => statusText(status, layout), exitCode: status.isReady ? ExitCode.Ok : ExitCode.Failed };
}

/** Rows of a table that are shown: a class of a hundred has a hundred Deployments. */
const MOST_ROWS = 15;

/**
 * The state of a lab: what is ready, the exercise, the nodes and what they cost.
 *
 * @param isBrief whether to leave out what the cost is an estimate of, for a window
 */
export function statusText(status: LabStatus, layout: TextLayout, isBrief = false): readonly string[] {
  const sections = [
    problemsText(status, layout),
    karpenterText(status, layout),
    exerciseText(status, layout),
    claimsText(status.nodeClaims, layout),
    nodesText(status, layout),
    costText(status, isBrief, layout),
  ].filter((section) => section.length > 0);
  return [
    ...wrapText(`Lab ${status.cluster} in ${status.region} is ${status.isReady ? 'ready' : 'NOT READY'}`, layout.width).map(status.isReady ? layout.style.strong : layout.style.bad),
    ...sections.flatMap((section) => ['', ...section]),
  ];
}

/** Pods by what becomes of them: `5 running`, `3 pending, 2 running`. */
export function podCountsText(pods: readonly PodStatus[]): string {
  const order: readonly PodStatus['state'][] = ['pending', 'starting', 'running', 'ending', 'ended'];
  const counts = order.flatMap((state) => {
    const count = pods.filter((pod) => pod.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counts.length === 0 ? 'no pods' : counts.join(', ');
}

function problemsText({ problems }: LabStatus, layout: TextLayout): readonly string[] {
  return problems.length === 0 ? [] : [sectionHeading('Why it is not ready', '', layout), ...bulletList(problems, layout)];
}

function karpenterText({ karpenter, nodePools, nodeClasses }: LabStatus, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Karpenter', `${karpenter.readyReplicas} of ${counted(karpenter.replicas, 'replica')} ready`, layout),
    ...textTable([{ paint: layout.style.name }, {}, { isFlexible: true }], [
      ...nodePools.map((nodePool) => ({ cells: [`NodePool ${nodePool.name}`, readyText(nodePool.isReady), limitsText(nodePool)] })),
      ...nodeClasses.map(({ name, isReady }) => ({ cells: [`EC2NodeClass ${name}`, readyText(isReady), ''] })),
    ], layout),
  ];
}

function limitsText({ limits }: NodePoolStatus): string {
  return limits.length === 0 ? 'no limit' : limits.map(({ resource, used, limit }) => `${resource} ${resource === 'memory' ? roundedMemory(used) : used} of ${limit}`).join(', ');
}

function exerciseText({ deployments, pods }: LabStatus, layout: TextLayout): readonly string[] {
  const unfinishedFirst = deployments.toSorted((a, b) => Number(a.readyReplicas === a.replicas) - Number(b.readyReplicas === b.replicas) || a.namespace.localeCompare(b.namespace));
  return [
    sectionHeading('Exercise', podCountsText(pods), layout),
    ...(deployments.length === 0 ? paragraph('The Deployment of the exercise does not exist.', layout) : textTable([
      { heading: 'Deployment', paint: layout.style.name, isFlexible: true },
      { heading: 'Ready', align: 'right' },
      { heading: 'Pods' },
    ], unfinishedFirst.slice(0, MOST_ROWS).map(({ namespace, name, replicas, readyReplicas }) => ({
      cells: [`${namespace}/${name}`, `${readyReplicas}/${replicas}`, podCountsText(pods.filter((pod) => pod.namespace === namespace))],
    })), layout)),
    ...moreText(deployments.length, 'Deployment', layout),
  ];
}

function claimsText(nodeClaims: readonly NodeClaimStatus[], layout: TextLayout): readonly string[] {
  return nodeClaims.length === 0 ? [] : [
    sectionHeading('NodeClaims', String(nodeClaims.length), layout),
    ...textTable([
      { heading: 'NodeClaim', paint: layout.style.name, isFlexible: true }, { heading: 'Stage' }, { heading: 'Type' }, { heading: 'Zone' }, { heading: 'Capacity' },
    ], nodeClaims.slice(0, MOST_ROWS).map(({ name, stage, instanceType, zone, capacityType }) => ({
      cells: [name, stage, instanceType ?? '', zone ?? '', capacityType ?? ''],
    })), layout),
    ...moreText(nodeClaims.length, 'NodeClaim', layout),
  ];
}

function nodesText({ nodes, region }: LabStatus, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Nodes', `${nodes.filter(({ nodePoolName }) => nodePoolName !== undefined).length} of ${nodes.length} by Karpenter`, layout),
    ...textTable([
      { heading: 'Node', paint: layout.style.name, isFlexible: true }, { heading: 'Type' }, { heading: 'Zone' }, { heading: 'Pods', align: 'right' },
      { heading: 'CPU', align: 'right' }, { heading: 'Memory GiB', align: 'right' }, { heading: 'USD/h', align: 'right' },
    ], nodes.slice(0, MOST_ROWS).map((node) => ({ cells: [
      node.isReady ? node.name : `${node.name} (not ready)`,
      node.capacityType === 'on-demand' ? node.instanceType : `${node.instanceType} ${node.capacityType}`,
      zoneLetters([node.zone], region),
      String(node.pods),
      fillText(node.cpuMillis, 1000),
      fillText(node.memoryMiB, 1024),
      node.pricePerHour === undefined ? '?' : unitPriceText(node.pricePerHour),
    ] })), layout),
    ...moreText(nodes.length, 'node', layout),
  ];
}

function costText({ cost, expiresAt }: LabStatus, isBrief: boolean, layout: TextLayout): readonly string[] {
  const end = expiresAt === undefined || isBrief ? [] : [`AWS deletes the lab at ${momentText(expiresAt)}, as deployed; lab extend may have moved that.`];
  if (cost.unavailable !== undefined) return [sectionHeading('Cost', 'unknown', layout), ...paragraph([cost.unavailable, ...end].join(' '), layout)];
  const since = cost.sinceDeploy === undefined ? '' : `, about ${amountText(cost.sinceDeploy)} since ${momentText(cost.since ?? '')}`;
  return [
    sectionHeading('Cost', `${moreThan(cost)}${hourlyText(cost.totalPerHour)}`, layout),
    ...paragraph(`${hourlyText(cost.idlePerHour)} for the lab, ${hourlyText(cost.karpenterPerHour)} for Karpenter's nodes${since}.`, layout),
    ...(isBrief ? [] : paragraph(cost.basis.join(' '), layout).map(layout.style.muted)),
    ...end.flatMap((line) => paragraph(line, layout)),
  ];
}

/** Requested of allocatable, and the part that is: `5.2/7.9 65%`. */
function fillText({ requested, allocatable }: Fill, unit: number): string {
  if (allocatable === 0) return '?';
  const part = `${Math.round(requested / allocatable * 100)}%`;
  return `${(requested / unit).toFixed(1)}/${(allocatable / unit).toFixed(1)} ${part.padStart(4)}`;
}

function moreText(count: number, noun: string, layout: TextLayout): readonly string[] {
  return count <= MOST_ROWS ? [] : [`  ${layout.style.muted(`and ${counted(count - MOST_ROWS, noun)} more, with --json`)}`];
}

function readyText(isReady: boolean): string {
  return isReady ? 'Ready' : 'NOT READY';
}

function roundedMemory(text: string): string {
  return memoryText(Math.round(mebibytes(text)));
}
