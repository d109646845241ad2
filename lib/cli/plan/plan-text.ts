import type {
  CostEstimate, CostLine, LaunchCandidate, LaunchEstimate, NodeResources, PlannedLab, PlanResult, SystemNodeFit, SystemPod, TimelineEntry,
  UnpricedInstances,
} from '../../plan/plan-result';
import { amountText, clockText, counted, cpuQuantity, cpuText, durationText, hourlyText, memoryText, momentText, moreThan, unitPriceText, withFullStop, zoneLetters } from '../../words';
import type { AssemblyFlags } from '../assembly-flag';
import { padToWidth, printableText, type TextLayout, wrapText } from '../terminal/text-layout';
import { bulletList, namedParagraph, paragraph, sectionHeading } from '../terminal/text-section';
import { type TextRow, textTable } from '../terminal/text-table';
import {
  adminsText, apiExposure, candidatePriceText, likelyNodesText, nextSteps, PRICE_CALCULATED_MARK, scaledOutPrice, systemNodeRoom,
} from './plan-sentences';

const SECTIONS: readonly ((plan: PlanResult, layout: TextLayout, flags: AssemblyFlags) => readonly string[])[] = [
  concernsText,
  costText,
  launchText,
  timeText,
  systemNodesText,
  securityText,
  warningsText,
  nextStepsText,
];

/**
 * The whole plan for a terminal or a pipe.
 *
 * @param flags how the plan was asked for
 */
export function planText(plan: PlanResult, layout: TextLayout, flags: AssemblyFlags = {}): readonly string[] {
  return [...introduction(plan, layout), ...SECTIONS.flatMap((section) => ['', ...section(plan, layout, flags)])];
}

function introduction({ lab, cost, time }: PlanResult, { style, width }: TextLayout): readonly string[] {
  const title = `Plan of ${lab.clusterName}: Kubernetes ${lab.kubernetesVersion}, Karpenter ${lab.karpenterVersion}, ${lab.region}`;
  const price = cost.unavailable === undefined
    ? `Idle ${moreThan(cost)}${hourlyText(cost.idlePerHour)}, scaled out ${moreThan(cost)}${hourlyText(scaledOutPrice(cost))}, ready`
    : 'Ready';
  const end = lab.expiresAt === undefined ? '' : ` Deletes itself ${momentText(lab.expiresAt)}.`;
  return [
    ...wrapText(title, width).map(style.strong),
    ...wrapText(`${price} in about ${durationText(time.readySeconds)}.${end}`, width),
  ];
}

/** What will be created, by concern, with the number of resources in each. */
export function concernsText({ concerns }: PlanResult, layout: TextLayout): readonly string[] {
  const total = concerns.reduce((sum, concern) => sum + concern.resourceCount, 0);
  return [
    sectionHeading('What will be created', counted(total, 'resource'), layout),
    ...concerns.flatMap((concern) => namedParagraph(
      `${concern.name} (${concern.resourceCount})`, concern.lines.map(withFullStop).join(' '), layout.style.name, layout)),
  ];
}

/** The bill per hour, idle and scaled out, and for the class; or why there is none. */
export function costText({ cost }: PlanResult, layout: TextLayout): readonly string[] {
  return cost.unavailable === undefined
    ? [sectionHeading('Cost', cost.unpriced === undefined ? 'USD per hour, list price' : 'INCOMPLETE, USD per hour, list price', layout), ...bill(cost, layout)]
    : [sectionHeading('Cost', 'UNKNOWN', layout), ...paragraph(cost.unavailable, layout)];
}

function bill(cost: CostEstimate, layout: TextLayout): readonly string[] {
  const { unpriced = [] } = cost;
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  const rows: readonly TextRow[] = [
    ...cost.idleLines.map(billRow),
    ...unpriced.map(unpricedRow),
    totalRow(`Idle${missing}`, cost.idlePerHour),
    ...cost.scaledOutLines.map(billRow),
    totalRow(`With the exercise scaled out${missing}`, scaledOutPrice(cost)),
  ];
  return [
    ...textTable([
      { isFlexible: true },
      { heading: 'Count', align: 'right' },
      { heading: 'Each', align: 'right' },
      { heading: 'USD/h', align: 'right' },
    ], rows, layout),
    layout.style.strong(`  Class of ${cost.classHours} h, scaled out for ${cost.scaledOutHours} h of it: ${moreThan(cost)}${amountText(cost.classTotal)}`),
    ...[pricesText(cost), `Not included: ${cost.notIncluded.join(', ')}.`]
      .flatMap((text) => paragraph(text, layout)).map(layout.style.muted),
  ];
}

function billRow(line: CostLine): TextRow {
  return { cells: [line.what, counted(line.quantity), unitPriceText(line.unitPricePerHour), unitPriceText(line.pricePerHour)] };
}

function unpricedRow({ what, quantity }: UnpricedInstances): TextRow {
  return { cells: [what, quantity === undefined ? 'unknown' : counted(quantity), 'unknown', 'unknown'] };
}

function totalRow(what: string, pricePerHour: number): TextRow {
  return { cells: [what, '', '', unitPriceText(pricePerHour)], isTotal: true };
}

const SHOWN_CANDIDATES = 3;

/** What Karpenter will most likely launch, and why; or why that is not known. */
export function launchText({ lab, launch }: PlanResult, layout: TextLayout): readonly string[] {
  return launch.unavailable === undefined
    ? [sectionHeading('What Karpenter will most likely launch', 'ESTIMATE', layout), ...estimate(lab, launch, layout)]
    : [sectionHeading('What Karpenter will most likely launch', 'UNKNOWN', layout), ...paragraph(launch.unavailable, layout)];
}

function estimate(lab: PlannedLab, launch: LaunchEstimate, layout: TextLayout): readonly string[] {
  const shown = launch.candidates.slice(0, SHOWN_CANDIDATES);
  return [
    ...paragraph(likelyNodesText(launch.likely), layout).map(layout.style.strong),
    ...bulletList(launch.reasons, layout),
    ...(shown.length === 0 ? [] : candidateTable(shown, lab.region, layout)),
    ...(shown.some(({ isPriceDerived }) => isPriceDerived) ? paragraph(PRICE_CALCULATED_MARK, layout).map(layout.style.muted) : []),
  ];
}

function candidateTable(candidates: readonly LaunchCandidate[], region: string, layout: TextLayout): readonly string[] {
  return textTable([
    { heading: 'Cheapest types', paint: layout.style.name },
    { heading: 'vCPU', align: 'right' },
    { heading: 'Memory', align: 'right' },
    { heading: 'USD/h', align: 'right' },
    { heading: 'Capacity' },
    { heading: 'Zones', isFlexible: true },
  ], candidates.map((candidate) => ({
    cells: [
      candidate.instanceType,
      String(candidate.vcpu),
      memoryText(candidate.memoryMiB),
      candidatePriceText(candidate),
      candidate.capacityType,
      zoneLetters(candidate.zones, region),
    ],
  })), layout);
}

/** What to do now. Commands are never wrapped, so that they can be copied. */
export function nextStepsText(plan: PlanResult, layout: TextLayout, flags: AssemblyFlags): readonly string[] {
  const steps = nextSteps(plan, flags);
  const width = Math.max(...steps.map((step) => step.what.length));
  return [
    sectionHeading('Next steps', '', layout),
    ...steps.map((step) => `  ${padToWidth(step.what, width, 'left')}  ${layout.style.name(printableText(step.command))}`),
  ];
}

/** Who reaches the Kubernetes API, who is admin, and what else a reviewer asks. */
export function securityText({ security }: PlanResult, layout: TextLayout): readonly string[] {
  const exposure = apiExposure(security);
  return [
    sectionHeading('Security', exposure.isOpenToEverybody ? 'API OPEN TO THE INTERNET' : '', layout),
    ...textTable([{ paint: layout.style.name }, { isFlexible: true }], [
      { cells: ['Kubernetes API', `reached ${exposure.text}`] },
      { cells: ['Cluster admins', adminsText(security)] },
    ], layout),
    ...bulletList(security.facts, layout),
  ];
}

/** What runs on the system nodes, and the sum that says whether it fits. DaemonSets share one line. */
export function systemNodesText({ systemNodes }: PlanResult, layout: TextLayout): readonly string[] {
  const daemons = systemNodes.pods.filter(({ isDaemonSet }) => isDaemonSet);
  const rows: readonly TextRow[] = [
    ...systemNodes.pods.filter(({ isDaemonSet }) => !isDaemonSet).map((pod) => sumRow(pod.name, sumOf([pod]))),
    ...(daemons.length === 0 ? [] : [sumRow(counted(daemons.length, 'DaemonSet'), sumOf(daemons))]),
    { ...sumRow('Requested', systemNodes.requested), isTotal: true },
    ...(systemNodes.unavailable !== undefined ? [] : [{ ...sumRow(`Allocatable on ${systemNodes.nodeCount} x ${systemNodes.instanceType}`, systemNodes.allocatable), isTotal: true }]),
  ];
  return [
    sectionHeading('System nodes', verdict(systemNodes), layout),
    ...textTable([
      { isFlexible: true },
      { heading: 'Pods', align: 'right' },
      { heading: 'CPU', align: 'right' },
      { heading: 'Memory', align: 'right' },
    ], rows, layout),
    ...(systemNodes.unavailable === undefined ? [] : paragraph(systemNodes.unavailable, layout)),
  ];
}

function verdict(systemNodes: SystemNodeFit): string {
  if (systemNodes.unavailable !== undefined) return 'UNKNOWN';
  const room = systemNodeRoom(systemNodes);
  return `${room.isEnough ? 'FITS' : 'DOES NOT FIT'}, ${cpuText(room.free.cpuMillis)} and ${memoryText(room.free.memoryMiB)} free`;
}

function sumOf(pods: readonly SystemPod[]): NodeResources {
  return {
    pods: pods.reduce((sum, { count }) => sum + count, 0),
    cpuMillis: pods.reduce((sum, { count, cpuMillis }) => sum + count * cpuMillis, 0),
    memoryMiB: pods.reduce((sum, { count, memoryMiB }) => sum + count * memoryMiB, 0),
  };
}

function sumRow(what: string, resources: NodeResources): TextRow {
  return { cells: [what, counted(resources.pods), cpuQuantity(resources.cpuMillis), memoryText(resources.memoryMiB)] };
}

const BAR_COLUMNS = 20;

/** Neighbours that take less than this share one line. */
const SHORT_SECONDS = 15;

/** When the lab is ready, and the chain of resources that decides it. */
export function timeText({ time }: PlanResult, layout: TextLayout): readonly string[] {
  const ready = `About ${durationText(time.readySeconds)}, ${time.ratioToFloor.toFixed(2)}x of control plane + nodes + Karpenter. Critical path:`;
  return [
    sectionHeading('Time to ready', 'ESTIMATE', layout),
    ...paragraph(ready, layout),
    ...textTable([
      { isFlexible: true },
      { align: 'right' },
      { align: 'right' },
      { paint: layout.style.name },
    ], stretches(time.criticalPath).map((stretch) => ({
      cells: [nameOf(stretch), clockText(stretch.startSeconds), durationText(stretch.durationSeconds), bar(stretch, time.readySeconds, layout)],
    })), layout),
    ...paragraph(`Durations: ${withFullStop(time.durationsSource)}`, layout).map(layout.style.muted),
  ];
}

/** Neighbours on the critical path that share a line. */
interface Stretch {
  readonly labels: readonly string[];
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

function stretches(path: readonly TimelineEntry[]): readonly Stretch[] {
  return path.reduce<readonly Stretch[]>((joined, { label, startSeconds, durationSeconds }) => {
    const last = joined.at(-1);
    const isLong = durationSeconds >= SHORT_SECONDS;
    return last === undefined || isLong || last.durationSeconds >= SHORT_SECONDS
      ? [...joined, { labels: [label], startSeconds, durationSeconds }]
      : [...joined.slice(0, -1), { ...last, labels: [...last.labels, label], durationSeconds: startSeconds + durationSeconds - last.startSeconds }];
  }, []);
}

function nameOf({ labels: [first, ...others] }: Stretch): string {
  return others.length === 0 ? first ?? '' : `${first}, then ${others.length} more`;
}

function bar(stretch: Stretch, readySeconds: number, layout: TextLayout): string {
  const columnsPerSecond = readySeconds > 0 ? BAR_COLUMNS / readySeconds : 0;
  const start = Math.min(BAR_COLUMNS - 1, Math.floor(stretch.startSeconds * columnsPerSecond));
  const length = Math.max(1, Math.round(stretch.durationSeconds * columnsPerSecond));
  return ' '.repeat(start) + layout.style.bar.repeat(Math.min(length, BAR_COLUMNS - start));
}

/** What to change or to know before money is spent. */
export function warningsText({ warnings }: PlanResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Warnings', warnings.length === 0 ? 'none' : counted(warnings.length, 'warning'), layout),
    ...warnings.flatMap((warning) =>
      namedParagraph(warning.code, `${warning.message} ${warning.remedy}`, layout.style.caution, layout)),
  ];
}

/** Where the prices are from and of which day: the sources of the rates and of most instances. The page names all. */
export function pricesText(cost: CostEstimate): string {
  return `Prices: ${cost.priceSources.slice(0, 2).join('; ')}`;
}
