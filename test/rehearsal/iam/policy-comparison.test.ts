import { synthLab } from '../../support/synth-lab';
import type { JsonObject, JsonValue } from '../../../lib/json';
import { type PolicyStatement, readPolicy } from '../../../lib/rehearsal/iam/policy-document';
import { evaluatePolicies } from '../../../lib/rehearsal/iam/policy-evaluation';
import { conditionKeys } from '../../../lib/rehearsal/iam/policy-text';
import { ACCOUNT, REGION, simulated, type SimulatedAccess, simulatedForService } from './simulated-access';
import { type TemplatePolicies, templatePolicies } from './template-policies';

let policies: TemplatePolicies;

beforeAll(async () => {
  const { synthesized } = await synthLab({ expiresAt: '2026-12-01T18:00+09:00' });
  policies = templatePolicies(synthesized);
});

/** Accesses that a statement means, and such as differ from them in one thing. */
function accessesNear({ actions, resources, conditions }: PolicyStatement): readonly SimulatedAccess[] {
  const right = actions.values.flatMap((action) => (resources?.values ?? ['*']).map((resource): SimulatedAccess => ({
    action: action.replace('*', 'Something'),
    resource: resource === '*' ? `arn:aws:made:${REGION}:${ACCOUNT}:thing/any` : resource.replace(':*:', `:${ACCOUNT}:`).replaceAll('*', 'x-1'),
    keys: Object.fromEntries(conditions.map(({ operator, key, values: [first = ''] }) => [key, operator.startsWith('For') ? [first] : first.replaceAll('*', 'some')])),
  })));
  return right.flatMap((access) => [
    access,
    { ...access, action: `${access.action}More` },
    { ...access, action: access.action.replace(':', ':Un') },
    { ...access, resource: access.resource.replace(/[^:/]+\/(?=[^/]*$)/, 'other/') },
    { ...access, resource: access.resource.replace(REGION, 'us-east-1') },
    { ...access, resource: access.resource.replace(ACCOUNT, '999999999999') },
    { ...access, keys: {} },
    ...conditions.flatMap(({ key }) => {
      const { [key]: value = '', ...others } = access.keys;
      const isList = typeof value !== 'string';
      return [
        { ...access, keys: others },
        { ...access, keys: { ...others, [key]: isList ? ['other'] : 'other' } },
        { ...access, keys: { ...others, [key]: isList ? [...value, 'other'] : value.toUpperCase() } },
        { ...access, keys: { ...others, [key]: isList ? [] : '' } },
        { ...access, keys: { ...others, [key.toUpperCase()]: value } },
      ];
    }),
  ]);
}

function ours(statements: readonly PolicyStatement[], { action, resource, keys }: SimulatedAccess): string {
  return evaluatePolicies(statements, { action, resource, keys: conditionKeys(keys) }).effect;
}

describe('the policies of the stack', () => {
  it('say to each access what an evaluator that is none of ours says', () => {
    const seen = { allowed: 0, explicitDeny: 0, implicitDeny: 0 };
    const different = policies.identity.flatMap(({ name, document }) => {
      const own = readPolicy(name, document);
      return own.flatMap((statement) => accessesNear(statement).flatMap((access) => {
        const expected = simulated(access, [document]);
        seen[expected] += 1;
        const effect = ours(own, access);
        return effect === expected ? [] : [{ name, sid: statement.name, access, effect, expected }];
      }));
    });

    expect(different).toEqual([]);
    expect(seen.allowed).toBeGreaterThan(100);
    expect(seen.implicitDeny).toBeGreaterThan(300);
  });

  it('let each statement allow the access that it means', () => {
    const meant = policies.identity.flatMap(({ name, document }) => readPolicy(name, document)).map((statement) => ({ statement: statement.name, effect: ours([statement], accessesNear(statement)[0]!) }));

    expect(meant.filter(({ effect }) => effect !== 'allowed')).toEqual([]);
  });
});

describe('the policy of the queue', () => {
  it('says to each service what an evaluator that is none of ours says, over HTTP and HTTPS', async () => {
    const [queue] = policies.queue;
    const statements = readPolicy('queue', queue?.document ?? {});
    const resource = statements[0]?.resources?.values[0] ?? '';
    const effects: string[] = [];
    for (const service of ['events.amazonaws.com', 'sqs.amazonaws.com', 'sns.amazonaws.com']) {
      for (const secure of ['true', 'false']) {
        for (const action of ['sqs:SendMessage', 'sqs:ReceiveMessage']) {
          const access: SimulatedAccess = { action, resource, keys: { 'aws:SecureTransport': secure } };
          const effect = evaluatePolicies(statements, { ...access, keys: conditionKeys(access.keys) }, { service }).effect;
          const expected = await simulatedForService(access, queue?.document ?? {}, service);
          expect({ service, access, effect }).toEqual({ service, access, effect: expected });
          effects.push(effect);
        }
      }
    }
    expect(new Set(effects)).toEqual(new Set(['allowed', 'explicitDeny', 'implicitDeny']));
  });
});

describe('the trust policies of the stack', () => {
  it('let in whom an evaluator that is none of ours lets in', async () => {
    const services = [...new Set(policies.trust.flatMap(({ document }) => readPolicy('trust', document)).flatMap(({ principals }) => principals === undefined || principals === '*' ? [] : principals.get('Service') ?? []))];
    expect(services).toEqual(expect.arrayContaining(['lambda.amazonaws.com', 'ec2.amazonaws.com', 'pods.eks.amazonaws.com', 'scheduler.amazonaws.com']));

    for (const { name, document } of policies.trust) {
      for (const service of services) {
        for (const sourceArn of [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/default`, 'arn:aws:scheduler:other']) {
          const access = { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/${name}`, keys: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': sourceArn } };
          const effect = evaluatePolicies(readPolicy(name, document), { ...access, keys: conditionKeys(access.keys) }, { service }).effect;
          expect({ name, service, sourceArn, effect }).toEqual({ name, service, sourceArn, effect: await simulatedForService(access, document, service) });
        }
      }
    }
  });
});

/** Numbers that are the same in every run. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describe('small policies made at random', () => {
  it('say what an evaluator that is none of ours says', () => {
    const random = pseudoRandom(10);
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const some = <T>(of: readonly T[]): T[] => of.filter(() => random() < 0.4);
    const RESOURCES = ['arn:aws:sqs:r:1:a', 'arn:aws:sqs:r:1:b', 'arn:aws:ec2:r:1:instance/i-1', 'arn:aws:ec2:r:1:volume/v-1'];
    const PATTERNS = [...RESOURCES, '*', 'arn:aws:sqs:r:1:*', 'arn:aws:ec2:*:*:instance/*', 'arn:aws:sqs:r:1:?', 'arn:aws:ec2:r:1:instance/${aws:PrincipalTag/id}'];
    const OPERATORS = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase', 'StringEqualsIfExists', 'StringNotEqualsIfExists', 'StringLikeIfExists'];
    const conditionMade = (): JsonObject => Object.fromEntries([
      ...(random() < 0.6 ? [[one(OPERATORS), { [one(['aws:RequestTag/a', 'aws:RequestTag/b'])]: one<JsonValue>(['x', ['x', 'y'], 'x*', '?', '*']) }]] : []),
      ...(random() < 0.3 ? [[`${one(['ForAllValues', 'ForAnyValue'])}:${one(['StringEquals', 'StringLike', 'StringNotEquals'])}`, { 'aws:TagKeys': one<JsonValue>(['a', ['a', 'b'], '*']) }]] : []),
      ...(random() < 0.2 ? [['Null', { 'aws:RequestTag/a': one(['true', 'false']) }]] : []),
      ...(random() < 0.2 ? [['Bool', { 'aws:SecureTransport': one(['true', 'false']) }]] : []),
    ] as [string, JsonValue][]);
    const statementMade = (): JsonObject => ({
      Effect: random() < 0.75 ? 'Allow' : 'Deny',
      [random() < 0.85 ? 'Action' : 'NotAction']: one<JsonValue>(['*', 'sqs:*', 'sqs:SendMessage', 'ec2:Run*', ['ec2:CreateTags', 'sqs:Send?essage']]),
      [random() < 0.85 ? 'Resource' : 'NotResource']: random() < 0.7 ? one(PATTERNS) : [one(PATTERNS), one(PATTERNS)],
      Condition: conditionMade(),
    });

    const seen = new Set<string>();
    for (let round = 0; round < 1500; round += 1) {
      const document: JsonObject = { Version: '2012-10-17', Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, statementMade) };
      const access: SimulatedAccess = {
        action: one(['sqs:SendMessage', 'ec2:RunInstances', 'ec2:CreateTags', 'sqs:sendmessage']),
        resource: one(RESOURCES),
        keys: {
          'aws:SecureTransport': one(['true', 'false']),
          ...Object.fromEntries(some(['a', 'b']).map((tag) => [`aws:RequestTag/${tag}`, one(['x', 'X', 'y', 'xyz', ''])])),
          ...(random() < 0.5 ? { 'aws:TagKeys': some(['a', 'b', 'c']) } : {}),
          'aws:PrincipalTag/id': one(['i-1', 'v-1', '*']),
        },
      };
      const effect = ours(readPolicy('random', document), access);
      expect({ document, access, effect }).toEqual({ document, access, effect: simulated(access, [document]) });
      seen.add(effect);
    }
    expect(seen).toEqual(new Set(['allowed', 'explicitDeny', 'implicitDeny']));
  });
});
