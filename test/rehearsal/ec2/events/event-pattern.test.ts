import type { JsonObject } from '../../../../lib/json';
import { readEventPattern } from '../../../../lib/rehearsal/ec2/events/event-pattern';

const EVENT: JsonObject = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: ['arn:aws:ec2:ap-northeast-2:123456789012:instance/i-1', 'other'],
  detail: { state: 'stopping', count: 3, isLast: true },
};

const wants = (pattern: JsonObject): boolean => readEventPattern(JSON.stringify(pattern))(EVENT);

describe('the pattern of a rule', () => {
  it.each<readonly [string, JsonObject]>([
    ['values of which the event has one', { source: ['aws.health', 'aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] }],
    ['values in objects', { detail: { state: ['stopping'] } }],
    ['numbers and booleans', { detail: { count: [3], isLast: [true] } }],
    ['a prefix', { source: [{ prefix: 'aws.' }] }],
    ['a value of which the event has a list', { resources: ['other'] }],
    ['a key that is there', { detail: { state: [{ exists: true }] } }],
    ['a key that is not there', { detail: { reason: [{ exists: false }] }, more: { deep: [{ exists: false }] } }],
  ])('wants an event by %s', (_what, pattern) => {
    expect(wants(pattern)).toBe(true);
  });

  it.each<readonly [string, JsonObject]>([
    ['is misspelt', { 'detail-type': ['C2 Instance State-change Notification'] }],
    ['differs in one of its fields', { source: ['aws.ec2'], detail: { state: ['terminated'] } }],
    ['has another prefix', { source: [{ prefix: 'aws.h' }] }],
    ['is of another type', { detail: { count: ['3'] } }],
    ['names a key that is absent', { detail: { reason: ['x'] } }],
    ['wants a key to be absent', { detail: { state: [{ exists: false }] } }],
  ])('fails when it %s', (_what, pattern) => {
    expect(wants(pattern)).toBe(false);
  });

  it.each<readonly [string, string, string]>([
    ['an operator that is not played', '{"source":[{"anything-but":"aws.ec2"}]}', 'anything-but'],
    ['an alternative of keys', '{"$or":[{"source":["a"]},{"source":["b"]}]}', '$or'],
    ['a value without its array', '{"source":"aws.ec2"}', '"source" must be an object or an array'],
    ['an empty array', '{"source":[]}', 'empty array'],
    ['no JSON', '{', 'not JSON'],
    ['no object', '[]', 'not an object'],
  ])('fails when it has %s', (_what, pattern, message) => {
    expect(() => readEventPattern(pattern)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException', message: expect.stringContaining(message) as string }));
  });
});
