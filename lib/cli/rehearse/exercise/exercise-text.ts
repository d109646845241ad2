import type { DrillResult, ExerciseResult, LaunchedNode } from '../../../actions/exercise-result';
import { secondsText } from '../../format/duration-text';
import { unitPriceText } from '../../format/money-text';
import type { TextLayout } from '../../text/text-layout';
import { bulletList, paragraph, sectionHeading } from '../../text/text-section';
import { textTable } from '../../text/text-table';
import { wrapText } from '../../text/wrap-text';
import { drillText, nodesPriceText, placeText, verdictSentence } from './exercise-sentences';
import { stepsText } from './steps-text';
import { timelineEnd, timelineSpans, type TimelineSpan } from './timeline-spans';

/** What part of a line the bars may take. */
const BAR_SHARE = 0.25;

/** A run of the exercise, with its drills, for a terminal or a pipe. */
export function exerciseText(result: ExerciseResult, layout: TextLayout): readonly string[] {
  const sections = [
    stepsSection(result, layout),
    timelineSection(result, layout),
    nodesSection(result.nodes, layout),
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

function timelineSection({ timeline }: ExerciseResult, layout: TextLayout): readonly string[] {
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

function nodesSection(nodes: readonly LaunchedNode[], layout: TextLayout): readonly string[] {
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
