import type { ExerciseMark } from '../../actions/exercise-result';

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
