import type { StackEvent } from './stack-event';

/** Reasons that CloudFormation gives for what fails only because something else did. */
const CASCADES: readonly RegExp[] = [
  /^Resource (?:creation|update|deletion) (?:was )?cancell?ed/i,
  /^The following resource\(s\) failed to/i,
];

/**
 * The failure that all others follow from: the earliest that is no cascade.
 *
 * @param events in the order in which they happened
 * @returns undefined where nothing failed by itself
 */
export function firstCause(events: readonly StackEvent[]): StackEvent | undefined {
  return events
    .filter((event) => event.status.endsWith('_FAILED') && !event.isOfStack && !isCascade(event))
    .toSorted((a, b) => a.atMillis - b.atMillis)
    .at(0);
}

function isCascade({ reason }: StackEvent): boolean {
  return reason === undefined || CASCADES.some((cascade) => cascade.test(reason));
}
