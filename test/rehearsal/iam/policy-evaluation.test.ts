import type { JsonObject } from '../../../lib/json';
import { readPolicy } from '../../../lib/rehearsal/iam/policy-document';
import { allowsEverything, type AskingPrincipal, evaluatePolicies, type PolicyDecision } from '../../../lib/rehearsal/iam/policy-evaluation';
import { conditionKeys } from '../../../lib/rehearsal/iam/policy-text';
import { ACCOUNT } from './simulated-access';

const INSTANCE = 'arn:aws:ec2:ap-northeast-2:123456789012:instance/i-1';

/** A policy of one statement, about terminating any instance unless it says otherwise. */
function policyOf(statement: JsonObject, version = '2012-10-17'): JsonObject {
  return { Version: version, Statement: [{ Sid: 'Tested', Effect: 'Allow', Action: 'ec2:TerminateInstances', Resource: '*', ...statement }] };
}

function decided(statements: readonly JsonObject[], asked: { action?: string; resource?: string; keys?: Record<string, string | readonly string[]> } = {}, principal?: AskingPrincipal): PolicyDecision {
  const { action = 'ec2:TerminateInstances', resource = INSTANCE, keys = {} } = asked;
  return evaluatePolicies(statements.flatMap((document) => readPolicy('Mine', document)), { action, resource, keys: conditionKeys(keys) }, principal);
}

describe('policies together', () => {
  it('allow what a statement allows, in any case of the action', () => {
    expect(decided([policyOf({ Action: 'EC2:terminate*' })])).toMatchObject({ effect: 'allowed', statement: { name: 'Tested', policy: 'Mine' } });
  });

  it('deny what no statement allows, and say so', () => {
    expect(decided([policyOf({})], { action: 'ec2:RunInstances' })).toEqual({ effect: 'implicitDeny', nearest: 'no statement allows ec2:RunInstances' });
  });

  it('deny what a statement denies, whatever another allows', () => {
    expect(decided([policyOf({}), policyOf({ Effect: 'Deny', Sid: 'Never' })])).toMatchObject({ effect: 'explicitDeny', statement: { name: 'Never' } });
  });

  it('say which statement came nearest: by its condition before by its resource', () => {
    const byTag = policyOf({ Sid: 'ByTag', Condition: { StringEquals: { 'aws:ResourceTag/owner': 'lab' } } });
    const elsewhere = policyOf({ Sid: 'Elsewhere', Resource: 'arn:aws:ec2:*:*:volume/*' });

    expect(decided([elsewhere]).nearest).toBe('Elsewhere of Mine allows it only on arn:aws:ec2:*:*:volume/*');
    expect(decided([elsewhere, byTag]).nearest).toBe('ByTag of Mine allows it only where aws:ResourceTag/owner StringEquals lab, and the request has no such key');
    expect(decided([byTag], { keys: { 'aws:ResourceTag/owner': 'you' } }).nearest).toBe('ByTag of Mine allows it only where aws:ResourceTag/owner StringEquals lab, and the request has you');
  });

  it('are unrestricted only where one allows all without a condition, and none denies', () => {
    const all = policyOf({ Action: '*' });
    const readable = (...policies: readonly JsonObject[]) => allowsEverything(policies.flatMap((policy) => readPolicy('Mine', policy)));

    expect(readable(all, policyOf({}))).toBe(true);
    expect(readable(all, policyOf({ Effect: 'Deny' }))).toBe(false);
    expect(readable(policyOf({ Action: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }))).toBe(false);
    expect(readable(policyOf({ Action: 'ec2:*' }))).toBe(false);
  });
});

describe('a statement', () => {
  it('is about all but the actions and resources that it excludes', () => {
    const others = policyOf({ Action: undefined as never, NotAction: 'ec2:RunInstances', Resource: undefined as never, NotResource: 'arn:aws:ec2:*:*:volume/*' });
    const document = JSON.parse(JSON.stringify(others)) as JsonObject;

    expect(decided([document]).effect).toBe('allowed');
    expect(decided([document], { action: 'ec2:RunInstances' }).effect).toBe('implicitDeny');
    expect(decided([document], { resource: 'arn:aws:ec2:ap-northeast-2:123456789012:volume/vol-1' }).effect).toBe('implicitDeny');
  });

  it('takes the dots and brackets of an ARN as what they are', () => {
    const one = policyOf({ Resource: 'arn:aws:s3:::a.b[c]/*' });

    expect(decided([one], { resource: 'arn:aws:s3:::a.b[c]/key' }).effect).toBe('allowed');
    expect(decided([one], { resource: 'arn:aws:s3:::axb[c]/key' }).effect).toBe('implicitDeny');
  });

  it('puts values of the request in place of variables, since version 2012-10-17', () => {
    const own = { Resource: 'arn:aws:s3:::home/${aws:userid}/*' };
    const asked = { resource: 'arn:aws:s3:::home/AROA:me/file', keys: { 'aws:userid': 'AROA:me' } };

    expect(decided([policyOf(own)], asked).effect).toBe('allowed');
    expect(decided([policyOf(own)], { ...asked, keys: { 'aws:userid': '*' } }).effect).toBe('implicitDeny');
    expect(decided([policyOf(own)], { ...asked, keys: {} }).effect).toBe('implicitDeny');
    expect(decided([policyOf(own, '2008-10-17')], asked).effect).toBe('implicitDeny');
  });
});

describe('a condition', () => {
  const where = (condition: JsonObject, keys: Record<string, string | readonly string[]>): string => decided([policyOf({ Condition: condition })], { keys }).effect;

  it.each([
    ['StringEquals', 'lab', 'lab', 'Lab'],
    ['StringNotEquals', 'lab', 'you', 'lab'],
    ['StringEqualsIgnoreCase', 'lab', 'LAB', 'labs'],
    ['StringLike', 'l?b*', 'labs', 'lb'],
    ['StringNotLike', 'l*', 'you', 'lab'],
    ['ArnLike', 'arn:aws:scheduler:*:1:schedule-group/*', 'arn:aws:scheduler:r:1:schedule-group/a:b', 'arn:aws:scheduler:r:2:schedule-group/a'],
    ['ArnEquals', 'arn:aws:sqs:r:1:q', 'arn:aws:sqs:r:1:q', 'arn:aws:sqs:r:1:q2'],
    ['ArnNotEquals', 'arn:aws:sqs:r:1:q', 'arn:aws:sqs:r:1:q2', 'arn:aws:sqs:r:1:q'],
    ['Bool', 'true', 'TRUE', 'false'],
  ])('of %s %s holds for %s and not for %s', (operator, written, good, bad) => {
    expect(where({ [operator]: { 'aws:RequestTag/k': written } }, { 'aws:requesttag/K': good })).toBe('allowed');
    expect(where({ [operator]: { 'aws:RequestTag/k': written } }, { 'aws:RequestTag/k': bad })).toBe('implicitDeny');
  });

  it('about a key that is not there holds with IfExists, and where it asks for what is not like it', () => {
    expect(where({ StringEquals: { 'aws:RequestTag/k': 'v' } }, {})).toBe('implicitDeny');
    expect(where({ StringEqualsIfExists: { 'aws:RequestTag/k': 'v' } }, {})).toBe('allowed');
    expect(where({ StringEqualsIfExists: { 'aws:RequestTag/k': 'v' } }, { 'aws:RequestTag/k': 'w' })).toBe('implicitDeny');
    expect(where({ StringNotEquals: { 'aws:RequestTag/k': 'v' } }, {})).toBe('allowed');
  });

  it('of Null asks whether a key is there', () => {
    expect(where({ Null: { 'sts:ExternalId': 'true' } }, {})).toBe('allowed');
    expect(where({ Null: { 'sts:ExternalId': 'true' } }, { 'sts:ExternalId': 'x' })).toBe('implicitDeny');
    expect(where({ Null: { 'sts:ExternalId': 'false' } }, { 'sts:ExternalId': 'x' })).toBe('allowed');
  });

  it('of all values holds for none, of any value does not', () => {
    const all = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } };
    const any = { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } };

    expect([where(all, {}), where(any, {})]).toEqual(['allowed', 'implicitDeny']);
    expect([where(all, { 'aws:TagKeys': ['a', 'c'] }), where(any, { 'aws:TagKeys': ['a', 'c'] })]).toEqual(['implicitDeny', 'allowed']);
    expect([where(all, { 'aws:TagKeys': ['b'] }), where(any, { 'aws:TagKeys': ['c'] })]).toEqual(['allowed', 'implicitDeny']);
  });

  it('takes a star in StringEquals as a star', () => {
    expect(where({ StringEquals: { 'aws:RequestTag/k': '*' } }, { 'aws:RequestTag/k': 'v' })).toBe('implicitDeny');
  });

  it.each([
    ['an operator that is not known', { NumericLessThan: { 'aws:RequestTag/k': '3' } }, 'Tested: the operator NumericLessThan'],
    ['a key that is not known and would let it pass', { StringNotEquals: { 'ec2:InstanceType': 'm5.large' } }, 'Tested: the key ec2:InstanceType'],
    ['several values without a quantifier', { StringEquals: { 'aws:TagKeys': 'a' } }, 'Tested: StringEquals of aws:TagKeys, which has several values'],
  ])('fails with %s', (_what, condition, message) => {
    expect(() => where(condition, { 'aws:TagKeys': ['a'] })).toThrow(`The rehearsal does not understand the policy Mine: ${message}`);
  });

  it('about a key that nobody knows refuses, as AWS does to a key that is spelt wrong', () => {
    expect(where({ StringEquals: { 'ec2:CreateActoin': 'RunInstances' } }, {})).toBe('implicitDeny');
  });

  it('fails when what a statement leaves out depends on a value that is not there', () => {
    const document = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::${aws:userid}' } };
    expect(() => decided([document])).toThrow('NotResource with a variable that the request gives no value');
  });

  it('fails when a statement that denies needs a key that is not known', () => {
    const denying = policyOf({ Effect: 'Deny', Condition: { StringEquals: { 'ec2:InstanceType': 'm5.large' } } });
    expect(() => decided([policyOf({}), denying])).toThrow('the key ec2:InstanceType');
  });
});

describe('a policy of a resource', () => {
  const role: AskingPrincipal = { arn: `arn:aws:iam::${ACCOUNT}:role/path/Mine`, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/Mine/me`, accountId: ACCOUNT };
  const trust = (principal: JsonObject | string): JsonObject => ({ Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' } });
  const asked = { action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/Other' };
  const letsIn = (principal: JsonObject | string, who: AskingPrincipal): boolean => decided([trust(principal)], asked, who).effect === 'allowed';

  it.each([
    ['its role', { AWS: `arn:aws:iam::${ACCOUNT}:role/path/Mine` }],
    ['its session', { AWS: ['arn:aws:iam::999999999999:root', `arn:aws:sts::${ACCOUNT}:assumed-role/Mine/me`] }],
    ['its account', { AWS: ACCOUNT }],
    ['the root of its account', { AWS: `arn:aws:iam::${ACCOUNT}:root` }],
    ['everybody in AWS', { AWS: '*' }],
    ['everybody', '*'],
  ])('lets a caller in by %s', (_what, principal) => {
    expect(letsIn(principal, role)).toBe(true);
  });

  it.each([
    ['another role', { AWS: `arn:aws:iam::${ACCOUNT}:role/Mine` }],
    ['another account', { AWS: '999999999999' }],
    ['a service', { Service: 'ec2.amazonaws.com' }],
  ])('does not let a caller in by %s', (_what, principal) => {
    expect(letsIn(principal, role)).toBe(false);
  });

  it('lets a service in by its own name only, and says whom it lets in', () => {
    expect(letsIn({ Service: ['ec2.amazonaws.com', 'eks.amazonaws.com'] }, { service: 'eks.amazonaws.com' })).toBe(true);
    expect(decided([trust({ Service: 'ec2.amazonaws.com' })], asked, { service: 'eks.amazonaws.com' }).nearest).toBe('statement 1 of Mine allows it only for ec2.amazonaws.com');
  });
});

describe('reading a policy', () => {
  it('takes it as IAM answers it: percent-encoded', () => {
    expect(readPolicy('Mine', encodeURIComponent(JSON.stringify(policyOf({}))))).toHaveLength(1);
  });

  it.each([
    ['an element that is not known', { Effects: 'Allow' }, 'Tested: the element Effects'],
    ['another effect', { Effect: 'allow' }, 'Tested: the Effect "allow"'],
    ['NotPrincipal', { NotPrincipal: '*' }, 'Tested: the element NotPrincipal'],
    ['two elements that exclude each other', { NotAction: 'a:b' }, 'Tested: both Action and NotAction'],
  ])('fails with %s', (_what, statement, message) => {
    expect(() => readPolicy('Mine', policyOf(statement))).toThrow(`The rehearsal does not understand the policy Mine: ${message}`);
  });
});
