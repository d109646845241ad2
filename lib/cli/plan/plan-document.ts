import { apiReach } from '../../config/network-values';
import type {
  CostEstimate, LaunchCandidate, LaunchEstimate, NodeResources, PlannedLab, PlanResult, SecurityPosture, SystemNodeFit, TimeEstimate, TimelineEntry,
} from '../../plan/plan-result';
import {
  amountText, clockText, counted, cpuQuantity, cpuText, durationText, hourlyText, memoryText, momentText, moreThan, unitPriceText, withFullStop, zoneLetters,
} from '../../words';
import type { AssemblyFlags } from '../assembly-flag';
import type { LabDocument, Named, Paragraph, Section, TableRow, TimelineSpan } from '../document/document';
import { architectureDrawing } from './architecture-drawing';
import { nextSteps } from './next-steps';

/**
 * The whole plan: what would be built, cost and exposed.
 *
 * @param flags how the plan was asked for
 */
export function planDocument(plan: PlanResult, flags: AssemblyFlags = {}): LabDocument {
  const { lab } = plan;
  return {
    title: `Plan of ${lab.clusterName}`,
    subtitle: `Karpenter ${lab.karpenterVersion}, Amazon EKS ${lab.kubernetesVersion}, ${lab.region}`,
    glance: glance(plan),
    sections: [
      architecture(plan),
      created(plan),
      cost(plan.cost),
      launch(plan),
      time(plan.time),
      systemNodes(plan.systemNodes),
      security(plan.security),
      warnings(plan),
    ],
    next: [{ heading: 'Next steps', blocks: [{ kind: 'facts', facts: nextSteps(plan, flags), areCommands: true }] }],
    footer: `Made by \`lab plan\` from the synthesized template of stack ${lab.stackName}. Nothing has been created.`,
  };
}

function glance({ lab, cost, launch, time }: PlanResult): readonly Named[] {
  const likely = launch.likely.map(({ count, instanceType }) => `${count} x ${instanceType}`).join(', ');
  const prices: readonly Named[] = [
    [`${moreThan(cost)}${hourlyText(cost.idlePerHour)}`, 'idle'],
    [`${moreThan(cost)}${hourlyText(scaledOutPrice(cost))}`, 'while scaled out'],
    [`${moreThan(cost)}${amountText(cost.classTotal)}`, `for a class of ${cost.classHours} h`],
  ];
  return [
    ...(cost.unavailable === undefined ? prices : []),
    [durationText(time.readySeconds), 'until ready (estimate)'],
    ...(launch.unavailable === undefined ? [[likely === '' ? 'no node' : likely, `for ${counted(launch.replicas, 'pod')} (estimate)`]] as const : []),
    ...(lab.expiresAt === undefined ? [] : [[momentText(lab.expiresAt), 'is when AWS deletes the lab']] as const),
  ];
}

/** The drawing, and the subnets behind it. */
function architecture(plan: PlanResult): Section {
  return {
    heading: 'Architecture',
    only: 'page',
    blocks: [
      {
        kind: 'drawing',
        markup: architectureDrawing(plan),
        caption: 'Drawn from the template. Which zone a node lands in is an example: the node group and EC2 decide.',
      },
      {
        kind: 'table',
        caption: 'Subnets and the addresses in them',
        columns: [{ heading: 'Subnet' }, { heading: 'Kind' }, { heading: 'Availability Zone' }, { heading: 'Addresses', isFigure: true }, { heading: 'Logical id', isCode: true }],
        rows: plan.network.subnets.map((subnet) => ({
          cells: [subnet.cidr, subnet.kind, subnet.availabilityZone, counted(subnet.usableAddresses), subnet.logicalId],
        })),
      },
    ],
  };
}

function created({ concerns }: PlanResult): Section {
  return {
    heading: 'What will be created',
    aside: counted(concerns.reduce((sum, { resourceCount }) => sum + resourceCount, 0), 'resource'),
    blocks: [{
      kind: 'table',
      isProse: true,
      columns: [{ heading: 'Concern' }, { heading: 'What it is' }, { heading: 'Resources', isFigure: true }],
      rows: concerns.map(({ name, lines, resourceCount }) => ({ cells: [name, lines, counted(resourceCount)] })),
    }],
  };
}

/** The bill per hour, idle and scaled out, and for the class; or why there is none. */
function cost(estimate: CostEstimate): Section {
  const { unpriced = [], unavailable, priceSources, notIncluded } = estimate;
  if (unavailable !== undefined) return { heading: 'Cost', badge: { text: 'unknown', tone: 'bad' }, blocks: [unavailable] };
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  const total = `Class of ${estimate.classHours} h, scaled out for ${estimate.scaledOutHours} h of it: ${moreThan(estimate)}${amountText(estimate.classTotal)}`;
  return {
    heading: 'Cost',
    badge: unpriced.length === 0 ? undefined : { text: 'incomplete', tone: 'bad' },
    aside: 'USD per hour, list price',
    blocks: [
      { kind: 'paragraph', text: total, tone: 'strong' },
      {
        kind: 'table',
        columns: [{ heading: 'What', isFlexible: true }, { heading: 'Count', isFigure: true }, { heading: 'Each', isFigure: true }, { heading: 'USD/h', isFigure: true }],
        rows: [
          ...estimate.idleLines.map(billRow),
          ...unpriced.map(({ what, quantity }) => ({ cells: [what, quantity === undefined ? 'unknown' : counted(quantity), 'unknown', 'unknown'] })),
          { cells: [`Idle${missing}`, '', '', unitPriceText(estimate.idlePerHour)], isTotal: true },
          ...estimate.scaledOutLines.map(billRow),
          { cells: [`With the exercise scaled out${missing}`, '', '', unitPriceText(scaledOutPrice(estimate))], isTotal: true },
        ],
      },
      { kind: 'paragraph', text: `Prices: ${priceSources.slice(0, 2).join('; ')}`, tone: 'muted', only: 'terminal' },
      {
        kind: 'paragraph',
        text: `Prices of ${estimate.ratesAsOf} (rates), ${estimate.instancePricesAsOf} (instances); see lib/plan/prices. Sources: ${priceSources.join('; ')}.`,
        tone: 'muted',
        only: 'page',
      },
      { kind: 'paragraph', text: `Not included: ${notIncluded.join(', ')}.`, tone: 'muted' },
    ],
  };
}

function billRow({ what, quantity, unitPricePerHour, pricePerHour }: CostEstimate['idleLines'][number]): TableRow {
  return { cells: [what, counted(quantity), unitPriceText(unitPricePerHour), unitPriceText(pricePerHour)] };
}

/** USD per hour of the whole lab while the exercise is scaled out. */
function scaledOutPrice({ idlePerHour, scaledOutPerHour }: CostEstimate): number {
  return idlePerHour + scaledOutPerHour;
}

const PAGE_CANDIDATES = 12;
const TERMINAL_CANDIDATES = 3;

/** What Karpenter will most likely launch, and why; or why that is not known. */
function launch({ lab, launch: estimate }: PlanResult): Section {
  const heading = 'What Karpenter will most likely launch';
  if (estimate.unavailable !== undefined) return { heading, badge: { text: 'unknown', tone: 'bad' }, blocks: [estimate.unavailable] };
  const { candidates, daemonOverhead } = estimate;
  const shown = candidates.slice(0, PAGE_CANDIDATES);
  const daemons = `DaemonSets take ${cpuText(daemonOverhead.cpuMillis)}, ${memoryText(daemonOverhead.memoryMiB)} and ${counted(daemonOverhead.pods, 'pod slot')} on each node.`;
  return {
    heading,
    badge: { text: 'estimate' },
    blocks: [
      { kind: 'paragraph', text: likelyNodesText(estimate), tone: 'strong' },
      estimate.reasons,
      { kind: 'paragraph', text: daemons, only: 'page' },
      {
        kind: 'table',
        caption: `${shown.length} of ${counted(candidates.length, 'type')} that hold all pods on one node; the NodePool allows ${counted(estimate.compatibleTypeCount, 'type')}.`,
        columns: [
          { heading: 'Cheapest types' },
          { heading: 'vCPU', isFigure: true },
          { heading: 'Memory', isFigure: true },
          { heading: 'Allocatable CPU', isFigure: true, only: 'page' },
          { heading: 'USD/h', isFigure: true },
          { heading: 'Capacity' },
          { heading: 'Zones', isFlexible: true },
        ],
        rows: shown.map((candidate) => candidateRow(candidate, lab)),
        mostRows: TERMINAL_CANDIDATES,
      },
      ...calculatedPriceNotes(shown),
    ],
  };
}

/** What the mark on a price means, where such a price is shown. */
function calculatedPriceNotes(shown: readonly LaunchCandidate[]): readonly Paragraph[] {
  const first = shown.findIndex(({ isPriceDerived }) => isPriceDerived);
  const text = '~ calculated from sister types, because no source has the price.';
  return first < 0 ? [] : [{ kind: 'paragraph', text, tone: 'muted', only: first < TERMINAL_CANDIDATES ? undefined : 'page' }];
}

function candidateRow(candidate: LaunchCandidate, { region }: PlannedLab): TableRow {
  return {
    cells: [
      candidate.instanceType,
      counted(candidate.vcpu),
      memoryText(candidate.memoryMiB),
      cpuQuantity(candidate.allocatable.cpuMillis),
      `${candidate.isPriceDerived === true ? '~' : ''}${unitPriceText(candidate.pricePerHour)}`,
      candidate.capacityType,
      zoneLetters(candidate.zones, region),
    ],
  };
}

/** The most likely nodes: `1 x c5a.2xlarge with 5 pods, 0.344 USD/h`. */
function likelyNodesText({ likely }: LaunchEstimate): string {
  if (likely.length === 0) return 'no node: nothing that the NodePool allows holds these pods';
  return likely.map(({ count, instanceType, podsEach, pricePerHour }) =>
    `${count} x ${instanceType} with ${counted(podsEach, 'pod')}${count > 1 ? ' on each' : ''}, ${hourlyText(count * pricePerHour)}`).join('; ');
}

/** A resource off the critical path is drawn when it takes as long as this. */
const SHORTEST_DRAWN_SECONDS = 30;

/** A resource on the critical path is told in a terminal when it takes as long as this. */
const SHORTEST_TOLD_SECONDS = 15;

/** When the lab is ready, and the chain of resources that decides it. */
function time({ readySeconds, ratioToFloor, timeline, criticalPath, durationsSource }: TimeEstimate): Section {
  const drawn = timeline.filter(({ isCritical, durationSeconds }) => isCritical || durationSeconds >= SHORTEST_DRAWN_SECONDS);
  const undrawn = timeline.length - drawn.length;
  const untold = criticalPath.filter(({ durationSeconds }) => durationSeconds < SHORTEST_TOLD_SECONDS).length;
  const without = untold === 0 ? '' : `, without ${counted(untold, 'resource')} of less than ${SHORTEST_TOLD_SECONDS} s`;
  const ready = durationText(readySeconds);
  return {
    heading: 'Time to ready',
    badge: { text: 'estimate' },
    blocks: [
      { kind: 'paragraph', text: `About ${ready}, ${ratioToFloor.toFixed(2)}x of control plane + nodes + Karpenter`, tone: 'strong' },
      { kind: 'paragraph', text: `The critical path${without}:`, only: 'terminal' },
      {
        kind: 'timeline',
        title: 'Estimated timeline of the deployment',
        caption: `Bold names are on the critical path.${undrawn === 0 ? '' : ` ${counted(undrawn, 'short resource')} off the critical path not drawn.`}`,
        spans: drawn.map(timelineSpan),
        mark: { atSeconds: readySeconds, label: `ready after about ${ready}` },
      },
      {
        kind: 'table',
        only: 'page',
        caption: 'The critical path: a shorter lab needs one of these to be shorter.',
        columns: [{ heading: 'Resource' }, { heading: 'Type', isCode: true }, { heading: 'From (min:s)', isFigure: true }, { heading: 'Takes', isFigure: true }],
        rows: criticalPath.map((entry) => ({ cells: [entry.label, entry.type, clockText(entry.startSeconds), durationText(entry.durationSeconds)] })),
      },
      { kind: 'paragraph', text: `Durations: ${withFullStop(durationsSource)}`, tone: 'muted' },
    ],
  };
}

function timelineSpan({ label, logicalId, type, startSeconds, durationSeconds, isCritical }: TimelineEntry): TimelineSpan {
  return {
    label,
    fromSeconds: startSeconds,
    toSeconds: startSeconds + durationSeconds,
    figure: durationText(durationSeconds),
    detail: `from ${clockText(startSeconds)}`,
    tooltip: `${label}: ${logicalId}, ${type}`,
    isMuted: !isCritical,
    only: isCritical && durationSeconds >= SHORTEST_TOLD_SECONDS ? undefined : 'page',
  };
}

/** What runs on the system nodes, and the sum that says whether it fits. In a terminal, DaemonSets share one line. */
function systemNodes({ nodeCount, instanceType, pods, requested, allocatable, unavailable }: SystemNodeFit): Section {
  const daemons = pods.filter(({ isDaemonSet }) => isDaemonSet);
  const free = minus(allocatable, requested);
  const isEnough = Math.min(free.cpuMillis, free.memoryMiB, free.pods) >= 0;
  const known: Pick<Section, 'badge' | 'aside'> = {
    badge: isEnough ? { text: 'fits', tone: 'good' } : { text: 'does not fit', tone: 'bad' },
    aside: `${cpuText(free.cpuMillis)} and ${memoryText(free.memoryMiB)} free`,
  };
  return {
    heading: 'System nodes',
    ...(unavailable === undefined ? known : { badge: { text: 'unknown', tone: 'bad' } }),
    blocks: [
      {
        kind: 'table',
        caption: `${nodeCount} x ${instanceType}, requests of what runs there`,
        columns: [{ heading: 'Pod', isFlexible: true }, { heading: 'Pods', isFigure: true }, { heading: 'CPU', isFigure: true }, { heading: 'Memory', isFigure: true }],
        rows: [
          ...pods.filter(({ isDaemonSet }) => !isDaemonSet).map((pod) => resourceRow(pod.name, sumOf([pod]))),
          ...daemons.map((pod) => ({ ...resourceRow(`${pod.name} (DaemonSet)`, sumOf([pod])), only: 'page' as const })),
          ...(daemons.length === 0 ? [] : [{ ...resourceRow(counted(daemons.length, 'DaemonSet'), sumOf(daemons)), only: 'terminal' as const }]),
          { ...resourceRow('Requested', requested), isTotal: true },
          ...(unavailable === undefined ? [{ ...resourceRow(`Allocatable on ${nodeCount} x ${instanceType}`, allocatable), isTotal: true }] : []),
          ...(unavailable === undefined ? [{ ...resourceRow('Free', free), isTotal: true, only: 'page' as const }] : []),
        ],
      },
      unavailable ?? '',
    ],
  };
}

function minus(a: NodeResources, b: NodeResources): NodeResources {
  return { cpuMillis: a.cpuMillis - b.cpuMillis, memoryMiB: a.memoryMiB - b.memoryMiB, pods: a.pods - b.pods };
}

function sumOf(pods: SystemNodeFit['pods']): NodeResources {
  return {
    pods: pods.reduce((sum, { count }) => sum + count, 0),
    cpuMillis: pods.reduce((sum, { count, cpuMillis }) => sum + count * cpuMillis, 0),
    memoryMiB: pods.reduce((sum, { count, memoryMiB }) => sum + count * memoryMiB, 0),
  };
}

function resourceRow(what: string, { pods, cpuMillis, memoryMiB }: NodeResources): TableRow {
  return { cells: [what, counted(pods), cpuQuantity(cpuMillis), memoryText(memoryMiB)] };
}

/** Who reaches the Kubernetes API, who is admin, and what else a reviewer asks. */
function security(posture: SecurityPosture): Section {
  return {
    heading: 'Security',
    badge: apiReach(posture.apiAccess) === 'world' && posture.endpoint !== 'private' ? { text: 'API open to the internet', tone: 'bad' } : undefined,
    blocks: [{ kind: 'facts', facts: accessFacts(posture) }, posture.facts],
  };
}

/** Who reaches the Kubernetes API, and who is admin of the cluster. */
export function accessFacts({ endpoint, apiAccess, admins }: SecurityPosture): readonly Named[] {
  const sources = apiAccess.join(', ');
  const reach = apiReach(apiAccess) === 'world' ? `from the whole internet (${sources})` : `from ${sources}`;
  return [
    ['Kubernetes API', `reached ${endpoint === 'private' ? 'only from inside the VPC: the endpoint is private' : `${reach} and from inside the VPC`}`],
    ['Cluster admins', admins.length === 0 ? 'nobody: set `admins` to let somebody in' : admins.join(', ')],
  ];
}

/** What to change or to know before money is spent. */
function warnings({ warnings: all }: PlanResult): Section {
  return {
    heading: 'Warnings',
    aside: all.length === 0 ? undefined : counted(all.length, 'warning'),
    isKey: all.length > 0,
    blocks: all.length === 0
      ? ['None.']
      : [{ kind: 'notices', tone: 'caution', notices: all.map(({ code, message, remedy }) => ({ name: code, text: message, remedy })) }],
  };
}
