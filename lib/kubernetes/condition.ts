import { arrayAt, textAt, type JsonObject } from '../assembly/json';

/** A statement that a controller makes about an object, and since when it holds. */
export interface Condition {
  /** Such as `Ready` or `Launched`. */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** A word for programs. Empty where there is none. */
  readonly reason: string;
  /** A sentence for people. Empty where there is none. */
  readonly message: string;
  /** When the status last changed, as ISO 8601 in UTC, in whole seconds. */
  readonly since: string;
}

/** An object with conditions. */
export interface Conditioned {
  readonly conditions: readonly Condition[];
}

/** Reads `status.conditions`. */
export function readConditions(body: JsonObject): readonly Condition[] {
  return arrayAt(body, 'status', 'conditions').map((condition) => ({
    type: textAt(condition, 'type') ?? '',
    status: readStatus(textAt(condition, 'status')),
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    since: textAt(condition, 'lastTransitionTime') ?? '',
  }));
}

/** The condition of a type, where its status is True. */
export function trueCondition(object: Conditioned, type: string): Condition | undefined {
  return object.conditions.find((condition) => condition.type === type && condition.status === 'True');
}

/** Whether a condition holds. */
export function isTrue(object: Conditioned, type: string): boolean {
  return trueCondition(object, type) !== undefined;
}

/**
 * Conditions that do not hold, in words: `SubnetsReady is False: SubnetsNotFound, SubnetSelector did not match any Subnets`.
 *
 * A reason or message that only repeats the type says nothing, and is left out.
 */
export function unmetConditions(object: Conditioned): readonly string[] {
  return object.conditions.filter(({ status }) => status !== 'True').map(({ type, status, reason, message }) => {
    const why = [...new Set([reason, message])].filter((text) => text !== '' && text !== type);
    return `${type} is ${status}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
  });
}

function readStatus(text: string | undefined): Condition['status'] {
  return text === 'True' || text === 'False' ? text : 'Unknown';
}
