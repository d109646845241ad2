import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Policy {
  readonly Properties: {
    readonly ManagedPolicyName: string;
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  };
}

/** A statement in the notation of the reference: lists in order, tokens by their name. */
interface ReferenceStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: unknown;
}

/** Upstream's reference, restated; the file says of which release. */
const REFERENCE = JSON.parse(readFileSync(resolve(__dirname, '../fixtures/karpenter-iam.json'), 'utf8')) as {
  readonly policies: Readonly<Record<string, Readonly<Record<string, ReferenceStatement>>>>;
};

const CLUSTER = 'karpenter-lab';

/** Writes a template's value in the notation of the reference. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === 'string') return value.replaceAll(CLUSTER, 'C');
  if (value === null || typeof value !== 'object') return value;
  if ('Ref' in value) return { 'AWS::Partition': 'P', 'AWS::Region': 'R', 'AWS::AccountId': 'A' }[String(value.Ref)] ?? `{${String(value.Ref)}}`;
  if ('Fn::GetAtt' in value) return { KarpenterNodeRole: 'NODE_ROLE', KarpenterInterruptionQueue: 'QUEUE' }[String((value['Fn::GetAtt'] as string[])[0]).slice(0, -8)] ?? '?';
  if ('Fn::Join' in value) return (value['Fn::Join'] as [string, unknown[]])[1].map(readable).join('');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll(CLUSTER, 'C'), readable(inner)]));
}

const list = (value: unknown): string[] => [readable(value)].flat().map(String).sort();

describe("the Karpenter controller's permissions", () => {
  let lab: SynthesizedLab;
  let policies: readonly Policy[];

  beforeAll(async () => {
    lab = await synthLab({ clusterName: CLUSTER });
    policies = Object.values(lab.template.findResources('AWS::IAM::ManagedPolicy')) as Policy[];
  });

  it('are the six policies of the reference', () => {
    expect(policies.map((policy) => policy.Properties.ManagedPolicyName).sort())
      .toEqual(Object.keys(REFERENCE.policies).map((name) => `KarpenterController${name}Policy-${CLUSTER}`).sort());
  });

  const statementsOfReference = Object.entries(REFERENCE.policies).flatMap(([policy, statements]) =>
    Object.entries(statements).map(([sid, statement]) => ({ policy, sid, statement })));

  it.each(statementsOfReference)('allow in $policy what $sid allows in the reference, under the same conditions', ({ policy, sid, statement }) => {
    const document = policies.find(({ Properties }) => Properties.ManagedPolicyName === `KarpenterController${policy}Policy-${CLUSTER}`);
    const ours = document?.Properties.PolicyDocument.Statement.find(({ Sid }) => Sid === sid);
    expect(ours?.Effect).toBe('Allow');
    expect(list(ours?.Action)).toEqual([...statement.actions].sort());
    expect(list(ours?.Resource)).toEqual([...statement.resources].sort());
    expect(readable(ours?.Condition)).toEqual(statement.conditions);
  });

  it('allow nothing beyond the reference', () => {
    const sids = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement.map(({ Sid }) => Sid)).sort();
    expect(sids).toEqual(statementsOfReference.map(({ sid }) => sid).sort());
    expect(sids).toHaveLength(18);
  });

  it('each fit in the 6,144 characters of a managed policy', () => {
    for (const { Properties } of policies) {
      expect(JSON.stringify(readable(Properties.PolicyDocument)).length).toBeLessThan(6144 - 200);
    }
  });

  it('are attached to the role that pods of the controller assume, and to no other', () => {
    const [role, ...others] = Object.values(lab.template.findResources('AWS::IAM::Role', {
      Properties: { RoleName: `${CLUSTER}-karpenter-controller` },
    })) as { readonly Properties: { readonly ManagedPolicyArns: readonly { readonly Ref: string }[]; readonly AssumeRolePolicyDocument: unknown } }[];
    expect(others).toEqual([]);
    expect(role?.Properties.ManagedPolicyArns.map(({ Ref }) => Ref).sort())
      .toEqual(Object.keys(lab.template.findResources('AWS::IAM::ManagedPolicy')).sort());
    expect(role?.Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
    });
  });
});
