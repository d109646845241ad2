import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { partitionOf } from '../../config/network-values';
import type { Account, PlayedService } from '../account';
import { type Handler, queryAnswer, type XmlElement } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { queryList } from '../aws-answers/ec2-query';
import { hasChanges, resourceChanges } from './change-sets';
import { CustomResources } from './custom-resources';
import { type PlayedChangeSet, PlayedStack, type StackDefinition } from './played-stack';
import type { ResourceType } from './resource-type';
import { ResourceWork } from './resource-work';
import {
  changeSetElements, describedChangeSet, eventElements, fieldsOf, membersOf, resourceElements, resourceSummaryElements, stackElements, stackSummaryElements, templateSummary,
} from './stack-answers';
import { StackDefinitions } from './stack-definitions';
import { type OnStackFailure, StackOperation } from './stack-operation';
import { isCustomType } from './stack-template';

/** Namespace of CloudFormation's answers: its API version. */
const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** Longest page of events or resources. */
const PAGE_LENGTH = 100;

const NO_CHANGES = 'The submitted information didn\'t contain changes. Submit different information to create a change set.';

/** Statuses in which a stack takes an update. */
const UPDATABLE: ReadonlySet<string> = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_FAILED']);

/** Statuses in which a stack has kept what it made before something failed. */
const PAUSED: ReadonlySet<string> = new Set(['CREATE_FAILED', 'UPDATE_FAILED']);

/** What CloudFormation is played with. */
export interface CloudFormationOptions {
  /** Types that it can make, besides custom resources, which it hands to their functions. */
  readonly types: readonly ResourceType[];
}

type Operation = (parameters: URLSearchParams) => readonly XmlElement[] | Promise<readonly XmlElement[]>;

/** CloudFormation of an account: change sets, stacks, and the resources that they make. */
export class CloudFormation implements PlayedService {
  /** By ARN, the oldest first. Deleted ones stay. */
  private readonly stacks = new Map<string, PlayedStack>();
  private readonly types: ReadonlyMap<string, ResourceType>;
  private readonly customResources: CustomResources;
  private readonly definitions: StackDefinitions;

  constructor(private readonly account: Account, { types }: CloudFormationOptions) {
    this.types = new Map(types.map((type) => [type.type, type]));
    this.customResources = new CustomResources(account);
    this.definitions = new StackDefinitions(account, types);
  }

  /** Answers CloudFormation, and takes what functions answer for custom resources. That request is not signed. */
  handlerOf(request: AwsRequest): Handler | undefined {
    if (request.service !== 'cloudformation') return this.customResources.handlerOf(request);
    const operation = this.operations[request.operation];
    if (operation === undefined) throw new AwsFault('NotImplemented', `The rehearsal's CloudFormation does not play ${request.operation}.`, 501);
    return async ({ parameters }) => ({ answer: queryAnswer(request.operation, await operation(parameters), NAMESPACE) });
  }

  /** Waits for what goes on in the stacks. To be called once the account's run is aborted. */
  async close(): Promise<void> {
    await Promise.all([...this.stacks.values()].map(async ({ running }) => running?.ended));
  }

  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateChangeSet: (parameters) => this.createChangeSet(parameters),
    DescribeChangeSet: (parameters) => describedChangeSet(...this.changeSetOf(parameters)),
    ListChangeSets: (parameters) => {
      const stack = this.stackOf(parameters);
      return fieldsOf({ Summaries: membersOf(stack.changeSets.values(), (changeSet) => changeSetElements(stack, changeSet)) });
    },
    DeleteChangeSet: (parameters) => {
      const stack = this.stackOf(parameters);
      stack.changeSets.delete(changeSetName(parameters));
      return [];
    },
    ExecuteChangeSet: (parameters) => this.executeChangeSet(parameters),
    CreateStack: (parameters) => this.createStack(parameters),
    UpdateStack: (parameters) => this.updateStack(parameters),
    DeleteStack: (parameters) => this.deleteStack(parameters),
    RollbackStack: (parameters) => {
      const stack = this.stackOf(parameters);
      this.requireStatus(stack, PAUSED, 'rolled back');
      this.start(stack, parameters.get('RoleARN'), (operation) => operation.rollBack('User Initiated'));
      return fieldsOf({ StackId: stack.id });
    },
    ContinueUpdateRollback: (parameters) => {
      const stack = this.stackOf(parameters);
      this.requireStatus(stack, new Set(['UPDATE_ROLLBACK_FAILED']), 'rolled back');
      const skipped = queryList(parameters, 'ResourcesToSkip.member');
      this.start(stack, parameters.get('RoleARN'), (operation) => operation.rollBack('User Initiated', skipped));
      return [];
    },
    UpdateTerminationProtection: (parameters) => {
      const stack = this.stackOf(parameters);
      stack.isProtected = parameters.get('EnableTerminationProtection') === 'true';
      return fieldsOf({ StackId: stack.id });
    },
    DescribeStacks: (parameters) => {
      const stacks = parameters.has('StackName') ? [this.stackOf(parameters)] : [...this.stacks.values()].filter(({ status }) => status !== 'DELETE_COMPLETE');
      return fieldsOf({ Stacks: membersOf(stacks, stackElements) });
    },
    ListStacks: (parameters) => {
      const wanted = queryList(parameters, 'StackStatusFilter.member');
      const stacks = [...this.stacks.values()].toReversed().filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      return fieldsOf({ StackSummaries: membersOf(stacks, stackSummaryElements) });
    },
    DescribeStackEvents: (parameters) => {
      const stack = this.stackOf(parameters, (name) => `Stack [${name}] does not exist`);
      const { items, nextToken } = eventsPage(stack, parameters);
      return fieldsOf({ StackEvents: membersOf(items, (event) => eventElements(stack, event)), NextToken: nextToken });
    },
    DescribeStackResources: (parameters) => {
      const stack = this.stackOf(parameters);
      const logicalId = parameters.get('LogicalResourceId');
      const states = [...stack.resources.values()].filter((state) => logicalId === null || state.logicalId === logicalId);
      return fieldsOf({ StackResources: membersOf(states, (state) => resourceElements(stack, state)) });
    },
    DescribeStackResource: (parameters) => {
      const stack = this.stackOf(parameters);
      const logicalId = parameters.get('LogicalResourceId') ?? '';
      const state = stack.resources.get(logicalId);
      if (state === undefined) throw invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`);
      const fields = fieldsOf({ StackId: stack.id, StackName: stack.name, Metadata: JSON.stringify(state.metadata) });
      return fieldsOf({ StackResourceDetail: [...fields, ...resourceSummaryElements(state)] });
    },
    ListStackResources: (parameters) => {
      const stack = this.stackOf(parameters);
      const start = Number(parameters.get('NextToken') ?? 0);
      const states = [...stack.resources.values()];
      const end = start + PAGE_LENGTH;
      return fieldsOf({ StackResourceSummaries: membersOf(states.slice(start, end), resourceSummaryElements), NextToken: end < states.length ? String(end) : undefined });
    },
    GetTemplate: (parameters) => {
      const definition = parameters.has('ChangeSetName') ? this.changeSetOf(parameters)[1].definition : this.stackOf(parameters).definition;
      return fieldsOf({ TemplateBody: definition?.template.text ?? '', StagesAvailable: membersOf(['Original', 'Processed'], (stage) => stage) });
    },
    GetTemplateSummary: async (parameters) => {
      const definition = parameters.has('StackName') ? this.stackOf(parameters).definition : undefined;
      return templateSummary(definition?.template ?? await this.definitions.template(parameters, undefined));
    },
  };

  private async createChangeSet(parameters: URLSearchParams): Promise<readonly XmlElement[]> {
    const kind = parameters.get('ChangeSetType') ?? 'UPDATE';
    const name = parameters.get('ChangeSetName') ?? '';
    if (kind !== 'CREATE' && kind !== 'UPDATE') throw invalid(`The rehearsal's CloudFormation plays no change set of type ${kind}.`);
    const known = this.find(parameters.get('StackName') ?? '');
    const isNew = known === undefined || known.status === 'DELETE_COMPLETE';
    const stack = isNew ? this.newStack(parameters.get('StackName') ?? '') : known;
    if (kind === 'CREATE' && !isNew && stack.status !== 'REVIEW_IN_PROGRESS') {
      throw invalid(`Stack [${stack.name}] already exists and cannot be created again with the changeSet [${name}].`);
    }
    if (kind === 'UPDATE' && isNew) throw invalid(`Stack [${stack.name}] does not exist`);
    if (kind === 'UPDATE') this.requireStatus(stack, UPDATABLE, 'updated');
    if (stack.changeSets.has(name)) throw new AwsFault('AlreadyExistsException', `ChangeSet ${name} already exists`);

    const definition = await this.definitions.read(parameters, stack);
    const proposed = { stack, definition, scopeOf: this.scopeOf(stack), typeOf: this.typeOf };
    const changes = resourceChanges(proposed);
    const isEmpty = !hasChanges(proposed, changes);
    const changeSet: PlayedChangeSet = {
      id: this.arnOf('changeSet', name),
      name,
      description: parameters.get('Description') ?? undefined,
      kind,
      definition,
      changes,
      status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
      reason: isEmpty ? NO_CHANGES : undefined,
      executionStatus: isEmpty ? 'UNAVAILABLE' : 'AVAILABLE',
      onStackFailure: parameters.get('OnStackFailure') ?? undefined,
      createdAt: this.account.run.clock.now(),
    };
    if (isNew) {
      this.stacks.set(stack.id, stack);
      stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
    }
    stack.changeSets.set(name, changeSet);
    return fieldsOf({ Id: changeSet.id, StackId: stack.id });
  }

  private executeChangeSet(parameters: URLSearchParams): readonly XmlElement[] {
    const [stack, changeSet] = this.changeSetOf(parameters);
    const { name, id, kind, status, executionStatus, definition } = changeSet;
    if (status !== 'CREATE_COMPLETE' || executionStatus !== 'AVAILABLE') {
      throw new AwsFault('InvalidChangeSetStatus', `ChangeSet [${id}] cannot be executed in its current status of [${status}]`);
    }
    const isRollbackDisabled = parameters.get('DisableRollback') === 'true';
    if (kind === 'UPDATE') this.requireUpdatable(stack, isRollbackDisabled);
    else if (stack.status !== 'REVIEW_IN_PROGRESS') throw invalid(`Stack [${stack.name}] already exists.`);

    // Others were made for a stack that is no more.
    stack.changeSets.clear();
    stack.changeSets.set(name, { ...changeSet, executionStatus: 'EXECUTE_COMPLETE' });
    stack.isRollbackDisabled = isRollbackDisabled;
    const onFailure = isRollbackDisabled ? 'DO_NOTHING' : onStackFailureOf(changeSet.onStackFailure);
    this.startWith(stack, definition, (operation) => kind === 'CREATE' ? operation.create(definition, onFailure) : operation.update(definition, isRollbackDisabled));
    return [];
  }

  private async createStack(parameters: URLSearchParams): Promise<readonly XmlElement[]> {
    const name = parameters.get('StackName') ?? '';
    const known = this.find(name);
    if (known !== undefined && known.status !== 'DELETE_COMPLETE') throw new AwsFault('AlreadyExistsException', `Stack [${name}] already exists`);
    const stack = this.newStack(name);
    const definition = await this.definitions.read(parameters, stack);
    this.stacks.set(stack.id, stack);
    stack.isProtected = parameters.get('EnableTerminationProtection') === 'true';
    stack.isRollbackDisabled = parameters.get('DisableRollback') === 'true';
    const onFailure = stack.isRollbackDisabled ? 'DO_NOTHING' : onStackFailureOf(parameters.get('OnFailure') ?? undefined);
    this.startWith(stack, definition, (operation) => operation.create(definition, onFailure));
    return fieldsOf({ StackId: stack.id });
  }

  private async updateStack(parameters: URLSearchParams): Promise<readonly XmlElement[]> {
    const stack = this.stackOf(parameters);
    const isRollbackDisabled = parameters.get('DisableRollback') === 'true';
    this.requireUpdatable(stack, isRollbackDisabled);
    const definition = await this.definitions.read(parameters, stack);
    const proposed = { stack, definition, scopeOf: this.scopeOf(stack), typeOf: this.typeOf };
    if (!hasChanges(proposed, resourceChanges(proposed))) throw invalid('No updates are to be performed.');
    stack.isRollbackDisabled = isRollbackDisabled;
    this.startWith(stack, definition, (operation) => operation.update(definition, isRollbackDisabled));
    return fieldsOf({ StackId: stack.id });
  }

  /** To delete a stack that is gone, or being deleted, is no error. One that is being made is deleted from where it stands. */
  private deleteStack(parameters: URLSearchParams): readonly XmlElement[] {
    const stack = this.find(parameters.get('StackName') ?? '');
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return [];
    if (stack.isProtected) throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    if (stack.status === 'REVIEW_IN_PROGRESS') {
      stack.enter('DELETE_COMPLETE');
      return [];
    }
    const isBeingMade = stack.status === 'CREATE_IN_PROGRESS';
    if (stack.isInProgress && !isBeingMade && stack.status !== 'ROLLBACK_IN_PROGRESS') throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
    const retained = queryList(parameters, 'RetainResources.member');
    if (retained.length > 0 && stack.status !== 'DELETE_FAILED') throw invalid('Invalid operation on stack. RetainResources is only available for stacks in DELETE_FAILED state.');
    if (isBeingMade) stack.enter('DELETE_IN_PROGRESS', 'User Initiated');
    this.start(stack, parameters.get('RoleARN'), (operation) => operation.delete(retained));
    return [];
  }

  /** Starts an operation with the role of a request, which the stack keeps, or with that of the stack. */
  private start(stack: PlayedStack, roleArn: string | null, run: (operation: StackOperation) => Promise<void>): void {
    const { definition } = stack;
    if (definition === undefined) throw invalid(`Stack [${stack.name}] was never made.`);
    if (roleArn !== null) stack.definition = { ...definition, roleArn };
    this.startWith(stack, stack.definition ?? definition, run);
  }

  /** Starts an operation. Another one that is under way is cancelled, and ended first. */
  private startWith(stack: PlayedStack, definition: StackDefinition, run: (operation: StackOperation) => Promise<void>): void {
    const { running } = stack;
    const cancel = new AbortController();
    // Each resource that is being made listens.
    setMaxListeners(0, cancel.signal);
    const operate = async (): Promise<void> => {
      running?.cancel.abort();
      await running?.ended;
      stack.operationId = randomUUID();
      await run(this.operation(stack, definition, cancel));
    };
    const ended = operate().catch((error: unknown) => {
      // The account's end leaves stacks as they are.
      if (!this.account.run.signal.aborted) stack.enter(stack.status.replace(/_IN_PROGRESS$/, '_FAILED'), `The rehearsal's CloudFormation failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    stack.running = { cancel, ended };
  }

  private operation(stack: PlayedStack, { roleArn, tags }: StackDefinition, cancel: AbortController): StackOperation {
    const { account, definitions, typeOf } = this;
    const { accountId, region } = account;
    const work = new ResourceWork({
      account,
      stack,
      typeOf,
      credentials: () => definitions.credentials(roleArn),
      resourceStack: { id: stack.id, name: stack.name, region, accountId, partition: partitionOf(region), tags },
      cancelled: cancel.signal,
    });
    return new StackOperation({ stack, work, typeOf, scopeOf: this.scopeOf(stack), cancel });
  }

  private readonly typeOf = (type: string): ResourceType => {
    if (isCustomType(type)) return this.customResources.of(type);
    const known = this.types.get(type);
    if (known === undefined) throw new Error(`The rehearsal does not play ${type}.`);
    return known;
  };

  private scopeOf(stack: PlayedStack) {
    return (definition: StackDefinition) => this.definitions.scope(stack, definition);
  }

  private newStack(name: string): PlayedStack {
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) throw invalid(`1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`);
    return new PlayedStack(this.arnOf('stack', name), name, this.account.run.clock);
  }

  private arnOf(kind: 'stack' | 'changeSet', name: string): string {
    const { accountId, region } = this.account;
    return `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:${kind}/${name}/${randomUUID()}`;
  }

  /** The stack of a name, or of an ARN: by that, a deleted one is found, too. */
  private find(nameOrArn: string): PlayedStack | undefined {
    return this.stacks.get(nameOrArn) ?? [...this.stacks.values()].findLast(({ name, status }) => name === nameOrArn && status !== 'DELETE_COMPLETE');
  }

  private stackOf(parameters: URLSearchParams, sayMissing = (name: string) => `Stack with id ${name} does not exist`): PlayedStack {
    const name = parameters.get('StackName') ?? '';
    const stack = this.find(name);
    if (stack === undefined) throw invalid(sayMissing(name));
    return stack;
  }

  private changeSetOf(parameters: URLSearchParams): [PlayedStack, PlayedChangeSet] {
    const given = parameters.get('ChangeSetName') ?? '';
    const stack = parameters.has('StackName')
      ? this.stackOf(parameters)
      : [...this.stacks.values()].find(({ changeSets }) => [...changeSets.values()].some(({ id }) => id === given));
    const changeSet = stack?.changeSets.get(changeSetName(parameters));
    if (stack === undefined || changeSet === undefined || (given.startsWith('arn:') && changeSet.id !== given)) {
      throw new AwsFault('ChangeSetNotFound', `ChangeSet [${given}] does not exist`, 404);
    }
    return [stack, changeSet];
  }

  private requireUpdatable(stack: PlayedStack, isRollbackDisabled: boolean): void {
    this.requireStatus(stack, UPDATABLE, 'updated');
    if (!PAUSED.has(stack.status) || isRollbackDisabled) return;
    throw invalid(`This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`);
  }

  private requireStatus({ id, status }: PlayedStack, allowed: ReadonlySet<string>, what: string): void {
    if (!allowed.has(status)) throw invalid(`Stack:${id} is in ${status} state and can not be ${what}.`);
  }
}

/** Events, the newest first. A page ends with the number of the older ones, which no later event changes. */
function eventsPage({ events }: PlayedStack, parameters: URLSearchParams) {
  const end = Number(parameters.get('NextToken') ?? events.length);
  const start = Math.max(0, end - PAGE_LENGTH);
  return { items: events.slice(start, end).toReversed(), nextToken: start === 0 ? undefined : String(start) };
}

/** A change set is named by its name, or by an ARN that ends with `changeSet/NAME/ID`. */
function changeSetName(parameters: URLSearchParams): string {
  const given = parameters.get('ChangeSetName') ?? '';
  return /:changeSet\/([^/]+)\//.exec(given)?.[1] ?? given;
}

function onStackFailureOf(given = 'ROLLBACK'): OnStackFailure {
  if (given === 'ROLLBACK' || given === 'DO_NOTHING' || given === 'DELETE') return given;
  throw invalid(`OnStackFailure must be ROLLBACK, DO_NOTHING or DELETE, not ${given}`);
}

function invalid(message: string): AwsFault {
  return new AwsFault('ValidationError', message);
}
