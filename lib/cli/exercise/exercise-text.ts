import type { DrillResult, ExerciseMark, ExerciseResult, ExerciseStep, LaunchedNode } from '../../exercise/exercise-result';
import { counted, hourlyText, secondsText, unitPriceText } from '../../words';
import { type TextLayout, wrapText } from '../terminal/text-layout';
import { bulletList, type OutcomeItem, outcomeList, paragraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';

/** What the run came to, in one sentence. */
export function verdictSentence(result: ExerciseResult): string {
  return result.verdict === 'passed' ? passedSentence(result) : failedSentence(result);
}

/** Where it ran: on a rehearsal, where EC2 is simulated, or on AWS. */
export function placeText({ cluster, isSimulated }: ExerciseResult): string {
  return isSimulated ? `rehearsal of ${cluster}, EC2 simulated` : `cluster ${cluster}`;
}

/** Price of all launched nodes, or that the table lacks one of them. */
export function nodesPriceText(nodes: readonly LaunchedNode[]): string {
  const prices = nodes.flatMap(({ pricePerHour }) => pricePerHour ?? []);
  return prices.length < nodes.length ? 'price unknown' : hourlyText(prices.reduce((sum, price) => sum + price, 0));
}

/** How many steps of a drill passed: `3 of 4 steps passed`. */
export function drillText({ steps }: DrillResult): string {
  return `${steps.filter(({ outcome }) => outcome === 'passed').length} of ${counted(steps.length, 'step')} passed`;
}

function passedSentence({ replicas, nodes, timeline, drills }: ExerciseResult): string {
  const running = timeline.find(({ event }) => event === 'pods running');
  const types = [...new Set(nodes.map(({ instanceType }) => instanceType))].join(', ');
  const where = nodes.length === 0 ? '' : ` on ${counted(nodes.length, 'node')} (${types})`;
  const when = running === undefined ? '' : `, ${secondsText(running.atSeconds)} after scaling`;
  const also = drills.length === 0 ? '' : `; ${counted(drills.length, 'drill')} passed`;
  return `${counted(replicas, 'pod')} ran${where}${when}${also}.`;
}

function failedSentence({ steps, drills }: ExerciseResult): string {
  const step = steps.find(isFailed);
  if (step !== undefined) return `Failed at step "${step.title}".`;
  const drill = drills.find(({ verdict }) => verdict === 'failed');
  const drillStep = drill?.steps.find(isFailed);
  if (drill === undefined) return 'Failed.';
  return drillStep === undefined ? `Drill ${drill.name} failed.` : `Drill ${drill.name} failed at step "${drillStep.title}".`;
}

function isFailed({ outcome }: ExerciseStep): boolean {
  return outcome === 'failed';
}

/** A run of the exercise, with its drills, for a terminal or a pipe. */
export function exerciseText(result: ExerciseResult, layout: TextLayout): readonly string[] {
  const sections = [
    stepsSection(result, layout),
    timelineText(result.timeline, layout),
    launchedNodesText(result.nodes, layout),
    ...result.drills.map((drill) => drillSection(drill, layout)),
    notSimulatedText(result.notSimulated, layout),
    verdictText(result, layout),
  ].filter((section) => section.length > 0);
  return [
    ...wrapText(`Exercise on the ${placeText(result)}`, layout.width).map(layout.style.strong),
    ...sections.flatMap((section) => ['', ...section]),
  ];
}

/** What the run could not show, for every verb that has such a list. */
export function notSimulatedText(lines: readonly string[], layout: TextLayout): readonly string[] {
  return lines.length === 0 ? [] : [sectionHeading('Not simulated', '', layout), ...bulletList(lines, layout)];
}

function stepsSection({ steps }: ExerciseResult, layout: TextLayout): readonly string[] {
  return [sectionHeading('Steps', '', layout), ...stepsText(steps, layout)];
}

function drillSection(drill: DrillResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading(`Drill ${drill.name}`, drill.verdict === 'passed' ? drillText(drill) : `FAILED, ${drillText(drill)}`, layout),
    ...stepsText(drill.steps, layout),
  ];
}

function verdictText(result: ExerciseResult, layout: TextLayout): readonly string[] {
  const isPassed = result.verdict === 'passed';
  return [
    sectionHeading('Verdict', isPassed ? 'PASSED' : 'FAILED', layout),
    ...paragraph(verdictSentence(result), layout).map(isPassed ? layout.style.good : layout.style.bad),
  ];
}

/** Nodes that Karpenter launched, with their prices. Nothing where there is none. */
export function launchedNodesText(nodes: readonly LaunchedNode[], layout: TextLayout): readonly string[] {
  return nodes.length === 0 ? [] : [
    sectionHeading('Nodes that Karpenter launched', nodesPriceText(nodes), layout),
    ...textTable([
      { heading: 'Node', paint: layout.style.name, isFlexible: true },
      { heading: 'Type' },
      { heading: 'Zone' },
      { heading: 'Pods', align: 'right' },
      { heading: 'USD/h', align: 'right' },
    ], nodes.map((node) => ({
      cells: [
        node.name,
        node.capacityType === 'on-demand' ? node.instanceType : `${node.instanceType} ${node.capacityType}`,
        node.zone,
        String(node.exercisePods),
        node.pricePerHour === undefined ? '?' : unitPriceText(node.pricePerHour),
      ],
    })), layout),
  ];
}

const MARKS: Readonly<Record<ExerciseStep['outcome'], OutcomeItem['mark']>> = {
  passed: { word: 'ok', kind: 'good' },
  failed: { word: 'FAIL', kind: 'bad' },
  skipped: { word: 'skip', kind: 'neutral' },
};

/**
 * The steps one by one: how each ended, the command that a student types, and what it showed.
 *
 * @param elsewhere where the lines are that are left out
 */
export function stepsText(steps: readonly ExerciseStep[], layout: TextLayout, elsewhere = 'with --json or --html'): readonly string[] {
  return outcomeList(steps.map(({ title, outcome, command, evidence, seconds }) => ({
    title, command, evidence, mark: MARKS[outcome], aside: outcome === 'skipped' ? '' : secondsText(seconds),
  })), elsewhere, layout);
}

/** The time between a moment of the exercise and the one before it. */
export interface TimelineSpan {
  readonly event: ExerciseMark['event'];
  readonly detail: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The moments in order, each as the end of the wait for it. */
export function timelineSpans(marks: readonly ExerciseMark[]): readonly TimelineSpan[] {
  const ordered = marks.toSorted((a, b) => a.atSeconds - b.atSeconds);
  return ordered.map(({ event, detail, atSeconds }, index) => ({
    event,
    detail,
    fromSeconds: ordered[index - 1]?.atSeconds ?? 0,
    toSeconds: atSeconds,
  }));
}

/** Seconds from scaling to the last moment. */
export function timelineEnd(marks: readonly ExerciseMark[]): number {
  return Math.max(0, ...marks.map(({ atSeconds }) => atSeconds));
}

/** What part of a line the bars may take. */
const BAR_SHARE = 0.25;

/** From scaling to Running: a line for each wait, with what ended it. Nothing where there is no moment. */
export function timelineText(timeline: readonly ExerciseMark[], layout: TextLayout): readonly string[] {
  const endSeconds = timelineEnd(timeline);
  return timeline.length === 0 ? [] : [
    sectionHeading('Timeline', 'seconds since scaling', layout),
    ...textTable([
      {},
      { align: 'right' },
      { paint: layout.style.name },
      { isFlexible: true },
    ], timelineSpans(timeline).map((span) => ({
      cells: [span.event, secondsText(span.toSeconds), bar(span, endSeconds, layout), span.detail],
    })), layout),
  ];
}

function bar({ fromSeconds, toSeconds }: TimelineSpan, endSeconds: number, layout: TextLayout): string {
  const columns = Math.floor(layout.width * BAR_SHARE);
  const columnsPerSecond = endSeconds > 0 ? columns / endSeconds : 0;
  const start = Math.min(columns - 1, Math.floor(fromSeconds * columnsPerSecond));
  const length = Math.max(1, Math.round((toSeconds - fromSeconds) * columnsPerSecond));
  return ' '.repeat(start) + layout.style.bar.repeat(Math.min(length, columns - start));
}
