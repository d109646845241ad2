import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { PREFLIGHT_CHECKS, preflightIn, runChecks } from '../../lib/preflight/preflight';
import type { Check } from '../../lib/preflight/preflight-check';
import { labConfigSchema } from '../../lib/config/schema';
import type { ProgressEvent } from '../../lib/progress';
import { runContext } from '../../lib/run-context';
import { smallLab, smallLabView } from '../assembly/small-lab';
import { writeAssembly } from '../assembly/write-assembly';
import type { JsonObject } from '../../lib/json';
import { ACCOUNT, awsError, MockAccount } from './account';

const SOURCES = join(__dirname, '../../lib/preflight');
const READING = /^(?:Describe|Get|List|Simulate)/;

describe('running the checks', () => {
  let account: MockAccount;

  beforeEach(() => {
    account = new MockAccount();
  });

  it('makes them all, in their order, and tells how far it is', async () => {
    const events: ProgressEvent[] = [];
    const checks = await runChecks(PREFLIGHT_CHECKS, { ...account.context(), run: runContext({ onProgress: (event) => events.push(event) }) });
    expect(checks.map(({ name }) => name)).toEqual(['Credentials', ...PREFLIGHT_CHECKS.map(({ name }) => name)]);
    expect(checks.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(events.at(-1)).toMatchObject({ state: 'finished', detail: `${PREFLIGHT_CHECKS.length + 1} checks` });
  });

  it('only reads', async () => {
    await runChecks(PREFLIGHT_CHECKS, account.context());
    expect(account.commands.length).toBeGreaterThan(20);
    expect(account.commands.filter((command) => !READING.test(command))).toEqual([]);
  });

  it('has no request in its sources but those that read', () => {
    const requests = readdirSync(SOURCES).flatMap((file) => [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/new (\w+)Command\(|paginate(\w+)\(/g)]
      .map(([, command, paginated]) => command ?? paginated ?? ''));
    expect(requests.length).toBeGreaterThan(15);
    expect(requests.filter((request) => !READING.test(request))).toEqual([]);
  });

  it('names no key in its remedies that lab.yaml has not', () => {
    const { karpenter, systemNodes, inflate } = labConfigSchema.parse({});
    const keys = Object.entries({ karpenter, 'karpenter.limits': karpenter.limits, systemNodes, inflate }).flatMap(([section, values]) => Object.keys(values).map((key) => `${section}.${key}`));
    const named = readdirSync(SOURCES).flatMap((file) => readFileSync(join(SOURCES, file), 'utf8').match(/(?<![\w.])(?:karpenter|systemNodes|inflate)(?:\.[a-z]\w*)+(?!\w|\/|\.\w)/g) ?? []);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !keys.includes(name))).toEqual([]);
  });

  it.each([
    ['UnauthorizedOperation', 'Use a role that may do'],
    ['ThrottlingException', 'Wait a minute'],
  ])('warns when AWS answers each with %s, and names the action', async (name, remedy) => {
    account.refuseAll(awsError(name, 'You shall not pass'));
    account.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/student` });
    const checks = await runChecks(PREFLIGHT_CHECKS, account.context());
    const outcomeOf = (wanted: string) => checks.find((check) => check.name === wanted);
    const asking = PREFLIGHT_CHECKS.filter(({ asksAws, name: check }) => asksAws && !['Access', 'Quota: spot vCPUs', 'Quota: vCPUs of other families', 'Spot role', 'Names: schedule'].includes(check));
    for (const check of asking) {
      expect(outcomeOf(check.name)).toMatchObject({ outcome: 'warn', evidence: expect.stringMatching(/^Not checked \(\w+:\w+\): .*You shall not pass/), remedy: expect.stringContaining(remedy) });
    }
    expect(outcomeOf('CDK bootstrap')?.evidence).toContain('(ssm:GetParameter)');
    expect(outcomeOf('kubectl')?.outcome).toBe('pass');
  });

  it('fails when there are no credentials, asks nothing else, and still looks at the tools', async () => {
    account.sts.on(GetCallerIdentityCommand).rejects(awsError('ExpiredToken'));
    const checks = await runChecks(PREFLIGHT_CHECKS, account.context());
    expect(checks[0]).toMatchObject({ name: 'Credentials', outcome: 'fail' });
    expect(checks.find(({ name }) => name === 'Quota: VPCs')).toMatchObject({ outcome: 'warn', evidence: expect.stringContaining('Not checked') });
    expect(checks.find(({ name }) => name === 'kubectl')?.outcome).toBe('pass');
    expect(account.commands).toEqual(['GetCallerIdentityCommand']);
  });

  it('fails when a check has a defect', async () => {
    const broken: Check = { name: 'Broken', asksAws: false, run: () => Promise.reject(new TypeError('x is undefined')) };
    await expect(runChecks([broken], account.context())).rejects.toThrow('x is undefined');
  });

  it('ends when it is interrupted', async () => {
    const interruption = new AbortController();
    const interrupting: Check = { name: 'Interrupting', asksAws: false, run: () => { interruption.abort(); return { outcome: 'pass', evidence: '' }; } };
    await expect(runChecks([interrupting], { ...account.context(), run: runContext({ signal: interruption.signal }) })).rejects.toThrow(/aborted/);
  });
});

describe('preflight of an assembly', () => {
  const template = (): JsonObject => ({
    Resources: Object.fromEntries([...smallLab().resources.values()].map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }])),
  });
  const tools = { node: '20.19.5', kubectl: () => Promise.resolve('1.35.2'), awsCli: () => Promise.resolve('2.31.0') };

  it('passes on an account that is ready', async () => {
    const account = new MockAccount();
    const result = await preflightIn(account.aws, { assemblyDirectory: writeAssembly(template()), projectDirectory: '/lab', env: {}, tools }, runContext());
    expect(result).toMatchObject({ stackName: 'Lab', clusterName: smallLabView().cluster.name, account: ACCOUNT, verdict: 'pass' });
  });

  it('warns of an account that is ready, where a tool is missing', async () => {
    const account = new MockAccount();
    const result = await preflightIn(account.aws, { assemblyDirectory: writeAssembly(template()), projectDirectory: '/lab', env: {}, tools: { ...tools, kubectl: () => Promise.resolve(undefined) } }, runContext());
    expect(result.verdict).toBe('warn');
  });

  it('fails when the lab is bound to another account, and asks nothing there', async () => {
    const account = new MockAccount();
    const assemblyDirectory = writeAssembly(template(), 'aws://444455556666/ap-northeast-2');
    const result = await preflightIn(account.aws, { assemblyDirectory, projectDirectory: '/lab', env: {}, tools }, runContext());
    expect(result.checks[0]).toMatchObject({ outcome: 'fail', evidence: `The lab belongs to account 444455556666; your credentials are of account ${ACCOUNT}.` });
    expect([result.verdict, result.account]).toEqual(['fail', undefined]);
    expect(new Set(account.commands)).toEqual(new Set(['GetCallerIdentityCommand']));
  });
});
