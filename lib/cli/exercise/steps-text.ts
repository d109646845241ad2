import type { ExerciseStep } from '../../actions/exercise-result';
import { secondsText } from '../format/duration-text';
import { outcomeList, type OutcomeItem } from '../text/outcome-list';
import type { TextLayout } from '../text/text-layout';

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
