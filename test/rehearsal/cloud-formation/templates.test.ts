import { CreateChangeSetCommand, DescribeStackEventsCommand, DescribeStacksCommand, DetectStackDriftCommand, DeleteStackCommand, GetTemplateSummaryCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import type { JsonObject, JsonValue } from '../../../lib/json';
import { unplayableResources } from '../../../lib/rehearsal/cloud-formation/stack-template';
import { FakeTypes } from './fake-types';
import { PlayedAccount, STACK } from './played-account';

const THING = 'AWS::Test::Thing';

describe('a template is read as CloudFormation reads it', () => {
  let fakes: FakeTypes;
  let account: PlayedAccount;
  const propertiesOf = async (value: JsonValue, more: JsonObject = {}): Promise<JsonValue | undefined> => {
    expect(await account.create({ Resources: { A: { Type: THING }, Z: { Type: THING, DependsOn: 'A', Properties: { Value: value } } }, ...more })).toBe('CREATE_COMPLETE');
    return fakes.requests.at(-1)?.properties['Value'];
  };
  const refusal = (template: JsonObject): Promise<unknown> => account.client.send(new CreateChangeSetCommand({
    StackName: STACK, ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: JSON.stringify(template),
  }));

  beforeEach(async () => {
    fakes = new FakeTypes();
    account = await PlayedAccount.start([fakes.of(THING)]);
  });

  afterEach(() => account.stop());

  it.each<[string, JsonValue, JsonValue]>([
    ['Ref', { Ref: 'A' }, 'A-1'],
    ['Ref of a pseudo parameter', [{ Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::Partition' }, { Ref: 'AWS::StackName' }, { Ref: 'AWS::URLSuffix' }, { Ref: 'AWS::NoValue' }],
      ['ap-northeast-2', '123456789012', 'aws', 'lab', 'amazonaws.com']],
    ['AWS::NoValue', { Kept: 1, Left: { Ref: 'AWS::NoValue' } }, { Kept: 1 }],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['A', 'Endpoint.Address'] }, 'A-1.Endpoint.Address'],
    ['Fn::GetAtt in one text', { 'Fn::GetAtt': 'A.Arn' }, 'A-1.Arn'],
    ['Fn::Join', { 'Fn::Join': ['-', ['x', { Ref: 'A' }, 3]] }, 'x-A-1-3'],
    ['Fn::Sub', { 'Fn::Sub': '${A}/${A.Arn}/${!Kept}/${AWS::Region}' }, 'A-1/A-1.Arn/${Kept}/ap-northeast-2'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${V}', { V: { Ref: 'A' } }] }, 'A-1'],
    ['Fn::Select and Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    ['Fn::Cidr', { 'Fn::Cidr': ['10.11.0.0/16', 3, 8] }, ['10.11.0.0/24', '10.11.1.0/24', '10.11.2.0/24']],
    ['Condition as a word of IAM', { Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  ])('%s', async (_name, value, expected) => {
    expect(await propertiesOf(value)).toEqual(expected);
  });

  it('conditions and mappings decide what is made, and of what', async () => {
    expect(await account.create({
      Mappings: { Sizes: { 'ap-northeast-2': { size: 'm' } } },
      Conditions: { IsSeoul: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'ap-northeast-2'] }, IsNot: { 'Fn::Not': [{ Condition: 'IsSeoul' }] }, Both: { 'Fn::And': [{ Condition: 'IsSeoul' }, { Condition: 'IsNot' }] }, Any: { 'Fn::Or': [{ Condition: 'IsSeoul' }, { Condition: 'IsNot' }] } },
      Resources: {
        A: { Type: THING, Condition: 'Any', Properties: { Size: { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'size'] }, If: { 'Fn::If': ['IsNot', 'no', 'yes'] } } },
        B: { Type: THING, Condition: 'Both' },
      },
    })).toBe('CREATE_COMPLETE');
    expect(fakes.requests.map(({ properties }) => properties)).toEqual([{ Size: 'm', If: 'yes' }]);
  });

  it('parameters come from the caller, from SSM or from the template', async () => {
    account.ssm.set('/cdk-bootstrap/version', '30');
    const template = {
      Parameters: { Given: { Type: 'String' }, List: { Type: 'CommaDelimitedList', Default: 'a, b' }, BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' } },
      Resources: { A: { Type: THING, Properties: { All: [{ Ref: 'Given' }, { Ref: 'List' }, { Ref: 'BootstrapVersion' }] } } },
    };
    expect(await account.create(template, { Parameters: [{ ParameterKey: 'Given', ParameterValue: 'x' }] })).toBe('CREATE_COMPLETE');
    expect(fakes.requests[0]?.properties).toEqual({ All: ['x', ['a', 'b'], '30'] });
    expect((await account.described())?.Parameters).toContainEqual({ ParameterKey: 'BootstrapVersion', ParameterValue: '/cdk-bootstrap/version', ResolvedValue: '30' });
    const { ResourceTypes } = await account.client.send(new GetTemplateSummaryCommand({ StackName: STACK }));
    expect(ResourceTypes).toEqual([THING]);
  });

  const bootstrapRule = {
    Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' } },
    Rules: { CheckBootstrapVersion: { Assertions: [{ Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1', '2'], { Ref: 'BootstrapVersion' }] }] }, AssertDescription: 'CDK bootstrap stack version 6 required.' }] } },
    Resources: { A: { Type: THING } },
  };

  it('fails when the account is not bootstrapped, or by an old version', async () => {
    await expect(refusal(bootstrapRule)).rejects.toThrow('Unable to fetch parameters [/cdk-bootstrap/version] from parameter store for this account.');
    account.ssm.set('/cdk-bootstrap/version', '2');
    await expect(refusal(bootstrapRule)).rejects.toThrow('CDK bootstrap stack version 6 required.');
    account.ssm.set('/cdk-bootstrap/version', '30');
    await expect(refusal(bootstrapRule)).resolves.toBeDefined();
  });

  it.each<[string, JsonObject, string]>([
    ['a type is not played', { Resources: { Vpc: { Type: 'AWS::Unknown::Thing' } } }, 'Unrecognized resource types: [AWS::Unknown::Thing]. The rehearsal does not play Vpc (AWS::Unknown::Thing).'],
    ['a function is not played', { Resources: { A: { Type: THING, Properties: { X: { 'Fn::ImportValue': 'x' } } } } }, 'The rehearsal does not play A (Fn::ImportValue).'],
    ['a dynamic reference is not played', { Resources: { A: { Type: THING, Properties: { X: '{{resolve:secretsmanager:s}}' } } } }, 'A ({{resolve:secretsmanager:s}})'],
    ['an attribute is not played', { Resources: { A: { Type: THING, CreationPolicy: {} } } }, 'A (CreationPolicy)'],
    ['a section is not played', { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: { Type: THING } } }, 'The rehearsal does not play Transform.'],
    ['there are no resources', { Resources: {} }, 'At least one Resources member must be defined.'],
    ['a reference leads nowhere', { Resources: { A: { Type: THING, DependsOn: 'B', Properties: { X: { Ref: 'C' } } } } }, 'Unresolved resource dependencies [C, B]'],
    ['resources wait for each other', { Resources: { A: { Type: THING, DependsOn: 'B' }, B: { Type: THING, DependsOn: 'A' } } }, 'Circular dependency between resources: [A, B]'],
    ['a parameter has no value', { Parameters: { P: { Type: 'String' } }, Resources: { A: { Type: THING } } }, 'Parameters: [P] must have values'],
  ])('fails when %s, before anything is made', async (_name, template, message) => {
    await expect(refusal(template)).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(message) });
    await expect(account.client.send(new DescribeStacksCommand({ StackName: STACK }))).rejects.toThrow('does not exist');
    expect(fakes.calls).toEqual([]);
  });

  it('what cannot be played is known without a stack', () => {
    const template = { Resources: { A: { Type: THING }, B: { Type: 'AWS::Other::Thing' }, C: { Type: 'Custom::Anything' } } };
    expect(unplayableResources(template, [fakes.of(THING)])).toEqual([{ logicalId: 'B', type: 'AWS::Other::Thing', what: 'AWS::Other::Thing' }]);
  });

  it('events come in pages, the newest first, each once', async () => {
    await account.create({ Resources: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`A${index}`, { Type: THING }])) });
    const first = await account.client.send(new DescribeStackEventsCommand({ StackName: STACK }));
    const second = await account.client.send(new DescribeStackEventsCommand({ StackName: STACK, NextToken: first.NextToken }));
    const all = [...first.StackEvents ?? [], ...second.StackEvents ?? []];
    expect(second.NextToken).toBeUndefined();
    expect(all).toHaveLength(60 * 3 + 2);
    expect(new Set(all.map(({ EventId }) => EventId)).size).toBe(all.length);
    const moments = all.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
    expect(moments).toEqual(moments.toSorted((a, b) => b - a));
    expect(new Set(moments).size).toBe(moments.length);
  });

  it('fails when a protected stack is to be deleted, or something is asked that is not played', async () => {
    await account.create({ Resources: { A: { Type: THING } } });
    await account.client.send(new UpdateTerminationProtectionCommand({ StackName: STACK, EnableTerminationProtection: true }));
    await expect(account.client.send(new DeleteStackCommand({ StackName: STACK }))).rejects.toThrow('cannot be deleted while TerminationProtection is enabled');
    await expect(account.client.send(new DetectStackDriftCommand({ StackName: STACK }))).rejects.toMatchObject({ name: 'NotImplemented', message: expect.stringContaining('DetectStackDrift') });
  });
});
