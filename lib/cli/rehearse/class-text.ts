import { CLASS_SELECTOR } from '../../exercise/class/student-namespaces';
import type { ClassBound, ClassResult } from '../../exercise/exercise-result';
import { counted, durationText, hourlyText, secondsText } from '../../words';
import { notSimulatedText } from '../exercise/exercise-text';
import type { TextLayout } from '../terminal/text-layout';
import { bulletList, namedParagraph, paragraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';
import type { Invocation } from '../verb';
import { rehearseCommand } from './rehearsal-text';

/** What the class came to, in one sentence. */
export function classSentence({ finished, students, replicasEach, totalSeconds, nodeCount }: ClassResult): string {
  const pods = counted(replicasEach, 'pod');
  return finished === 0
    ? `None of ${counted(students, 'student')} had ${pods} running.`
    : `${counted(finished)} of ${counted(students, 'student')} had ${pods} running, the last after ${durationText(totalSeconds)}, on ${counted(nodeCount, 'node')}.`;
}

/** Which bound the class met, or that it met none. */
export function boundMetSentence({ boundMet, areLimitsRaised, finished, students }: ClassResult): string {
  if (boundMet !== undefined) return `Bound met: the ${boundMet.what}. ${boundMet.detail}`.trim();
  if (finished < students) return 'Bound met: none that is known. The problems say what kept pods from running.';
  return `Bound met: none${areLimitsRaised ? ', with the limits of the NodePool raised for the class' : ''}.`;
}

/** The bound that a growing class hits first, and whether one that is only assumed would come before it. */
export function firstBoundSentence(bounds: readonly ClassBound[]): string {
  const first = bounds.find(({ isAssumed }) => !isAssumed);
  const assumed = bounds.find(({ isAssumed }) => isAssumed);
  if (first === undefined) return 'First bound of a larger class: not known, because no pod of the class ran.';
  const sentence = `First bound of a larger class: the ${first.what}, enough for ${counted(first.enoughForStudents, 'student')}.`;
  return assumed === undefined || assumed.enoughForStudents >= first.enoughForStudents
    ? sentence
    : `${sentence} An account with the assumed ${assumed.what} of ${counted(assumed.available)} would be enough for ${counted(assumed.enoughForStudents)}: give the quota of yours with --vcpu-quota.`;
}

/** What a bound is called. */
export function boundName({ what, isAssumed }: ClassBound): string {
  return isAssumed ? `${what}, assumed` : what;
}

/** A bound in figures: what is used of what, for how many students that is enough, and by what. */
export function boundSentence(bound: ClassBound): string {
  return `${counted(bound.used)} of ${counted(bound.available)} ${bound.unit}, enough for ${counted(bound.enoughForStudents, 'student')} (${bound.source})`;
}

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
  return [layout.style.strong(`Exercise by a class of ${counted(result.students)}`), ...sections.flatMap((section) => ['', ...section])];
}

function studentsSection({ students, finished, replicasEach }: ClassResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Students', `${counted(replicasEach, 'pod')} each`, layout),
    ...textTable([{}, { align: 'right' }, { paint: layout.style.name }], ([['in the class', students], ['Running', finished]] as const).map(([what, count]) => ({
      cells: [what, counted(count), count === 0 ? '' : bar(count, students, layout)],
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
      cells: [type, counted(count), bar(count, most, layout)],
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

/**
 * Tells a user who presses Ctrl-C during a class that it is being cleaned up, and one who presses it again what is left then,
 * and which command removes it.
 *
 * @returns ends it
 */
export function tellOfCleanUp({ host, note }: Pick<Invocation, 'host' | 'note'>, name: string): () => void {
  const interrupted = (): void =>
    note('Interrupted. What the class made is removed now: its namespaces, then its nodes. This takes a minute or two. Ctrl-C again leaves at once.');
  host.signal.addEventListener('abort', interrupted, { once: true });
  const takeBack = host.beforeLeaving(() => {
    note(`Left at once. There may still be namespaces of the class (kubectl get namespaces -l ${CLASS_SELECTOR}), their nodes, and limits of the NodePool that --raise-limits raised. `
      + `The next class removes them first: ${rehearseCommand('--students 1', name)}`);
    note(`This removes the rehearsal with all of it: ${rehearseCommand('--clean', name)}`);
  });
  return () => {
    host.signal.removeEventListener('abort', interrupted);
    takeBack();
  };
}
