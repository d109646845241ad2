import { arrayAt, numberAt, textAt, type JsonValue } from '../../assembly/json';

/** A condition of a Kubernetes object. */
export interface Condition {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Conditions of an object that speak of its present generation. */
export function conditionsOf(object: JsonValue): readonly Condition[] {
  const generation = numberAt(object, 'metadata', 'generation');
  return arrayAt(object, 'status', 'conditions')
    .filter((condition) => {
      const observed = numberAt(condition, 'observedGeneration');
      return observed === undefined || observed === generation;
    })
    .map((condition) => ({
      type: textAt(condition, 'type') ?? '',
      status: textAt(condition, 'status') ?? '',
      reason: textAt(condition, 'reason') ?? '',
      message: textAt(condition, 'message') ?? '',
    }));
}
