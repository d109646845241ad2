import { referencesIn } from '../../lib/assembly/intrinsics';
import type { JsonValue } from '../../lib/json';
import { resource, stackOf } from './small-lab';

const stack = stackOf({
  Queue: resource('AWS::SQS::Queue', { QueueName: 'lab' }),
  Unnamed: resource('AWS::SQS::Queue'),
  Cluster: resource('AWS::EKS::Cluster', { Name: 'lab-cluster' }),
  Role: resource('AWS::IAM::Role', { RoleName: 'lab-role' }),
});

describe('resolving intrinsic functions', () => {
  test.each<[string, JsonValue, JsonValue | undefined]>([
    ['the region is the stack\'s', { Ref: 'AWS::Region' }, 'ap-northeast-2'],
    ['the stack has a name', { Ref: 'AWS::StackName' }, 'Lab'],
    ['the account stays a placeholder', { Ref: 'AWS::AccountId' }, '${AWS::AccountId}'],
    ['no value removes itself', { Ref: 'AWS::NoValue' }, undefined],
    ['no value removes its property', { kept: 1, gone: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
    ['no value removes its item', [1, { Ref: 'AWS::NoValue' }], [1]],
    ['a literal name is known', { Ref: 'Cluster' }, 'lab-cluster'],
    ['a reference to a queue is its URL, which is not known', { Ref: 'Queue' }, '${Queue}'],
    ['a literal attribute is known', { 'Fn::GetAtt': ['Queue', 'QueueName'] }, 'lab'],
    ['an attribute may be written with a dot', { 'Fn::GetAtt': 'Queue.QueueName' }, 'lab'],
    ['an attribute of a generated name stays a placeholder', { 'Fn::GetAtt': ['Unnamed', 'QueueName'] }, '${Unnamed.QueueName}'],
    ['other attributes stay placeholders', { 'Fn::GetAtt': ['Role', 'Arn'] }, '${Role.Arn}'],
    ['joins join what is known and what is not', { 'Fn::Join': ['-', ['a', { Ref: 'Role' }, { Ref: 'Queue' }]] }, 'a-lab-role-${Queue}'],
    ['joins keep numbers', { 'Fn::Join': ['', ['{"n":', 1, '}']] }, '{"n":1}'],
    ['a join of a list that is not known stays a placeholder', { 'Fn::Join': [',', { Ref: 'Queue' }] }, '${Fn::Join}'],
    ['substitutions resolve names and attributes', { 'Fn::Sub': '${Role}:${Queue.QueueName}:${AWS::Region}' }, 'lab-role:lab:ap-northeast-2'],
    ['substitutions have variables of their own', { 'Fn::Sub': ['${X}/${Role}', { X: { Ref: 'Cluster' } }] }, 'lab-cluster/lab-role'],
    ['substitutions keep what is escaped', { 'Fn::Sub': '${!Literal}' }, '${Literal}'],
    ['selections of a known list are known', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    ['selections of zones stay placeholders', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, '${Fn::Select}'],
    ['splits of a known text are known', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Cluster' }] }] }, 'cluster'],
    ['splits of a placeholder stay one', { 'Fn::Split': ['.', { Ref: 'Queue' }] }, '${Fn::Split}'],
    ['functions that only CloudFormation knows stay placeholders', { 'Fn::ImportValue': 'x' }, '${Fn::ImportValue}'],
    ['an object with a key of that form beside others is plain', { Ref: 'Role', other: 1 }, { Ref: 'Role', other: 1 }],
  ])('%s', (_case, value, expected) => {
    expect(stack.resolve(value)).toEqual(expected);
  });
});

describe('finding references', () => {
  test.each<[string, JsonValue, readonly string[]]>([
    ['by Ref', { a: [{ Ref: 'X' }] }, ['X']],
    ['by attribute', { 'Fn::GetAtt': ['X', 'Arn'] }, ['X']],
    ['by attribute with a dot', { 'Fn::GetAtt': 'X.Outputs.Y' }, ['X']],
    ['in a join', { 'Fn::Join': ['', ['a', { Ref: 'X' }, { 'Fn::GetAtt': ['Y', 'Arn'] }]] }, ['X', 'Y']],
    ['in a substitution, but not its variables or what is escaped', { 'Fn::Sub': ['${X}${Y.Arn}${V}${!Z}', { V: { Ref: 'W' } }] }, ['X', 'Y', 'W']],
    ['in no text that only looks like one', 'Ref: X', []],
  ])('%s', (_case, value, expected) => {
    expect([...referencesIn(value)]).toEqual(expected);
  });
});
