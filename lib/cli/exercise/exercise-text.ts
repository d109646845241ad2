import type { DrillResult, ExerciseResult } from '../../actions/exercise-result';
import type { TextLayout } from '../text/text-layout';
import { bulletList, paragraph, sectionHeading } from '../text/text-section';
import { wrapText } from '../text/wrap-text';
import { drillText, placeText, verdictSentence } from './exercise-sentences';
import { launchedNodesText } from './launched-nodes-text';
import { stepsText } from './steps-text';
import { timelineText } from './timeline-text';

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
