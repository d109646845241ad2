import { arrayAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../json';
import { AwsFault } from '../../aws-answers/aws-request';

/** Whether a pattern wants an event. */
export type EventPattern = (event: JsonObject) => boolean;

/** Whether a value of an event, or its absence, is what a pattern asks for. */
type ValueTest = (value: JsonValue | undefined) => boolean;

/**
 * Reads the pattern of an EventBridge rule: objects of values, `prefix` and `exists`.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @throws AwsFault `InvalidEventPatternException` for a pattern that EventBridge refuses, and for an operator that the rehearsal
 * does not play
 */
export function readEventPattern(text: string): EventPattern {
  let parsed;
  try {
    parsed = parseJson(text);
  } catch {
    throw invalid('it is not JSON');
  }
  if (!isJsonObject(parsed)) throw invalid('it is not an object');
  return readObject(parsed);
}

function readObject(pattern: JsonObject): EventPattern {
  const fields = Object.entries(pattern).map(([key, wanted]): EventPattern => {
    if (key.startsWith('$')) throw notPlayed(key);
    if (isJsonObject(wanted)) {
      const matches = readObject(wanted);
      return (event) => {
        const value = event[key];
        // An object that is absent has no fields, which is what `exists: false` asks for.
        return matches(isJsonObject(value) ? value : {});
      };
    }
    if (!isJsonArray(wanted)) throw invalid(`"${key}" must be an object or an array`);
    if (wanted.length === 0) throw invalid(`"${key}" has an empty array`);
    const tests = wanted.map(readValue);
    return (event) => tests.some((test) => test(event[key]));
  });
  return (event) => fields.every((matches) => matches(event));
}

function readValue(wanted: JsonValue): ValueTest {
  if (isJsonArray(wanted)) throw invalid('an array stands within an array');
  if (!isJsonObject(wanted)) return anyOf((value) => value === wanted);
  const [operator = '', operand] = Object.entries(wanted)[0] ?? [];
  if (Object.keys(wanted).length === 1) {
    if (operator === 'exists' && typeof operand === 'boolean') return (value) => (value !== undefined) === operand;
    if (operator === 'prefix' && typeof operand === 'string') return anyOf((value) => typeof value === 'string' && value.startsWith(operand));
  }
  throw notPlayed(JSON.stringify(wanted));
}

/** An event's array matches where one of its items does. */
function anyOf(test: ValueTest): ValueTest {
  return (value) => (isJsonArray(value) ? arrayAt(value).some(test) : value !== undefined && test(value));
}

function invalid(reason: string): AwsFault {
  return new AwsFault('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

function notPlayed(what: string): AwsFault {
  return new AwsFault('InvalidEventPatternException', `The rehearsal does not play ${what} in event patterns; it plays values, prefix and exists.`);
}
