import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { isJsonObject, type JsonObject, type JsonValue, parseJson, textAt } from '../../json';
import { pause } from '../../wait-for';
import type { Retrier, StateMachineDefinition, TaskState } from './state-machine-definition';

/** How a state machine is run. */
export interface ExecutionOptions {
  readonly definition: StateMachineDefinition;
  readonly input: JsonValue;
  /** Calls functions with the keys of the machine's role. */
  readonly lambda: LambdaClient;
  /** AWS seconds that one real second stands for. */
  readonly compression: number;
  /** Aborted when the execution is stopped. */
  readonly signal: AbortSignal;
}

/** A task failed. */
export class TaskFailed extends Error {
  /** @param error such as `Lambda.Unknown`, or the type of the function's own error */
  constructor(readonly error: string, override readonly cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'TaskFailed';
  }
}

/** Shortest real wait before a task is tried again, in seconds. */
const SHORTEST_WAIT_SECONDS = 0.5;

/**
 * Runs a state machine from its first state to its last.
 *
 * @returns output of the last state
 * @throws TaskFailed that nothing catches; the signal's reason
 */
export async function runStateMachine(options: ExecutionOptions): Promise<JsonValue> {
  const { definition: { startAt, states } } = options;
  let data = options.input;
  for (let name: string | undefined = startAt; name !== undefined;) {
    const state: TaskState | undefined = states.get(name);
    if (state === undefined) throw new TaskFailed('States.Runtime', `There is no state ${name}`);
    try {
      data = await runTask(state, data, options);
      name = state.next;
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      const catcher = state.catch.find(({ errors }) => matches(errors, error.error));
      if (catcher === undefined) throw error;
      data = { Error: error.error, Cause: error.cause };
      name = catcher.next;
    }
  }
  return data;
}

async function runTask(state: TaskState, input: JsonValue, options: ExecutionOptions): Promise<JsonValue> {
  const attempts = new Map<Retrier, number>();
  for (;;) {
    options.signal.throwIfAborted();
    try {
      return await invoke(state.resource, input, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof TaskFailed)) throw error;
      const retrier = state.retry.find(({ errors }) => matches(errors, error.error));
      const attempt = retrier === undefined ? 0 : attempts.get(retrier) ?? 0;
      if (retrier === undefined || attempt >= retrier.maxAttempts) throw error;
      attempts.set(retrier, attempt + 1);
      const seconds = retrier.intervalSeconds * retrier.backoffRate ** attempt;
      await pause(Math.max(SHORTEST_WAIT_SECONDS, seconds / options.compression), options.signal);
    }
  }
}

async function invoke(functionArn: string, input: JsonValue, { lambda, signal }: ExecutionOptions): Promise<JsonValue> {
  let answer;
  try {
    answer = await lambda.send(new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(input)) }), { abortSignal: signal });
  } catch (error) {
    // "Lambda.AccessDeniedException", as Step Functions names errors of the service.
    throw error instanceof Error ? new TaskFailed(`Lambda.${error.name}`, error.message) : error;
  }
  const payload = Buffer.from(answer.Payload ?? []).toString('utf8');
  if (answer.FunctionError === undefined) return parseJson(payload);
  const described: JsonValue = parseJson(payload);
  const error: JsonObject = isJsonObject(described) ? described : {};
  throw new TaskFailed(textAt(error, 'errorType') ?? 'Lambda.Unknown', payload);
}

/** Whether a list of errors in Retry or Catch means this one. */
function matches(errors: readonly string[], error: string): boolean {
  return errors.some((each) => each === error || each === 'States.ALL' || (each === 'States.TaskFailed' && error !== 'States.Timeout'));
}
