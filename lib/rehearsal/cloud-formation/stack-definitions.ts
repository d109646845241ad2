import { DescribeAvailabilityZonesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { boundTo } from '../../aws/bound-client';
import { partitionOf } from '../../config/network-values';
import { type JsonValue, objectAt } from '../../json';
import type { Account, RoleCredentials } from '../account';
import { AwsFault } from '../aws-answers/aws-request';
import { queryList } from '../aws-answers/ec2-query';
import { INSTRUCTOR_CREDENTIALS } from '../iam/principals';
import type { EvaluationScope } from './evaluation';
import type { PlayedStack, StackDefinition } from './played-stack';
import type { ResourceCredentials, ResourceType } from './resource-type';
import { type GivenParameter, parameterValues, requireRules, stackParameters } from './stack-parameters';
import { readStackTemplate, type StackTemplate } from './stack-template';

/** Milliseconds for which keys must still be good to be used once more. */
const KEY_RESERVE_MS = 300_000;

/** Reads what a caller wants a stack to be made from. */
export class StackDefinitions {
  private readonly keys = new Map<string, RoleCredentials>();

  constructor(private readonly account: Account, private readonly types: readonly ResourceType[]) {}

  /**
   * What a request says of a stack. What it leaves out stays as it was.
   *
   * @throws AwsFault `ValidationError` for a template or a parameter that CloudFormation, or the rehearsal, refuses
   */
  async read(request: URLSearchParams, stack: PlayedStack): Promise<StackDefinition> {
    const before = stack.definition;
    const template = await this.template(request, before);
    const roleArn = request.get('RoleARN') ?? before?.roleArn;
    const credentials = await this.credentials(roleArn);
    const parameters = await stackParameters(template, givenParameters(request), before?.parameters ?? [], (name) => this.ssmParameter(name, credentials));
    const tags = membersIn(request, 'Tags');
    const definition: StackDefinition = {
      template,
      parameters,
      roleArn,
      tags: tags.length === 0 && before !== undefined ? before.tags : Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      capabilities: queryList(request, 'Capabilities.member'),
      zones: template.text.includes('Fn::GetAZs') ? await this.zones(credentials) : [],
    };
    requireRules(template, this.scope(stack, definition));
    return definition;
  }

  /**
   * The template that a request names, gives, or wants to keep.
   *
   * @throws AwsFault `ValidationError`
   */
  async template(request: URLSearchParams, before: StackDefinition | undefined): Promise<StackTemplate> {
    const url = request.get('TemplateURL');
    const text = request.get('TemplateBody') ?? (url === null ? undefined : await this.fetched(url));
    if (text !== undefined) return readStackTemplate(text, this.types);
    if (request.get('UsePreviousTemplate') === 'true' && before !== undefined) return before.template;
    throw new AwsFault('ValidationError', 'Either Template URL or Template Body must be specified.');
  }

  /** What the functions of a definition are worked out from. */
  scope(stack: PlayedStack, definition: StackDefinition): EvaluationScope {
    const { accountId, region } = this.account;
    const partition = partitionOf(region);
    const { body } = definition.template;
    const pseudo: readonly (readonly [string, JsonValue])[] = [
      ['AWS::AccountId', accountId], ['AWS::Region', region], ['AWS::Partition', partition], ['AWS::StackId', stack.id], ['AWS::StackName', stack.name],
      ['AWS::URLSuffix', partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'], ['AWS::NotificationARNs', []],
    ];
    return {
      parameters: new Map([...pseudo, ...parameterValues(definition.template, definition.parameters)]),
      mappings: objectAt(body, 'Mappings'),
      conditions: objectAt(body, 'Conditions'),
      zones: definition.zones,
      resourceOf: (logicalId) => {
        const state = stack.presentOf(logicalId);
        return state === undefined || state.physicalId === '' ? undefined : state;
      },
    };
  }

  /**
   * Keys with which CloudFormation works: those of the role that it was given, else the instructor's, whose calls come without one.
   *
   * @throws AwsFault `ValidationError` for a role that CloudFormation may not assume
   */
  async credentials(roleArn: string | undefined): Promise<ResourceCredentials> {
    if (roleArn === undefined) return INSTRUCTOR_CREDENTIALS;
    const { sessions, run } = this.account;
    const known = this.keys.get(roleArn);
    if (known !== undefined && known.expiration.getTime() - run.clock.now().getTime() > KEY_RESERVE_MS) return known;
    try {
      const keys = await sessions.assumeForService({ roleArn, service: 'cloudformation.amazonaws.com', sessionName: 'AWSCloudFormation' });
      this.keys.set(roleArn, keys);
      return keys;
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      throw new AwsFault('ValidationError', `Role ${roleArn} is invalid or cannot be assumed (${error.code}: ${error.message})`);
    }
  }

  /** Whatever the host, the URL of the account's S3 ends with the key, and has the bucket in front of it or in its host. */
  private async fetched(url: string): Promise<string> {
    const { hostname, pathname } = new URL(url);
    const host = /^(.+)\.s3[.-]/.exec(hostname)?.[1];
    const [first = '', ...rest] = decodeURIComponent(pathname).slice(1).split('/');
    const { moto, region, run } = this.account;
    const s3 = boundTo(run.signal, new S3Client({ endpoint: moto, region, credentials: INSTRUCTOR_CREDENTIALS, forcePathStyle: true }));
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: host ?? first, Key: (host === undefined ? rest : [first, ...rest]).join('/') }));
      return await Body?.transformToString() ?? '';
    } catch (error) {
      run.signal.throwIfAborted();
      throw new AwsFault('ValidationError', `S3 error: ${error instanceof Error ? error.message : String(error)} (${url})`);
    } finally {
      s3.destroy();
    }
  }

  private async ssmParameter(name: string, credentials: ResourceCredentials): Promise<string | undefined> {
    const { endpoint, region, run } = this.account;
    const ssm = boundTo(run.signal, new SSMClient({ endpoint, region, credentials }));
    try {
      return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
      run.signal.throwIfAborted();
      throw new AwsFault('ValidationError', error instanceof Error ? error.message : String(error));
    } finally {
      ssm.destroy();
    }
  }

  private async zones(credentials: ResourceCredentials): Promise<readonly string[]> {
    const { endpoint, region, run } = this.account;
    const ec2 = boundTo(run.signal, new EC2Client({ endpoint, region, credentials }));
    try {
      const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
      return AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? []);
    } finally {
      ec2.destroy();
    }
  }
}

/** The structures that a request writes as `NAME.member.1.FIELD`, in the order of their numbers. */
function membersIn(request: URLSearchParams, name: string): readonly Readonly<Record<string, string>>[] {
  const members = new Map<number, Record<string, string>>();
  for (const [key, value] of request) {
    const [, number, field] = new RegExp(`^${name}\\.member\\.(\\d+)\\.(\\w+)$`).exec(key) ?? [];
    if (number === undefined || field === undefined) continue;
    members.set(Number(number), { ...members.get(Number(number)), [field]: value });
  }
  return [...members].toSorted(([a], [b]) => a - b).map(([, member]) => member);
}

function givenParameters(request: URLSearchParams): readonly GivenParameter[] {
  return membersIn(request, 'Parameters').map(({ ParameterKey = '', ParameterValue, UsePreviousValue }) => ({
    key: ParameterKey, value: ParameterValue, usesPreviousValue: UsePreviousValue === 'true',
  }));
}
