import type { ClassResult } from '../../../actions/exercise-result';
import { secondsText } from '../../format/duration-text';
import { hourlyText } from '../../format/money-text';
import { countedText, countText } from '../../format/quantity-text';
import type { TextLayout } from '../../text/text-layout';
import { bulletList, namedParagraph, paragraph, sectionHeading } from '../../text/text-section';
import { textTable } from '../../text/text-table';
import { notSimulatedText } from '../../exercise/exercise-text';
import { boundMetSentence, boundName, boundSentence, classSentence, firstBoundSentence } from './class-sentences';

const BAR_COLUMNS = 30;

/** A class that did the exercise at once, for a terminal or a pipe. */
export function classText(result: ClassResult, layout: TextLayout): readonly string[] {
  const sections = [
    studentsSection(result, layout),
    ...(result.finished === 0 ? [] : [timesSection(result, layout)]),
    nodesSection(result, layout),
    boundsSection(result, layout),
    linesSection('Problems', result.problems, layout),
    linesSection('Besides', result.remarks, layout),
    notSimulatedText(result.notSimulated, layout),
    verdictSection(result, layout),
  ].filter((section) => section.length > 0);
  return [layout.style.strong(`Exercise by a class of ${countText(result.students)}`), ...sections.flatMap((section) => ['', ...section])];
}

function studentsSection({ students, finished, replicasEach }: ClassResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Students', `${countedText(replicasEach, 'pod')} each`, layout),
    ...textTable([{}, { align: 'right' }, { paint: layout.style.name }], ([['in the class', students], ['Running', finished]] as const).map(([what, count]) => ({
      cells: [what, countText(count), count === 0 ? '' : bar(count, students, layout)],
    })), layout),
  ];
}

function timesSection({ secondsToRunning: { min, median, p90, max } }: ClassResult, layout: TextLayout): readonly string[] {
  const rows: readonly (readonly [string, number])[] = [['min', min], ['median', median], ['p90', p90], ['max', max]];
  return [
    sectionHeading('Time to Running', 'scaling to the last pod, a student each', layout),
    ...textTable([{}, { align: 'right' }, { paint: layout.style.name }], rows.map(([what, seconds]) => ({
      cells: [what, secondsText(seconds), bar(seconds, max, layout)],
    })), layout),
  ];
}

function nodesSection({ nodesByInstanceType, pricePerHour }: ClassResult, layout: TextLayout): readonly string[] {
  const types = Object.entries(nodesByInstanceType).toSorted(([, a], [, b]) => b - a);
  const most = Math.max(0, ...types.map(([, count]) => count));
  return types.length === 0 ? [] : [
    sectionHeading('Nodes that Karpenter launched', hourlyText(pricePerHour), layout),
    ...textTable([{}, { align: 'right' }, { paint: layout.style.name }], types.map(([type, count]) => ({
      cells: [type, countText(count), bar(count, most, layout)],
    })), layout),
  ];
}

function boundsSection(result: ClassResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('How large a class may be', '', layout),
    ...paragraph(boundMetSentence(result), layout).map(layout.style.strong),
    ...result.bounds.flatMap((bound) => namedParagraph(boundName(bound), boundSentence(bound), layout.style.name, layout)),
    ...paragraph(firstBoundSentence(result.bounds), layout),
  ];
}

function linesSection(heading: string, lines: readonly string[], layout: TextLayout): readonly string[] {
  return lines.length === 0 ? [] : [sectionHeading(heading, '', layout), ...bulletList(lines, layout)];
}

function verdictSection(result: ClassResult, layout: TextLayout): readonly string[] {
  const isPassed = result.verdict === 'passed';
  return [
    sectionHeading('Verdict', isPassed ? 'PASSED' : 'FAILED', layout),
    ...paragraph(classSentence(result), layout).map(isPassed ? layout.style.good : layout.style.bad),
  ];
}

function bar(value: number, most: number, layout: TextLayout): string {
  return layout.style.bar.repeat(most > 0 ? Math.max(1, Math.round((value / most) * BAR_COLUMNS)) : 1);
}
