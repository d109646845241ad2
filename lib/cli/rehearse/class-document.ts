import type { ClassBound, ClassResult } from '../../exercise/exercise-result';
import { counted, durationText, hourlyText, secondsText } from '../../words';
import { figures, flexible, type LabDocument, type Section, table, toned, verdictSection } from '../document/document';

/** A class that did the exercise at once. */
export function classDocument(result: ClassResult): LabDocument {
  const { students, verdict, replicasEach, isSimulated, finished } = result;
  return {
    title: `Class of ${counted(students)}: ${verdict}`,
    subtitle: `${counted(replicasEach, 'pod')} a student${isSimulated ? ', on a rehearsal' : ''}`,
    glance: [
      [`${counted(finished)} of ${counted(students)}`, 'students finished'],
      ...(finished === 0 ? [] : [[secondsText(result.secondsToRunning.median), 'median time to Running']] as const),
      [durationText(result.totalSeconds), 'for all of them'],
      [counted(result.nodeCount, 'node'), `for ${hourlyText(result.pricePerHour)}`],
    ],
    sections: [
      verdictSection(verdict, classSentence(result)),
      { heading: 'Problems', isKey: true, blocks: [result.problems] },
      timesSection(result),
      nodesSection(result),
      boundsSection(result),
      { heading: 'Besides', blocks: [result.remarks] },
      { heading: 'Not simulated', blocks: [result.notSimulated] },
    ],
    footer: `Made by \`lab rehearse --students ${students}\`.${isSimulated ? ' AWS is played, and containers do not run.' : ''}`,
  };
}

/** How the class ended, in one sentence. */
function classSentence({ finished, students, replicasEach, totalSeconds, nodeCount }: ClassResult): string {
  const pods = counted(replicasEach, 'pod');
  return finished === 0
    ? `None of ${counted(students, 'student')} had ${pods} running.`
    : `${counted(finished)} of ${counted(students, 'student')} had ${pods} running, the last after ${durationText(totalSeconds)}, on ${counted(nodeCount, 'node')}.`;
}

function timesSection({ finished, secondsToRunning: { min, median, p90, max } }: ClassResult): Section {
  const times = [['fastest', min], ['median', median], ['90 of 100', p90], ['slowest', max]] as const;
  return {
    heading: 'Time to Running',
    aside: 'scaling to the last pod, a student each',
    blocks: finished === 0 ? [] : [{
      kind: 'timeline',
      title: 'Seconds from scaling to the last pod running',
      caption: 'Seconds from scaling to the last pod running, a student each.',
      spans: times.map(([label, seconds]) => ({ label, fromSeconds: 0, toSeconds: seconds, figure: secondsText(seconds) })),
    }],
  };
}

function nodesSection({ nodesByInstanceType, nodeCount, pricePerHour }: ClassResult): Section {
  return {
    heading: 'Nodes that Karpenter launched',
    aside: `${counted(nodeCount, 'node')}, ${hourlyText(pricePerHour)}`,
    blocks: [table(['Type', figures('Nodes')], Object.entries(nodesByInstanceType).toSorted(([, a], [, b]) => b - a).map(([type, count]) => [type, counted(count)]))],
  };
}

function boundsSection(result: ClassResult): Section {
  return {
    heading: 'How large a class may be',
    blocks: [
      toned('strong', boundMetSentence(result)),
      firstBoundSentence(result.bounds),
      table([
        flexible('Bound'), figures('Used'), { ...figures('Available'), isFlexible: true }, { ...figures('Enough for'), isFlexible: true }, flexible('Source'),
      ], result.bounds.map(({ what, isAssumed, used, available, unit, enoughForStudents, source }) => [
        isAssumed ? `${what}, assumed` : what, counted(used), `${counted(available)} ${unit}`, counted(enoughForStudents, 'student'), source,
      ]), { caption: 'Bounds, the nearest first' }),
    ],
  };
}

/** Which bound the class met, or that it met none. */
function boundMetSentence({ boundMet, areLimitsRaised, finished, students }: ClassResult): string {
  if (boundMet !== undefined) return `Bound met: the ${boundMet.what}. ${boundMet.detail}`.trim();
  if (finished < students) return 'Bound met: none that is known. The problems say what kept pods from running.';
  return `Bound met: none${areLimitsRaised ? ', with the limits of the NodePool raised for the class' : ''}.`;
}

/** The bound that a growing class hits first, and whether one that is only assumed would come before it. */
function firstBoundSentence(bounds: readonly ClassBound[]): string {
  const first = bounds.find(({ isAssumed }) => !isAssumed);
  const assumed = bounds.find(({ isAssumed }) => isAssumed);
  if (first === undefined) return 'First bound of a larger class: not known, because no pod of the class ran.';
  const sentence = `First bound of a larger class: the ${first.what}, enough for ${counted(first.enoughForStudents, 'student')}.`;
  return assumed === undefined || assumed.enoughForStudents >= first.enoughForStudents
    ? sentence
    : `${sentence} An account with the assumed ${assumed.what} of ${counted(assumed.available)} would be enough for ${counted(assumed.enoughForStudents)}: give the quota of yours with --vcpu-quota.`;
}
