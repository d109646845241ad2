import { randomUUID } from 'node:crypto';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { arrayAt, type JsonObject, parseJson, textAt, textOrJson } from '../../json';
import type { Account } from '../account';
import type { Handler, Handling } from '../aws-answers/aws-answer';
import { AwsFault, jsonBody } from '../aws-answers/aws-request';
import { runStateMachine, TaskFailed } from './execution';
import { answered } from './lambda-answers';
import { asRole } from './role-keys';
import { readStateMachine, type StateMachineDefinition } from './state-machine-definition';

/** A state machine of the account. */
interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly type: string;
  definition: StateMachineDefinition;
  /** As it came in. */
  text: string;
  roleArn: string;
  readonly tags: Map<string, string>;
}

/** An execution, which goes on or has ended. */
interface Execution {
  readonly name: string;
  readonly arn: string;
  readonly machine: StateMachine;
  readonly input: string;
  readonly startedAt: Date;
  readonly stop: AbortController;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stoppedAt?: Date;
  /** JSON. @default - it has not succeeded */
  output?: string;
  /** @default - it has not failed */
  failure?: { readonly error: string; readonly cause: string };
}

/** Answers Step Functions' API, and runs the machines. */
export class StateMachines {
  private readonly machines = new Map<string, StateMachine>();
  private readonly executions = new Map<string, Execution>();

  constructor(private readonly account: Account) {}

  /** By operation. */
  readonly handlers: Readonly<Record<string, Handler>> = {
    CreateStateMachine: (request) => this.create(jsonBody(request)),
    DescribeStateMachine: (request) => {
      const machine = this.machine(jsonBody(request));
      return answered({ ...summary(machine), status: 'ACTIVE', definition: machine.text, roleArn: machine.roleArn });
    },
    UpdateStateMachine: (request) => {
      const body = jsonBody(request);
      const machine = this.machine(body);
      const text = textAt(body, 'definition');
      if (text !== undefined) {
        machine.definition = readStateMachine(text);
        machine.text = text;
      }
      machine.roleArn = textAt(body, 'roleArn') ?? machine.roleArn;
      return answered({ updateDate: seconds(this.now()), revisionId: randomUUID() });
    },
    DeleteStateMachine: (request) => {
      const arn = textAt(jsonBody(request), 'stateMachineArn') ?? '';
      this.machines.delete(arn);
      for (const execution of this.executions.values()) if (execution.machine.arn === arn) execution.stop.abort();
      return answered({});
    },
    ListStateMachines: () => answered({ stateMachines: [...this.machines.values()].map(summary) }),
    StartExecution: (request) => this.start(jsonBody(request)),
    DescribeExecution: (request) => {
      const execution = this.execution(jsonBody(request));
      const { input, output, failure } = execution;
      return answered({ ...executionSummary(execution), input, ...(output === undefined ? {} : { output }), ...failure });
    },
    ListExecutions: (request) => {
      const machine = this.machine(jsonBody(request));
      const executions = [...this.executions.values()].filter((execution) => execution.machine === machine).reverse();
      return answered({ executions: executions.map(executionSummary) });
    },
    StopExecution: (request) => {
      const execution = this.execution(jsonBody(request));
      execution.stop.abort();
      return answered({ stopDate: seconds(execution.stoppedAt ?? this.now()) });
    },
    TagResource: (request) => {
      const body = jsonBody(request);
      const { tags } = this.machine(body, 'resourceArn');
      for (const [key, value] of tagsIn(body)) tags.set(key, value);
      return answered({});
    },
    UntagResource: (request) => {
      const body = jsonBody(request);
      const { tags } = this.machine(body, 'resourceArn');
      for (const key of arrayAt(body, 'tagKeys')) tags.delete(textOrJson(key));
      return answered({});
    },
    ListTagsForResource: (request) => {
      const { tags } = this.machine(jsonBody(request), 'resourceArn');
      return answered({ tags: [...tags].map(([key, value]) => ({ key, value })) });
    },
  };

  /** Stops all executions. */
  close(): void {
    for (const { stop } of this.executions.values()) stop.abort();
  }

  private async create(body: JsonObject): Promise<Handling> {
    const name = textAt(body, 'name') ?? '';
    if (!/^[\w-]{1,80}$/.test(name)) throw new AwsFault('InvalidName', `Invalid Name: '${name}'`);
    const arn = `arn:aws:states:${this.account.region}:${this.account.accountId}:stateMachine:${name}`;
    const text = textAt(body, 'definition') ?? '';
    const roleArn = textAt(body, 'roleArn') ?? '';
    const there = this.machines.get(arn);
    if (there !== undefined && (there.text !== text || there.roleArn !== roleArn)) {
      throw new AwsFault('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const definition = readStateMachine(text);
    // Fails as in AWS for a role that does not let Step Functions in.
    await this.client(roleArn, name);
    const machine: StateMachine = there ?? {
      name, arn, text, roleArn, definition, createdAt: this.now(), type: textAt(body, 'type') ?? 'STANDARD', tags: new Map(tagsIn(body)),
    };
    this.machines.set(arn, machine);
    return answered({ stateMachineArn: arn, creationDate: seconds(machine.createdAt) });
  }

  private start(body: JsonObject): Handling {
    const machine = this.machine(body);
    const name = textAt(body, 'name') ?? randomUUID();
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const input = textAt(body, 'input') ?? '{}';
    const there = this.executions.get(arn);
    if (there !== undefined && (there.status !== 'RUNNING' || there.input !== input)) throw new AwsFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    try {
      parseJson(input);
    } catch (error) {
      throw new AwsFault('InvalidExecutionInput', `Invalid State Machine Execution Input: '${String(error)}'`);
    }
    const execution: Execution = there ?? { name, arn, machine, input, startedAt: this.now(), stop: new AbortController(), status: 'RUNNING' };
    if (there === undefined) {
      this.executions.set(arn, execution);
      void this.run(execution);
    }
    return answered({ executionArn: arn, startDate: seconds(execution.startedAt) });
  }

  /** Never rejects: a failure becomes the execution's status. */
  private async run(execution: Execution): Promise<void> {
    const { machine: { definition, roleArn }, stop, input } = execution;
    const signal = AbortSignal.any([stop.signal, this.account.run.signal]);
    let lambda: LambdaClient | undefined;
    try {
      lambda = await this.client(roleArn, execution.name);
      execution.output = JSON.stringify(await runStateMachine({ definition, input: parseJson(input), lambda, compression: this.account.compression, signal }));
      execution.status = 'SUCCEEDED';
    } catch (error) {
      execution.status = signal.aborted ? 'ABORTED' : 'FAILED';
      if (!signal.aborted) execution.failure = error instanceof TaskFailed ? { error: error.error, cause: error.cause } : { error: 'States.Runtime', cause: String(error) };
    } finally {
      lambda?.destroy();
      execution.stoppedAt = this.now();
    }
  }

  /** A client that calls functions with the keys of a machine's role, fetched anew before they end. */
  private async client(roleArn: string, sessionName: string): Promise<LambdaClient> {
    const assume = () => this.account.sessions.assumeForService({ roleArn, service: 'states.amazonaws.com', sessionName });
    try {
      await assume();
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      throw new AwsFault('AccessDeniedException', `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role ${roleArn}.`);
    }
    return new LambdaClient({ ...asRole(this.account, assume), requestHandler: { requestTimeout: 0 } });
  }

  private machine(body: JsonObject, key = 'stateMachineArn'): StateMachine {
    const arn = textAt(body, key) ?? '';
    const found = this.machines.get(arn);
    if (found === undefined) throw new AwsFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return found;
  }

  private execution(body: JsonObject): Execution {
    const arn = textAt(body, 'executionArn') ?? '';
    const found = this.executions.get(arn);
    if (found === undefined) throw new AwsFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  private now(): Date {
    return this.account.run.clock.now();
  }
}

function summary({ arn, name, type, createdAt }: StateMachine): JsonObject {
  return { stateMachineArn: arn, name, type, creationDate: seconds(createdAt) };
}

function executionSummary({ arn, name, machine, status, startedAt, stoppedAt }: Execution): JsonObject {
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate: seconds(startedAt),
    ...(stoppedAt === undefined ? {} : { stopDate: seconds(stoppedAt) }),
  };
}

function tagsIn(body: JsonObject): readonly (readonly [string, string])[] {
  return arrayAt(body, 'tags').map((tag) => [textAt(tag, 'key') ?? '', textAt(tag, 'value') ?? '']);
}

/** A moment as Step Functions writes it. */
function seconds(time: Date): number {
  return time.getTime() / 1000;
}
