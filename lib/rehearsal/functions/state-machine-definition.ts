import { arrayAt, booleanAt, isJsonObject, type JsonObject, type JsonValue, numberAt, parseJson, textAt } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';
import { notPlayedByLambda } from './lambda-answers';
import { listAt } from './played-function';

/** When a task is tried again. */
export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
}

/** Where a machine goes on after an error. */
export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
}

/** A state that calls a function. */
export interface TaskState {
  /** ARN of the function. */
  readonly resource: string;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
  /** @default - the machine ends here */
  readonly next?: string;
}

/** A state machine, as far as it is played: tasks that call functions. */
export interface StateMachineDefinition {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, TaskState>;
}

/** What a state, a retrier and a catcher may say. All else is refused, because it would be passed over. */
const STATE_FIELDS = ['Type', 'Resource', 'Retry', 'Catch', 'Next', 'End', 'Comment'];
const RETRIER_FIELDS = ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'];
const CATCHER_FIELDS = ['ErrorEquals', 'Next'];

/**
 * Reads a definition in the Amazon States Language.
 *
 * @throws AwsFault `InvalidDefinition`; `NotImplemented` with the name of what is not played
 * @see https://states-language.net/spec.html
 */
export function readStateMachine(text: string): StateMachineDefinition {
  const definition = parsed(text);
  const startAt = textAt(definition, 'StartAt') ?? '';
  const states = new Map(Object.entries(objectOf(definition['States'])).map(([name, state]) => [name, readState(name, objectOf(state))]));
  const targets = [startAt, ...[...states.values()].flatMap((state) => [...(state.next === undefined ? [] : [state.next]), ...state.catch.map(({ next }) => next)])];
  const missing = targets.find((target) => !states.has(target));
  if (missing !== undefined) throw invalidDefinition(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${missing}`);
  return { startAt, states };
}

function readState(name: string, state: JsonObject): TaskState {
  const type = textAt(state, 'Type') ?? '';
  if (type !== 'Task') throw notPlayedByLambda(`the state '${name}' of type '${type}'`);
  refuseOthers(state, STATE_FIELDS, `of the state '${name}'`);
  const resource = textAt(state, 'Resource') ?? '';
  if (!/^arn:[\w-]+:lambda:[^:]+:\d+:function:/.test(resource)) throw notPlayedByLambda(`the resource '${resource}' of the state '${name}'`);
  const next = textAt(state, 'Next');
  if ((next === undefined) !== (booleanAt(state, 'End') === true)) throw invalidDefinition(`SCHEMA_VALIDATION_FAILED: The state '${name}' needs one of Next and End`);
  return {
    resource,
    next,
    retry: arrayAt(state, 'Retry').map((each) => {
      const retrier = objectOf(each);
      refuseOthers(retrier, RETRIER_FIELDS, `in Retry of the state '${name}'`);
      return {
        errors: listAt(retrier, 'ErrorEquals'),
        intervalSeconds: numberAt(retrier, 'IntervalSeconds') ?? 1,
        maxAttempts: numberAt(retrier, 'MaxAttempts') ?? 3,
        backoffRate: numberAt(retrier, 'BackoffRate') ?? 2,
      };
    }),
    catch: arrayAt(state, 'Catch').map((each) => {
      const catcher = objectOf(each);
      refuseOthers(catcher, CATCHER_FIELDS, `in Catch of the state '${name}'`);
      return { errors: listAt(catcher, 'ErrorEquals'), next: textAt(catcher, 'Next') ?? '' };
    }),
  };
}

function refuseOthers(object: JsonObject, fields: readonly string[], where: string): void {
  const other = Object.keys(object).find((field) => !fields.includes(field));
  if (other !== undefined) throw notPlayedByLambda(`the field '${other}' ${where}`);
}

function parsed(text: string): JsonObject {
  try {
    return objectOf(parseJson(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidDefinition(`INVALID_JSON_DESCRIPTION: ${error.message}`);
    throw error;
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw invalidDefinition('SCHEMA_VALIDATION_FAILED: An object was expected');
  return value;
}

function invalidDefinition(message: string): AwsFault {
  return new AwsFault('InvalidDefinition', `Invalid State Machine Definition: '${message}'`);
}
