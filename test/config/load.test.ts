import { loadConfig } from '../../lib/config/load';
import { type ConfigOverrides, overridesFromArguments, overridesFromContext } from '../../lib/config/overrides';
import { type ConfigProblem, InvalidConfig } from '../../lib/config/problems';
import { labConfigSchema } from '../../lib/config/schema';
import { LabError } from '../../lib/lab-error';
import { emptyDirectory, writeLabFile } from './lab-file-fixture';

const DEFAULTS = labConfigSchema.parse({});

function errorOf(action: () => unknown): LabError {
  try {
    action();
  } catch (error) {
    if (error instanceof LabError) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing failed');
}

/** The only problem of a configuration that is refused. */
function problemOf(overrides: ConfigOverrides): ConfigProblem | undefined {
  const error = errorOf(() => loadConfig({ file: writeLabFile(''), overrides }));
  return error instanceof InvalidConfig && error.problems.length === 1 ? error.problems[0] : undefined;
}

describe('the configuration file', () => {
  it('may be empty, or hold comments only', () => {
    expect(loadConfig({ file: writeLabFile('') })).toEqual(DEFAULTS);
    expect(loadConfig({ file: writeLabFile('# nothing yet\n') })).toEqual(DEFAULTS);
  });

  it('changes the keys it has and leaves the others at their defaults', () => {
    const config = loadConfig({ file: writeLabFile('clusterName: lab-two\nkarpenter:\n  limits: {cpu: 50}\n') });
    expect(config).toEqual({
      ...DEFAULTS,
      clusterName: 'lab-two',
      karpenter: { ...DEFAULTS.karpenter, limits: { cpu: 50, memory: '400Gi' } },
    });
  });

  it('may be absent when it is not named', () => {
    const workingDirectory = process.cwd();
    process.chdir(emptyDirectory());
    try {
      expect(loadConfig({ overrides: { team: 'blue' } })).toEqual({ ...DEFAULTS, team: 'blue' });
    } finally {
      process.chdir(workingDirectory);
    }
  });

  it('gives a configuration that nothing can change', () => {
    const config = loadConfig({ file: writeLabFile('') });
    expect(Object.isFrozen(config) && Object.isFrozen(config.karpenter.limits) && Object.isFrozen(config.admins)).toBe(true);
  });

  it('fails when it is named and does not exist', () => {
    const error = errorOf(() => loadConfig({ file: 'no-such-lab.yaml' }));
    expect([error.code, error.received]).toEqual(['ConfigFileMissing', 'no-such-lab.yaml']);
  });

  it('fails when it is a directory', () => {
    expect(errorOf(() => loadConfig({ file: emptyDirectory() })).code).toBe('ConfigFileUnreadable');
  });

  it('may begin with a byte order mark, as Notepad writes it', () => {
    expect(loadConfig({ file: writeLabFile('\uFEFFteam: blue\n') }).team).toBe('blue');
  });

  const CLASS = '# 실습\nteam: blue\n';
  test.each([
    { encoding: 'UTF-16, as PowerShell writes it', bytes: Buffer.from(`\uFEFF${CLASS}`, 'utf16le'), words: 'It is UTF-16' },
    { encoding: 'UTF-16 with the high byte first', bytes: Buffer.from(`\uFEFF${CLASS}`, 'utf16le').swap16(), words: 'It is UTF-16' },
    { encoding: 'UTF-16 without a mark', bytes: Buffer.from(CLASS, 'utf16le'), words: 'It is UTF-16' },
    { encoding: 'CP949', bytes: Buffer.concat([Buffer.from('team: blue\n# '), Buffer.from([0xbd, 0xc7, 0xbd, 0xc0]), Buffer.from('\n')]), words: 'Line 2 has letters of another encoding, such as CP949' },
  ])('fails when it is $encoding, with how to save it', ({ bytes, words }) => {
    const file = writeLabFile(bytes);
    const error = errorOf(() => loadConfig({ file }));
    expect([error.code, error.received]).toEqual(['ConfigFileMisencoded', file]);
    expect(error.message).toContain(words);
    expect(error.remedy).toMatch(/Save with Encoding.*iconv -f (UTF-16|CP949) -t UTF-8/);
  });

  test.each([
    { fact: 'a key stands there twice', text: 'team: a\nregion: eu-west-1\nteam: b\n', line: 3, words: 'keys must be unique' },
    { fact: 'a list is not closed', text: 'admins: [a\nteam: b\n', line: 2, words: ']' },
    { fact: 'a tab indents', text: 'karpenter:\n\tversion: 1.14.1\n', line: 2, words: 'Tabs' },
    { fact: 'it holds two documents', text: 'team: a\n---\nteam: b\n', line: 2, words: 'multiple documents' },
    { fact: 'it is a list', text: '- team\n', line: 1, words: 'Keys and values were expected' },
    { fact: 'it is a sentence', text: 'five replicas please\n', line: 1, words: 'Keys and values were expected' },
    { fact: 'a value has a tag that YAML does not know', text: 'region: ap-northeast-2\nteam: !!js/function x\n', line: 2, words: 'js/function' },
    { fact: 'a key is a list', text: 'team: a\n? [a, b]\n: c\n', line: 2, words: 'A key is a word' },
    { fact: 'a key is a map in a group', text: 'inflate:\n  ? {a: b}\n  : c\n', line: 2, words: 'A key is a word' },
    { fact: 'it names an anchor that is not there', text: 'team: *nobody\n', line: 1, words: 'nobody' },
  ])('fails when $fact, with the line', ({ text, line, words }) => {
    const file = writeLabFile(text);
    const error = errorOf(() => loadConfig({ file }));
    expect([error.code, error.received]).toEqual(['ConfigFileMalformed', `${file}:${line}`]);
    expect(error.message).toContain(words);
    expect(error.message).toContain(`line ${line}`);
  });
});

describe('overrides', () => {
  const load = (overrides: ConfigOverrides, text = '') => loadConfig({ file: writeLabFile(text), overrides });

  it('go before the file', () => {
    expect(load({ team: 'blue' }, 'team: red\n').team).toBe('blue');
  });

  it('call inflate.replicas scale', () => {
    expect(load({ scale: '5' }).inflate.replicas).toBe(5);
  });

  it('become what the key holds', () => {
    const config = load({
      'karpenter.limits.cpu': '50',
      'kubernetesVersion': '1.35',
      'inflate.cpu': '2',
      'karpenter.capacityTypes': 'spot, on-demand',
      'tags.Course': 'karpenter',
      'tags.example.com/room': '7',
    });
    expect(config.karpenter.limits.cpu).toBe(50);
    expect(config.kubernetesVersion).toBe('1.35');
    expect(config.inflate.cpu).toBe('2');
    expect(config.karpenter.capacityTypes).toEqual(['spot', 'on-demand']);
    expect(config.tags).toEqual({ 'Course': 'karpenter', 'example.com/room': '7' });
  });

  it('clear a list when they are empty', () => {
    expect(load({ apiAccess: '' }, 'apiAccess: [203.0.113.7/32]\n').apiAccess).toEqual([]);
  });

  it('may be numbers, lists and maps, and a map leaves the rest of its group alone', () => {
    const config = load({ scale: 5, admins: ['arn:aws:iam::111122223333:user/ann'], karpenter: { limits: { cpu: '50' } } }, 'karpenter: {limits: {memory: 200Gi}}\n');
    expect(config.inflate.replicas).toBe(5);
    expect(config.admins).toEqual(['arn:aws:iam::111122223333:user/ann']);
    expect(config.karpenter.limits).toEqual({ cpu: 50, memory: '200Gi' });
  });

  it('do nothing when they are undefined', () => {
    expect(load({ scale: undefined, team: undefined })).toEqual(DEFAULTS);
  });

  it('accept what only looks unusual', () => {
    const config = load({
      'apiAccess': '0.0.0.0/0',
      'vpcCidr': '100.64.0.0/20',
      'clusterName': 'A'.repeat(43),
      'admins': 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/ap-northeast-2/AWSReservedSSO_Admin_0123456789abcdef',
      'systemNodes.instanceType': 't4g.medium',
      'karpenter.consolidation.after': 'Never',
      'karpenter.namespace': 'karpenter',
      'karpenter.version': '1.9.0',
      'inflate.image': `localhost:5000/team/pause@sha256:${'0'.repeat(64)}`,
      'scale': '99',
      'tags.비용': '강의 2026',
    });
    expect(config.apiAccess).toEqual(['0.0.0.0/0']);
    expect(config.inflate.replicas).toBe(99);
  });

  it('move the lab to another region with its zones', () => {
    expect(load({ region: 'us-west-2', availabilityZones: 'us-west-2a,us-west-2b' }).availabilityZones).toHaveLength(2);
  });
});

describe('overrides from CDK context', () => {
  it('are the keys of the configuration, their groups and aliases', () => {
    const context = { 'scale': '5', 'clusterName': 'x', 'karpenter.limits.cpu': '50', 'tags.Course': 'k8s', 'tags.example.com/room': '7', 'karpenter': { limits: { cpu: 50 } } };
    expect(overridesFromContext(context)).toEqual(context);
  });

  it('leave out what is of the CDK or of nobody we know', () => {
    expect(overridesFromContext({
      '@aws-cdk/core:newStyleStackSynthesis': true,
      'aws:cdk:enable-path-metadata': true,
      'aws-cdk:enableDiffNoFail': true,
      'availability-zones:account=1:region=x': [],
      'acknowledged-issue-numbers': [1],
      'stage': 'dev',
      'env': 'dev',
      'toString': 'x',
    })).toEqual({});
  });

  test.each(['sclae', 'scal', 'clustername', 'clusterNmae', 'vpcCdir', 'karpenter.limit.cpu', 'inflate.foo'])('fails when %s is a slip of a key', (key) => {
    const overrides = overridesFromContext({ [key]: '1' });
    expect(overrides).toEqual({ [key]: '1' });
    expect(problemOf(overrides)?.origin).toBe(`override ${key}`);
  });

  test.each([
    ['replicas', 'inflate.replicas'], ['Replica', 'inflate.replicas'], ['count', 'systemNodes.count'], ['cpu', 'karpenter.limits.cpu or inflate.cpu'],
    ['cluster', 'clusterName'], ['name', 'clusterName'], ['cidr', 'vpcCidr'], ['vpc', 'vpcCidr'], ['api', 'apiAccess'], ['nat', 'natGateways'],
    ['gateway', 'natGateways'], ['node', 'systemNodes'], ['instance', 'systemNodes.instanceType'],
  ])('fails when %s is a part of the name of a key, and names %s', (key, nearest) => {
    const overrides = overridesFromContext({ [key]: '5' });
    expect(problemOf(overrides)?.remedy).toContain(`Write ${nearest} instead of ${key}`);
  });

  test.each(['stage', 'env', 'app', 'environment', 'owner', 'project', 'profile', 'vpcId', 'session', 'mode', 'stackName', 'at', 'bogus'])('leave out %s, which is somebody else\'s', (key) => {
    expect(overridesFromContext({ [key]: 'x' })).toEqual({});
  });

  it('fails when the scale is misspelt, and names the right word', () => {
    expect(problemOf({ sclae: '5' })?.remedy).toContain('Write scale instead of sclae');
  });
});

describe('overrides from our own command line', () => {
  test.each(['bogus', 'stage', 'replicas', 'aws-cdk', 'a/b', 'acknowledged-issue-numbers'])('fail when %s is no key of ours', (key) => {
    expect(problemOf(overridesFromArguments({ [key]: '5' }))).toMatchObject({ path: key, origin: `override ${key}` });
  });

  it('leave the feature flags of the CDK to it', () => {
    expect(overridesFromArguments({ '@aws-cdk/core:newStyleStackSynthesis': 'true', 'aws:cdk:enable-path-metadata': 'true' })).toEqual({});
  });

  it('keep a tag whose key looks like a flag', () => {
    const tags = { 'tags.team:room': '7', 'tags.@home': 'x' };
    expect(overridesFromArguments(tags)).toEqual(tags);
  });
});
