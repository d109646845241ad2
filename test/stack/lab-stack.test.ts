import type { App } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { textAt } from '../../lib/json';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

/** A template without what changes with every release of an asset. */
function withoutAssetHashes(template: Template): unknown {
  const text = JSON.stringify(template.toJSON()).replaceAll(/[0-9a-f]{64}/g, 'ASSET_HASH');
  return JSON.parse(text);
}

describe('the lab stack', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('is as reviewed', () => {
    expect(withoutAssetHashes(lab.template)).toMatchSnapshot();
  });

  it.each([
    ['names that differ by a sign', ['role/team_a', 'role/team-a', 'role/team--a', 'role/team.a', 'user/team@a']],
    ['a path and a hyphen', ['role/path/x', 'role/path-x', 'role/path/to-x', 'role/path-to/x']],
    ['a path and none', ['role/path/x', 'role/x']],
    ['a user and a role', ['user/x', 'role/x', 'user/role-x', 'role/role/x']],
  ])('tells admins apart: %s', async (_, names) => {
    const admins = names.map((name) => `arn:aws:iam::111122223333:${name}`);
    const entriesOf = async (principals: readonly string[]): Promise<readonly [logicalId: string, principal: unknown][]> =>
      Object.entries((await synthLab({ admins: principals })).template.findResources('AWS::EKS::AccessEntry'))
        .map(([logicalId, { Properties }]): [string, unknown] => [logicalId, (Properties as { readonly PrincipalArn: unknown }).PrincipalArn])
        .filter(([, principal]) => admins.includes(String(principal)));

    const together = new Map(await entriesOf(admins));
    expect([...together.values()].toSorted()).toEqual(admins.toSorted());
    const reversed = new Map(await entriesOf(admins.toReversed()));
    expect(reversed).toEqual(together);
    const [lastAlone] = await entriesOf(admins.slice(-1));
    expect([...together]).toContainEqual(lastAlone);
  });

  it('keeps the id that an ordinary admin always had', async () => {
    const { template } = await synthLab({ admins: ['arn:aws:iam::111122223333:role/Team-A1'] });
    expect(Object.keys(template.findResources('AWS::EKS::AccessEntry'))).toContain('karpenterlabAdminarnawsiam111122223333roleTeamA191E3C8EA');
  });

  it.each(['Karpenter', 'ClusterName', 'kubectllayer35'])('has a cluster of the name %s, which a construct has, too', async (clusterName) => {
    const { template } = await synthLab({ clusterName });
    template.hasResourceProperties('AWS::EKS::Cluster', { Name: clusterName });
  });

  it('has no construct whose name a cluster could take otherwise', async () => {
    const { stack } = await synthLab({ expiresAt: '2026-12-01T18:00+09:00' });
    expect(stack.node.children.map(({ node }) => node.id).filter((id) => !/^(?:[A-Z]|kubectllayer|karpenter-lab)/.test(id))).toEqual([]);
  });

  it('keeps nothing when it is deleted', () => {
    const policies = [...lab.synthesized.resources.values()].flatMap(({ deletionPolicy }) => deletionPolicy ?? []);
    expect(new Set(policies)).toEqual(new Set(['Delete']));
  });

  it('owns the log group of every function that it makes', () => {
    const functions = lab.synthesized.resourcesOfType('AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(1);
    const groups = new Set(lab.synthesized.resourcesOfType('AWS::Logs::LogGroup').map(({ logicalId }) => logicalId));
    const withoutOwn = functions.filter(({ properties }) => !groups.has(textAt(properties, 'LoggingConfig', 'LogGroup', 'Ref') ?? ''));
    expect(withoutOwn).toEqual([]);
  });

  it('is bound to the region of the configuration and to no account', () => {
    expect(lab.stack.region).toBe('ap-northeast-2');
    expect(JSON.stringify(lab.template.toJSON())).not.toMatch(/\b\d{12}\b/);
  });

  it('is bound to the account of the configuration, without a look-up', async () => {
    const { stack, synthesized } = await synthLab({ account: '111122223333' });
    expect([stack.account, synthesized.account, lab.synthesized.account]).toEqual(['111122223333', '111122223333', undefined]);
    expect((stack.node.root as App).synth().manifest.missing).toBeUndefined();
  });

  it.each([
    ['KubeconfigCommand', 'aws eks update-kubeconfig --region ap-northeast-2 --name karpenter-lab'],
    ['KarpenterNamespace', 'kube-system'],
    ['ClusterName', 'karpenter-lab'],
    ['NodePoolName', 'default'],
    ['InterruptionQueueName', 'karpenter-lab'],
  ])('tells a class its %s', (output, value) => {
    lab.template.hasOutput(output, { Value: value });
  });

  it('carries the configured tags', async () => {
    const { template } = await synthLab({ 'tags.course': 'karpenter' });
    template.hasResourceProperties('AWS::EKS::Cluster', { Tags: Match.arrayWith([{ Key: 'course', Value: 'karpenter' }]) });
  });

  it('takes another name as a whole', async () => {
    const { template, stack } = await synthLab({ clusterName: 'seoul-class' });
    expect(stack.stackName).toBe('seoul-class');
    expect(JSON.stringify(template.toJSON())).not.toContain('karpenter-lab');
  });

  it('has no warning', () => {
    const messages = lab.stack.node.findAll().flatMap((construct) => construct.node.metadata)
      .filter(({ type }) => type === 'aws:cdk:warning' || type === 'aws:cdk:error');
    expect(messages).toEqual([]);
  });
});
