import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject, numberAt, objectAt, parseJson, textAt, valueAt } from '../../json';
import type { Account } from '../account';
import type { Handling } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest, jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import type { CodeStore } from './code-store';
import type { FunctionsOptions } from './functions-options';
import { Invocations } from './invocations';
import { answered, done, invalidParameter, notPlayedByLambda, resourceNotFound } from './lambda-answers';
import { Layers } from './layers';
import { HyperplaneInterfaces } from './network-interfaces';
import { functionConfiguration, functionSettings, listAt, type PlayedFunction, textsAt } from './played-function';
import { assumedByLambda } from './role-keys';

/** AWS seconds for which a new function, or a changed one, is not ready. In a VPC, Lambda makes an interface first. */
const PENDING_SECONDS = 4;
const PENDING_IN_VPC_SECONDS = 100;

/** Answers Lambda's API as far as a deployment and its functions use it. */
export class LambdaApi {
  private readonly functions = new Map<string, PlayedFunction>();
  private readonly layers: Layers;
  private readonly invocations: Invocations;
  private readonly interfaces: HyperplaneInterfaces;

  constructor(private readonly account: Account, options: FunctionsOptions, private readonly codeStore: CodeStore) {
    this.layers = new Layers(account, codeStore);
    this.interfaces = new HyperplaneInterfaces(account);
    this.invocations = new Invocations(account, options, (lambda) => this.functions.get(lambda.name) === lambda);
  }

  get routes(): Readonly<Record<string, RestHandler>> {
    const list: RestHandler = () => answered({ Functions: [...this.functions.values()].map((lambda) => functionConfiguration(lambda)) });
    return {
      ...this.layers.routes,
      'POST /2015-03-31/functions': (request) => this.create(request),
      'GET /2015-03-31/functions': list,
      'GET /2015-03-31/functions/': list,
      'GET /2015-03-31/functions/{name}': (_request, { name }) => {
        const lambda = this.find(name);
        return answered({ Configuration: functionConfiguration(lambda), Code: { RepositoryType: 'S3' }, Tags: Object.fromEntries(lambda.tags) });
      },
      'GET /2015-03-31/functions/{name}/configuration': (_request, { name }) => answered(functionConfiguration(this.find(name))),
      'PUT /2015-03-31/functions/{name}/configuration': (request, { name }) => this.updateConfiguration(request, this.find(name)),
      'PUT /2015-03-31/functions/{name}/code': (request, { name }) => this.updateCode(request, this.find(name)),
      'DELETE /2015-03-31/functions/{name}': (_request, { name }) => this.delete(this.find(name)),
      'POST /2015-03-31/functions/{name}/invocations': (request, { name }) => this.invoke(request, this.find(name)),
      'GET /2015-03-31/functions/{name}/policy': (_request, { name }) => this.policy(this.find(name)),
      'POST /2015-03-31/functions/{name}/policy': (request, { name }) => this.addPermission(jsonBody(request), this.find(name)),
      'DELETE /2015-03-31/functions/{name}/policy/{id}': (_request, { name, id = '' }) => {
        if (!this.find(name).permissions.delete(id)) throw resourceNotFound(`Statement ${id} is not found in resource policy.`);
        return done();
      },
      'GET /2019-09-25/functions/{name}/event-invoke-config': (_request, { name }) => eventInvokeConfig(this.find(name)),
      'PUT /2019-09-25/functions/{name}/event-invoke-config': (request, { name }) => this.putEventInvokeConfig(jsonBody(request), this.find(name)),
      'DELETE /2019-09-25/functions/{name}/event-invoke-config': (_request, { name }) => {
        this.find(name).eventInvokeConfig = undefined;
        return done();
      },
      'GET /2017-03-31/tags/{arn}': (_request, { arn }) => answered({ Tags: Object.fromEntries(this.find(arn).tags) }),
      'POST /2017-03-31/tags/{arn}': (request, { arn }) => {
        const { tags } = this.find(arn);
        for (const [key, value] of Object.entries(textsAt(jsonBody(request), 'Tags'))) tags.set(key, value);
        return done();
      },
      'DELETE /2017-03-31/tags/{arn}': ({ target }, { arn }) => {
        const { tags } = this.find(arn);
        for (const key of new URL(target, 'http://lambda').searchParams.getAll('tagKeys')) tags.delete(key);
        return done();
      },
    };
  }

  /** Ends all execution environments. */
  async close(): Promise<void> {
    this.interfaces.close();
    await this.invocations.close();
  }

  /**
   * The function by its name or ARN.
   *
   * @throws AwsFault `ResourceNotFoundException`
   */
  private find(nameOrArn = ''): PlayedFunction {
    const parts = nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(6) : nameOrArn.split(':');
    const [name = '', qualifier = '$LATEST'] = parts;
    const found = this.functions.get(name);
    if (found === undefined || qualifier !== '$LATEST') throw resourceNotFound(`Function not found: ${this.arn(parts.join(':'))}`);
    return found;
  }

  private arn(name: string): string {
    return `arn:aws:lambda:${this.account.region}:${this.account.accountId}:function:${name}`;
  }

  private async create(request: AwsRequest): Promise<Handling> {
    const body = jsonBody(request);
    const name = textAt(body, 'FunctionName') ?? '';
    if (!/^[\w-]{1,64}$/.test(name)) throw invalidParameter(`Value '${name}' at 'functionName' failed to satisfy constraint: up to 64 letters, digits, hyphens and underscores`);
    if (this.functions.has(name)) throw new AwsFault('ResourceConflictException', `Function already exist: ${name}`, 409);
    for (const property of ['FileSystemConfigs', 'ImageConfig', 'SnapStart']) {
      if (valueAt(body, property) !== undefined) throw notPlayedByLambda(`${property} of functions`);
    }
    const settings = functionSettings(name, body);
    const layerCode = this.layers.codeOf(settings.layers);
    const lambda: PlayedFunction = {
      name,
      arn: this.arn(name),
      settings,
      code: await this.codeStore.fetch(request, objectAt(body, 'Code')),
      layerCode,
      revisionId: randomUUID(),
      lastModified: this.account.run.clock.now(),
      state: 'Pending',
      lastUpdateStatus: 'Successful',
      tags: new Map(Object.entries(textsAt(body, 'Tags'))),
      permissions: new Map(),
    };
    await this.interfaces.join(lambda, await assumedByLambda(this.account, settings.role, name));
    this.functions.set(name, lambda);
    this.settle(lambda, settings.network === undefined ? PENDING_SECONDS : PENDING_IN_VPC_SECONDS);
    return answered(functionConfiguration(lambda), 201);
  }

  private async updateConfiguration(request: AwsRequest, lambda: PlayedFunction): Promise<Handling> {
    refuseWhileChanging(lambda);
    const settings = functionSettings(lambda.name, jsonBody(request), lambda.settings);
    const layerCode = this.layers.codeOf(settings.layers);
    const credentials = await assumedByLambda(this.account, settings.role, lambda.name);
    if (JSON.stringify(settings.network) !== JSON.stringify(lambda.settings.network)) {
      this.interfaces.leave(lambda.name);
      await this.interfaces.join({ name: lambda.name, settings }, credentials);
    }
    lambda.settings = settings;
    lambda.layerCode = layerCode;
    return this.change(lambda);
  }

  private async updateCode(request: AwsRequest, lambda: PlayedFunction): Promise<Handling> {
    refuseWhileChanging(lambda);
    const body = jsonBody(request);
    lambda.code = await this.codeStore.fetch(request, body);
    if (valueAt(body, 'Architectures') !== undefined) lambda.settings = { ...lambda.settings, architectures: listAt(body, 'Architectures') };
    return this.change(lambda);
  }

  /** Ends what runs the old code or settings, once it is free. */
  private async change(lambda: PlayedFunction): Promise<Handling> {
    lambda.revisionId = randomUUID();
    lambda.lastModified = this.account.run.clock.now();
    lambda.lastUpdateStatus = 'InProgress';
    await this.invocations.endIdle(lambda);
    this.settle(lambda, PENDING_SECONDS);
    return answered(functionConfiguration(lambda));
  }

  private settle(lambda: PlayedFunction, seconds: number): void {
    setTimeout(() => {
      lambda.state = 'Active';
      lambda.lastUpdateStatus = 'Successful';
    }, seconds * 1000 / this.account.compression).unref();
  }

  private async delete(lambda: PlayedFunction): Promise<Handling> {
    this.functions.delete(lambda.name);
    this.interfaces.leave(lambda.name);
    await this.invocations.endIdle(lambda);
    return done();
  }

  private async invoke(request: AwsRequest, lambda: PlayedFunction): Promise<Handling> {
    const requestId = randomUUID();
    const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
    const payload = request.body.length === 0 ? '{}' : request.body.toString('utf8');
    try {
      parseJson(payload);
    } catch {
      throw new AwsFault('InvalidRequestContentException', 'Could not parse request body into json.');
    }
    if (lambda.state === 'Pending') {
      throw new AwsFault('ResourceConflictException', 'The operation cannot be performed at this time. The function is currently in the following state: Pending', 409);
    }
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return { answer: { status: 204, headers, body: '' } };
    if (type === 'Event') {
      // It fails only when the account ends.
      void this.invocations.invokeLater(lambda, payload, requestId).catch(() => undefined);
      return { answer: { status: 202, headers, body: '' } };
    }
    const result = await this.invocations.invoke(lambda, payload, requestId);
    return {
      answer: {
        status: 200,
        headers: {
          ...headers,
          'x-amz-executed-version': '$LATEST',
          ...(result.hasFailed ? { 'x-amz-function-error': 'Unhandled' } : {}),
          ...(request.headers['x-amz-log-type'] === 'Tail' ? { 'x-amz-log-result': Buffer.from(result.log).toString('base64') } : {}),
        },
        body: result.payload,
        note: result.hasFailed ? `${lambda.name} failed: ${textAt(parseJson(result.payload), 'errorMessage')}` : undefined,
      },
    };
  }

  private policy(lambda: PlayedFunction): Handling {
    if (lambda.permissions.size === 0) throw resourceNotFound();
    return answered({ Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [...lambda.permissions.values()] }), RevisionId: lambda.revisionId });
  }

  private addPermission(body: JsonObject, lambda: PlayedFunction): Handling {
    const id = textAt(body, 'StatementId') ?? '';
    if (lambda.permissions.has(id)) throw new AwsFault('ResourceConflictException', `The statement id (${id}) provided already exists.`, 409);
    const principal = textAt(body, 'Principal') ?? '';
    const sourceArn = textAt(body, 'SourceArn');
    const sourceAccount = textAt(body, 'SourceAccount');
    const statement: JsonObject = {
      Sid: id,
      Effect: 'Allow',
      Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
      Action: textAt(body, 'Action') ?? '',
      Resource: lambda.arn,
      ...(sourceArn === undefined && sourceAccount === undefined ? {} : {
        Condition: {
          ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
          ...(sourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
        },
      }),
    };
    lambda.permissions.set(id, statement);
    return answered({ Statement: JSON.stringify(statement) }, 201);
  }

  private putEventInvokeConfig(body: JsonObject, lambda: PlayedFunction): Handling {
    const destinations = valueAt(body, 'DestinationConfig');
    if (isJsonObject(destinations) && Object.keys(destinations).length > 0) throw notPlayedByLambda('destinations of functions');
    lambda.eventInvokeConfig = { maximumRetryAttempts: numberAt(body, 'MaximumRetryAttempts') ?? 2, lastModified: this.account.run.clock.now() };
    return eventInvokeConfig(lambda);
  }
}

function eventInvokeConfig({ arn, eventInvokeConfig: config }: PlayedFunction): Handling {
  if (config === undefined) throw resourceNotFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return answered({ FunctionArn: `${arn}:$LATEST`, MaximumRetryAttempts: config.maximumRetryAttempts, LastModified: config.lastModified.getTime() / 1000 });
}

/** A function that is created or changed takes no other change meanwhile. */
function refuseWhileChanging({ arn, state, lastUpdateStatus }: PlayedFunction): void {
  if (state === 'Active' && lastUpdateStatus === 'Successful') return;
  throw new AwsFault('ResourceConflictException', `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`, 409);
}
