import { apiReach } from '../../config/network-values';
import type { Resources } from '../../kubernetes/allocatable';
import type {
  CostEstimate, CostLine, LaunchCandidate, LaunchEstimate, PlannedLab, PlanResult, SecurityPosture, SystemNodeFit, TimeEstimate, TimelineEntry,
} from '../../plan/plan-result';
import {
  amountText, clockText, counted, cpuQuantity, cpuText, durationText, hourlyText, memoryText, momentText, moreThan, unitPriceText, withFullStop, zoneLetters,
} from '../../words';
import type { AssemblyFlags } from '../assembly-flag';
import { type Facts, figures, flexible, type LabDocument, type Named, type Paragraph, type Section, table, type TableRow, type TimelineSpan, toned } from '../document/document';
import { architectureDrawing } from './architecture-drawing';
import { classSection } from './class-section';
import { nextSteps } from './next-steps';

/**
 * The whole plan: what the lab would build, cost and expose.
 *
 * @param flags the flags of the plan, which its next steps repeat
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
      cost(plan),
      launch(plan),
      classSection(plan),
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
    isKey: true,
    only: 'page',
    blocks: [
      {
        kind: 'drawing',
        markup: architectureDrawing(plan),
        caption: 'Drawn from the template. Which zone a node lands in is an example: the node group and EC2 decide.',
      },
      table(
        ['Subnet', 'Kind', 'Availability Zone', figures('Addresses'), { heading: 'Logical id', isCode: true }],
        plan.network.subnets.map((subnet) => [subnet.cidr, subnet.kind, subnet.availabilityZone, counted(subnet.usableAddresses), subnet.logicalId]),
        { caption: 'Subnets and the addresses in them' },
      ),
    ],
  };
}

function created({ concerns }: PlanResult): Section {
  return {
    heading: 'What will be created',
    aside: counted(concerns.reduce((sum, { resourceCount }) => sum + resourceCount, 0), 'CloudFormation resource'),
    blocks: [table(['Concern', 'What it is', figures('Resources')], concerns.map(({ name, lines, resourceCount }) => [name, lines, counted(resourceCount)]), { isProse: true })],
  };
}

/** What an hour costs, idle and scaled out, and what the class costs; or why that is not known. */
function cost({ cost: estimate, class: { students } }: PlanResult): Section {
  const { unpriced = [], unavailable, priceSources, notIncluded } = estimate;
  if (unavailable !== undefined) return { heading: 'Cost', badge: { text: 'unknown', tone: 'bad' }, blocks: [unavailable] };
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  const total = `Class of ${estimate.classHours} h, scaled out for ${estimate.scaledOutHours} h of it: ${moreThan(estimate)}${amountText(estimate.classTotal)}`;
  return {
    heading: 'Cost',
    badge: unpriced.length === 0 ? undefined : { text: 'incomplete', tone: 'bad' },
    aside: 'USD per hour, list price',
    blocks: [
      toned('strong', total),
      table([flexible('What'), figures('Count'), figures('Each'), figures('USD/h')], [
        ...estimate.idleLines.map(billCells),
        ...unpriced.map(({ what, quantity }) => [what, quantity === undefined ? 'unknown' : counted(quantity), 'unknown', 'unknown']),
        { cells: [`Idle${missing}`, '', '', unitPriceText(estimate.idlePerHour)], isTotal: true },
        ...estimate.scaledOutLines.map(billCells),
        { cells: [`With the exercise${students === 0 ? '' : ' and all seats'} scaled out${missing}`, '', '', unitPriceText(scaledOutPrice(estimate))], isTotal: true },
      ]),
      toned('muted', `Prices: ${priceSources.slice(0, 2).join('; ')}`, 'terminal'),
      toned('muted', `Prices of ${estimate.ratesAsOf} (rates), ${estimate.instancePricesAsOf} (instances); see lib/plan/prices. Sources: ${priceSources.join('; ')}.`, 'page'),
      toned('muted', `Not included: ${notIncluded.join(', ')}.`),
    ],
  };
}

function billCells({ what, quantity, unitPricePerHour, pricePerHour }: CostLine): readonly string[] {
  return [what, counted(quantity), unitPriceText(unitPricePerHour), unitPriceText(pricePerHour)];
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
      toned('strong', likelyNodesText(estimate)),
      estimate.reasons,
      { kind: 'paragraph', text: daemons, only: 'page' },
      table(
        ['Cheapest types', figures('vCPU'), figures('Memory'), { ...figures('Allocatable CPU'), only: 'page' }, figures('USD/h'), 'Capacity', flexible('Zones')],
        shown.map((candidate) => candidateCells(candidate, lab)),
        {
          caption: `${shown.length} of ${counted(candidates.length, 'type')} that hold all pods on one node; the NodePool allows ${counted(estimate.compatibleTypeCount, 'type')}.`,
          mostRows: TERMINAL_CANDIDATES,
        },
      ),
      ...calculatedPriceNotes(shown),
    ],
  };
}

/** What the mark `~` on a price means, where such a price is shown. */
function calculatedPriceNotes(shown: readonly LaunchCandidate[]): readonly Paragraph[] {
  const first = shown.findIndex(({ isPriceDerived }) => isPriceDerived);
  const text = '~ calculated from sister types, because no source has the price.';
  return first < 0 ? [] : [toned('muted', text, first < TERMINAL_CANDIDATES ? undefined : 'page')];
}

function candidateCells(candidate: LaunchCandidate, { region }: PlannedLab): readonly string[] {
  return [
    candidate.instanceType,
    counted(candidate.vcpu),
    memoryText(candidate.memoryMiB),
    cpuQuantity(candidate.allocatable.cpuMillis),
    `${candidate.isPriceDerived === true ? '~' : ''}${unitPriceText(candidate.pricePerHour)}`,
    candidate.capacityType,
    zoneLetters(candidate.zones, region),
  ];
}

/** The most likely nodes: `1 x c5a.2xlarge with 5 pods, 0.344 USD/h`. */
function likelyNodesText({ likely }: LaunchEstimate): string {
  if (likely.length === 0) return 'no node: nothing that the NodePool allows holds these pods';
  return likely.map(({ count, instanceType, podsEach, pricePerHour }) =>
    `${count} x ${instanceType} with ${counted(podsEach, 'pod')}${count > 1 ? ' on each' : ''}, ${hourlyText(count * pricePerHour)}`).join('; ');
}

/** A resource off the critical path is drawn when it takes as long as this. */
const SHORTEST_DRAWN_SECONDS = 30;

/** A resource on the critical path stands in a terminal when it takes as long as this. */
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
      toned('strong', `About ${ready}, ${ratioToFloor.toFixed(2)}x of control plane + nodes + Karpenter`),
      { kind: 'paragraph', text: `The critical path${without}:`, only: 'terminal' },
      {
        kind: 'timeline',
        title: 'Estimated timeline of the deployment',
        caption: `Bold names are on the critical path.${undrawn === 0 ? '' : ` ${counted(undrawn, 'short resource')} off the critical path not drawn.`}`,
        spans: drawn.map(timelineSpan),
        mark: { atSeconds: readySeconds, label: `ready after about ${ready}` },
      },
      table(
        ['Resource', { heading: 'Type', isCode: true }, figures('From (min:s)'), figures('Takes')],
        criticalPath.map(({ label, type, startSeconds, durationSeconds }) => [label, type, clockText(startSeconds), durationText(durationSeconds)]),
        { caption: 'The critical path: a shorter lab needs one of these to be shorter.', only: 'page' },
      ),
      toned('muted', `Durations: ${withFullStop(durationsSource)}`),
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

/** What runs on the system nodes, and whether it fits. In a terminal, DaemonSets share one line. */
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
      table([flexible('Pod'), figures('Pods'), figures('CPU'), figures('Memory')], [
        ...pods.filter(({ isDaemonSet }) => !isDaemonSet).map((pod) => resourceRow(pod.name, sumOf([pod]))),
        ...daemons.map((pod) => resourceRow(`${pod.name} (DaemonSet)`, sumOf([pod]), { only: 'page' })),
        ...(daemons.length === 0 ? [] : [resourceRow(counted(daemons.length, 'DaemonSet'), sumOf(daemons), { only: 'terminal' })]),
        resourceRow('Requested', requested, { isTotal: true }),
        ...(unavailable !== undefined ? [] : [
          resourceRow(`Allocatable on ${nodeCount} x ${instanceType}`, allocatable, { isTotal: true }),
          resourceRow('Free', free, { isTotal: true, only: 'page' }),
        ]),
      ], { caption: `${nodeCount} x ${instanceType}, requests of what runs there` }),
      unavailable ?? '',
    ],
  };
}

function minus(a: Resources, b: Resources): Resources {
  return { cpuMillis: a.cpuMillis - b.cpuMillis, memoryMiB: a.memoryMiB - b.memoryMiB, pods: a.pods - b.pods };
}

function sumOf(pods: SystemNodeFit['pods']): Resources {
  return {
    pods: pods.reduce((sum, { count }) => sum + count, 0),
    cpuMillis: pods.reduce((sum, { count, cpuMillis }) => sum + count * cpuMillis, 0),
    memoryMiB: pods.reduce((sum, { count, memoryMiB }) => sum + count * memoryMiB, 0),
  };
}

function resourceRow(what: string, { pods, cpuMillis, memoryMiB }: Resources, options: Omit<TableRow, 'cells'> = {}): TableRow {
  return { ...options, cells: [what, counted(pods), cpuQuantity(cpuMillis), memoryText(memoryMiB)] };
}

/** Who reaches the Kubernetes API, who is admin, and what else a security review asks for. */
function security(posture: SecurityPosture): Section {
  return {
    heading: 'Security',
    badge: apiReach(posture.apiAccess) === 'world' && posture.endpoint !== 'private' ? { text: 'API open to the internet', tone: 'bad' } : undefined,
    blocks: [{ kind: 'facts', facts: accessFacts(posture) }, posture.facts],
  };
}

/** Who reaches the Kubernetes API, and who is admin of the cluster. */
export function accessFacts({ endpoint, apiAccess, admins }: SecurityPosture): Facts['facts'] {
  const sources = apiAccess.join(', ');
  const reach = apiReach(apiAccess) === 'world' ? `from the whole internet (${sources})` : `from ${sources}`;
  return [
    ['Kubernetes API', `reached ${endpoint === 'private' ? 'only from inside the VPC: the endpoint is private' : `${reach} and from inside the VPC`}`],
    ['Cluster admins', admins.length === 0 ? 'nobody: set `admins` to let somebody in' : admins],
  ];
}

/** What to know, and perhaps to change, before money is spent. */
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
