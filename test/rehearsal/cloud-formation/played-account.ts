import {
  CloudFormationClient, CreateChangeSetCommand, CreateStackCommand, DeleteChangeSetCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, ExecuteChangeSetCommand, UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { isJsonObject, type JsonObject, parseJson, textAt } from '../../../lib/json';
import type { Account } from '../../../lib/rehearsal/account';
import { type AwsAnswer, faultAnswer, jsonAnswer } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, jsonBody, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { endToEndHeaders, passOn } from '../../../lib/rehearsal/aws-answers/aws-answers-server';
import { CloudFormation } from '../../../lib/rehearsal/cloud-formation/cloud-formation';
import type { ResourceType } from '../../../lib/rehearsal/cloud-formation/resource-type';
import { type Finding, Findings, readFindings } from '../../../lib/rehearsal/findings';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { sdkConfiguration } from '../aws-answers/answering';

export const STACK = 'lab';
const REGION = 'ap-northeast-2';

/** How an account is played. */
export interface PlayedAccountOptions {
  /** AWS seconds per real second. @default - waits take no time */
  readonly compression?: number;
  /** Loopback URL of moto, which answers all but CloudFormation and functions. @default - none, and SSM's parameters are the test's */
  readonly moto?: string;
}

/** An account with CloudFormation, and functions that do what a test says. */
export class PlayedAccount {
  /** Operations that CloudFormation was asked, in their order. */
  readonly operations: string[] = [];
  /** By name. */
  readonly ssm = new Map<string, string>();
  /** What functions were invoked with. */
  readonly invocations: JsonObject[] = [];
  /** Called with each event of a function. */
  onInvoke: (event: JsonObject) => void = () => undefined;
  /** ARNs of roles whose keys were asked for. */
  readonly assumed: string[] = [];
  readonly client: CloudFormationClient;

  private constructor(
    readonly endpoint: string, private readonly directory: string, private readonly service: CloudFormation, private readonly stopServer: () => Promise<void>,
    private readonly moto: string | undefined,
  ) {
    this.client = new CloudFormationClient(sdkConfiguration(endpoint, REGION));
  }

  static async start(types: readonly ResourceType[], { compression = Number.POSITIVE_INFINITY, moto }: PlayedAccountOptions = {}): Promise<PlayedAccount> {
    const server = createServer((incoming, outgoing) => {
      void buffer(incoming).then(async (body) => {
        const request = readAwsRequest({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers: incoming.headers, body });
        await played.respond(request, outgoing);
      }).catch(() => outgoing.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const directory = mkdtempSync(join(tmpdir(), 'played-account-'));
    const ended = new AbortController();
    const account: Account = {
      accountId: '123456789012', region: REGION, endpoint, moto: moto ?? endpoint, directory, compression,
      sessions: {
        assumeForService: ({ roleArn }) => {
          played.assumed.push(roleArn);
          if (roleArn.endsWith('/stranger')) return Promise.reject(new AwsFault('AccessDenied', 'cloudformation.amazonaws.com may not assume it', 403));
          return Promise.resolve({ accessKeyId: 'ASIAROLE', secretAccessKey: 'role', sessionToken: 'role', expiration: new Date(Date.now() + 3_600_000) });
        },
      },
      findings: new Findings(join(directory, 'findings.jsonl')),
      run: runContext({ signal: ended.signal }),
    };
    const played: PlayedAccount = new PlayedAccount(endpoint, directory, new CloudFormation(account, { types }), async () => {
      ended.abort();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }, moto);
    return played;
  }

  get findings(): readonly Finding[] {
    return readFindings(join(this.directory, 'findings.jsonl'));
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.stopServer();
    await this.service.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Makes a stack, and gives the status with which that ends. */
  async create(template: JsonObject, options: Partial<ConstructorParameters<typeof CreateStackCommand>[0]> = {}): Promise<string> {
    await this.client.send(new CreateStackCommand({ StackName: STACK, TemplateBody: JSON.stringify(template), ...options }));
    return this.untilStill();
  }

  async update(template: JsonObject, options: Partial<ConstructorParameters<typeof UpdateStackCommand>[0]> = {}): Promise<string> {
    await this.client.send(new UpdateStackCommand({ StackName: STACK, TemplateBody: JSON.stringify(template), ...options }));
    return this.untilStill();
  }

  async delete(options: Partial<ConstructorParameters<typeof DeleteStackCommand>[0]> = {}): Promise<string> {
    const id = await this.stackId();
    await this.client.send(new DeleteStackCommand({ StackName: STACK, ...options }));
    return this.untilStill(id);
  }

  /** Makes and executes a change set, as the CDK's toolkit does. */
  async deploy(kind: 'CREATE' | 'UPDATE', template: JsonObject, disableRollback = false): Promise<string> {
    const change = { StackName: STACK, ChangeSetName: 'cdk-deploy-change-set' };
    if (kind === 'UPDATE') await this.client.send(new DeleteChangeSetCommand(change));
    await this.client.send(new CreateChangeSetCommand({ ...change, ChangeSetType: kind, TemplateBody: JSON.stringify(template) }));
    await this.client.send(new ExecuteChangeSetCommand({ ...change, DisableRollback: disableRollback }));
    return this.untilStill();
  }

  async stackId(): Promise<string> {
    return (await this.described(STACK))?.StackId ?? '';
  }

  /** @returns the stack's status, once CloudFormation no longer works on it */
  async untilStill(stack = STACK): Promise<string> {
    return pollFor(async () => {
      const status = (await this.described(stack))?.StackStatus ?? '';
      return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS' ? undefined : status;
    }, { what: 'the stack is still', deadlineSeconds: 20, everySeconds: 0.01, describeMissing: () => [] });
  }

  async described(stack = STACK) {
    const { Stacks = [] } = await this.client.send(new DescribeStacksCommand({ StackName: stack }));
    return Stacks[0];
  }

  /** Events such as `A CREATE_COMPLETE`, the oldest first, with the reason where there is one. */
  async events(stack = STACK): Promise<readonly string[]> {
    const { StackEvents = [] } = await this.client.send(new DescribeStackEventsCommand({ StackName: stack }));
    return StackEvents.toReversed().map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
      [LogicalResourceId, ResourceStatus, ResourceStatusReason === undefined ? undefined : `(${ResourceStatusReason})`].filter((part) => part !== undefined).join(' '));
  }

  private async respond(request: AwsRequest, outgoing: ServerResponse): Promise<void> {
    const answer = await this.answer(request);
    if (answer !== undefined) {
      outgoing.writeHead(answer.status, { ...answer.headers }).end(answer.body);
      return;
    }
    const response = await passOn(request, new URL(this.moto ?? ''), new AbortController().signal);
    outgoing.writeHead(response.statusCode ?? 502, endToEndHeaders(response.headers));
    await pipeline(response, outgoing);
  }

  private async answer(request: AwsRequest): Promise<AwsAnswer | undefined> {
    try {
      if (request.service === 'cloudformation') this.operations.push(request.operation);
      const handling = await this.service.handlerOf(request)?.(request);
      if (handling !== undefined && 'answer' in handling) return handling.answer;
      return this.moto !== undefined && request.service !== 'lambda' ? undefined : this.otherAnswer(request);
    } catch (error) {
      return faultAnswer(request, error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500));
    }
  }

  private otherAnswer(request: AwsRequest): AwsAnswer {
    if (request.operation === 'GetParameter') {
      const name = textAt(jsonBody(request), 'Name') ?? '';
      const value = this.ssm.get(name);
      if (value === undefined) throw new AwsFault('ParameterNotFound', `Parameter ${name} not found.`);
      return jsonAnswer({ Parameter: { Name: name, Value: value } });
    }
    if (request.service === 'lambda') {
      const event = parseJson(request.body.toString('utf8'));
      if (!isJsonObject(event)) throw new AwsFault('InvalidRequestContentException', 'The event is no object.');
      if (textAt(event, 'ServiceToken')?.endsWith('missing') === true) throw new AwsFault('ResourceNotFoundException', 'Function not found', 404);
      this.invocations.push(event);
      this.onInvoke(event);
      return { status: 202, headers: {}, body: '' };
    }
    throw new AwsFault('NotImplemented', request.operation, 501);
  }
}
