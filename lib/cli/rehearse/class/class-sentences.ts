import type { ClassBound, ClassResult } from '../../../actions/exercise-result';
import { durationText } from '../../format/duration-text';
import { countedText, countText } from '../../format/quantity-text';

/** What the class came to, in one sentence. */
export function classSentence({ finished, students, replicasEach, totalSeconds, nodeCount }: ClassResult): string {
  const pods = countedText(replicasEach, 'pod');
  return finished === 0
    ? `None of ${countedText(students, 'student')} had ${pods} running.`
    : `${countText(finished)} of ${countedText(students, 'student')} had ${pods} running, the last after ${durationText(totalSeconds)}, on ${countedText(nodeCount, 'node')}.`;
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
  const sentence = `First bound of a larger class: the ${first.what}, enough for ${countedText(first.enoughForStudents, 'student')}.`;
  return assumed === undefined || assumed.enoughForStudents >= first.enoughForStudents
    ? sentence
    : `${sentence} An account with the assumed ${assumed.what} of ${countText(assumed.available)} would be enough for ${countText(assumed.enoughForStudents)}: give the quota of yours with --vcpu-quota.`;
}

/** What a bound is called. */
export function boundName({ what, isAssumed }: ClassBound): string {
  return isAssumed ? `${what}, assumed` : what;
}

/** A bound in figures: what is used of what, for how many students that is enough, and by what. */
export function boundSentence(bound: ClassBound): string {
  return `${countText(bound.used)} of ${countText(bound.available)} ${bound.unit}, enough for ${countedText(bound.enoughForStudents, 'student')} (${bound.source})`;
}
