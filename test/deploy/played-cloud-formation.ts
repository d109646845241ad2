import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type AwsAnswer, faultAnswer, queryAnswer, xmlElement, type XmlElement } from '../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, readAwsRequest } from '../../lib/rehearsal/aws-answers/aws-request';
import { endToEndHeaders, passOn } from '../../lib/rehearsal/aws-answers/aws-answers-server';
import { sdkConfiguration } from '../rehearsal/aws-answers/answering';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** What is played, and before which moto. */
export interface PlayedCloudFormationOptions {
  /** Loopback URL of moto, which answers every other service. */
  readonly moto: string;
  readonly stackName: string;
}

/**
 * CloudFormation of one stack, before a moto that has none. It fetches the template of a change set from moto's bucket as
 * CloudFormation does, and makes nothing of it: a stack that it completes says nothing about the lab.
 */
export class PlayedCloudFormation {
  /** Operations that it was asked, in their order. */
  readonly operations: string[] = [];
  /** The template that was given, byte for byte. */
  template: string | undefined;
  /** Whether the last change set was executed without rollback. */
  isRollbackDisabled: boolean | undefined;
  /** Whether a stack stops half made, as it does without rollback. */
  isHalfMade = false;
  /** Whether a stack goes on being made for ever. */
  isEndless = false;
  private status: string | undefined;
  private readonly s3: S3Client;
  private readonly stackId: string;
  private readonly events: XmlElement[] = [];
  private readonly server = createServer((incoming, outgoing) => {
    void buffer(incoming).then(async (body) => {
      const request = readAwsRequest({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers: incoming.headers, body });
      if (request.service !== 'cloudformation') return this.forward(request, outgoing);
      this.operations.push(request.operation);
      const { status, headers, body: answer } = await this.answer(request).catch((error: unknown) => faultAnswer(request, faultOf(error)));
      outgoing.writeHead(status, headers).end(answer);
    }).catch(() => outgoing.destroy());
  });

  private constructor(private readonly options: PlayedCloudFormationOptions) {
    this.stackId = `arn:aws:cloudformation:ap-northeast-2:123456789012:stack/${options.stackName}/1`;
    this.s3 = new S3Client({ ...sdkConfiguration(options.moto), forcePathStyle: true });
  }

  static async start(options: PlayedCloudFormationOptions): Promise<PlayedCloudFormation> {
    const played = new PlayedCloudFormation(options);
    played.server.listen(0, '127.0.0.1');
    await once(played.server, 'listening');
    return played;
  }

  /** What goes into `AWS_ENDPOINT_URL`. */
  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    this.s3.destroy();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async answer(request: AwsRequest): Promise<AwsAnswer> {
    const result = await this.resultOf(request);
    return queryAnswer(request.operation, result, NAMESPACE);
  }

  private async resultOf({ operation, parameters }: AwsRequest): Promise<readonly XmlElement[]> {
    const changeSet = [xmlElement('Id', `${this.stackId}/change-set`), xmlElement('StackId', this.stackId)];
    switch (operation) {
      case 'CreateChangeSet':
        this.template = await this.fetched(parameters.get('TemplateURL') ?? '');
        this.turns('REVIEW_IN_PROGRESS');
        return changeSet;
      case 'DescribeChangeSet': return [
        xmlElement('ChangeSetName', parameters.get('ChangeSetName') ?? ''), xmlElement('ChangeSetId', `${this.stackId}/change-set`),
        xmlElement('StackId', this.stackId), xmlElement('StackName', this.options.stackName), xmlElement('Status', 'CREATE_COMPLETE'),
        xmlElement('ExecutionStatus', 'AVAILABLE'), xmlElement('CreationTime', new Date().toISOString()),
      ];
      case 'ExecuteChangeSet':
        this.isRollbackDisabled = parameters.get('DisableRollback') === 'true';
        this.turns('CREATE_IN_PROGRESS');
        if (!this.isEndless) this.turns(this.isHalfMade ? 'CREATE_FAILED' : 'CREATE_COMPLETE');
        return [];
      case 'DeleteChangeSet': return [];
      case 'DescribeStacks': return [xmlElement('Stacks', [xmlElement('member', [
        xmlElement('StackId', this.stackId), xmlElement('StackName', this.options.stackName),
        xmlElement('CreationTime', new Date().toISOString()), xmlElement('StackStatus', this.existing()),
      ])])];
      case 'DescribeStackEvents':
        this.existing();
        return [xmlElement('StackEvents', this.events)];
      case 'GetTemplate':
        this.existing();
        return [xmlElement('TemplateBody', this.template ?? '')];
      default: throw new AwsFault('NotImplemented', `${operation} is not played`, 501);
    }
  }

  private existing(): string {
    if (this.status === undefined) throw new AwsFault('ValidationError', `Stack with id ${this.options.stackName} does not exist`, 400);
    return this.status;
  }

  /** The newest event first, as CloudFormation gives them. */
  private turns(status: string): void {
    this.status = status;
    this.events.unshift(xmlElement('member', [
      xmlElement('EventId', String(this.events.length)), xmlElement('StackId', this.stackId), xmlElement('StackName', this.options.stackName),
      xmlElement('LogicalResourceId', this.options.stackName), xmlElement('PhysicalResourceId', this.stackId), xmlElement('ResourceType', STACK_TYPE),
      xmlElement('ResourceStatus', status), xmlElement('Timestamp', new Date().toISOString()),
    ]));
  }

  /** An object of moto's: the path of its URL is bucket and key, whatever the host. */
  private async fetched(url: string): Promise<string> {
    const [, bucket, ...key] = new URL(url).pathname.split('/');
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key.join('/') }));
    return await Body?.transformToString() ?? '';
  }

  private async forward(request: AwsRequest, outgoing: ServerResponse): Promise<void> {
    const response = await passOn(request, new URL(this.options.moto), new AbortController().signal);
    outgoing.writeHead(response.statusCode ?? 502, endToEndHeaders(response.headers));
    await pipeline(response, outgoing);
  }
}

function faultOf(error: unknown): AwsFault {
  return error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500);
}
