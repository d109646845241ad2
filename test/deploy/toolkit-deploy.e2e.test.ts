import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { deploy } from '../../lib/deploy/deploy';
import { ASSETS_STEP } from '../../lib/deploy/toolkit-deploy';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { isJsonObject, objectAt, parseJson, textAt, type JsonObject } from '../../lib/json';
import { runContext } from '../../lib/run-context';
import type { ProgressEvent } from '../../lib/progress';
import { startMoto, type Moto } from '../rehearsal/moto';
import { isCustomType } from '../../lib/rehearsal/cloud-formation/stack-template';
import { sdkConfiguration } from '../rehearsal/aws-answers/answering';
import { FakeTypes } from '../rehearsal/cloud-formation/fake-types';
import { PlayedAccount } from '../rehearsal/cloud-formation/played-account';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 120_000;
const BUCKET = 'cdk-hnb659fds-assets-123456789012-ap-northeast-2';
const LAB = resolve(__dirname, '../../dist/lab.js');
/** Ctrl-C ends the command sooner than the toolkit's next look at CloudFormation, which it takes every five seconds. */
const PROMPTLY_MS = 3_000;

/**
 * The CDK's toolkit as it is installed: its roles (STS), the bootstrap version (SSM) and the assets (S3) are moto's. CloudFormation
 * is the one of the rehearsal, with types that make nothing. So this proves what CloudFormation is given and in which order it
 * works on it, and nothing about what it makes.
 */
describe('the CDK\'s toolkit gives the lab to the CloudFormation of a rehearsal', () => {
  const environment = { ...process.env };
  let moto: Moto;
  let fakes: FakeTypes;
  let account: PlayedAccount;
  let assemblyDirectory: string;
  let stackName: string;
  let s3: S3Client;
  let command: ChildProcess | undefined;

  const bootstrap = async (): Promise<void> => {
    await new SSMClient(sdkConfiguration(moto.url)).send(new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' }));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-2' } }));
  };
  const deployed = (onProgress?: (event: ProgressEvent) => void, keepFailed = false) => deploy({ assemblyDirectory, keepFailed, env: process.env, pollSeconds: 0.2 }, runContext({ onProgress }));

  beforeAll(async () => {
    assemblyDirectory = mkdtempSync(join(tmpdir(), 'deploy-'));
    await promisify(execFile)(process.execPath, [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--output', assemblyDirectory]);
    ({ stackName } = readAssembly(assemblyDirectory));
  }, TIME_LIMIT_MS);

  beforeEach(async () => {
    moto = await startMoto([]);
    fakes = new FakeTypes();
    const types = new Set([...readAssembly(assemblyDirectory).resources.values()].map(({ type }) => type).filter((type) => !isCustomType(type)));
    account = await PlayedAccount.start([...types].map((type) => fakes.of(type)), { compression: 1000, moto: moto.url });
    account.onInvoke = (event) => void fetch(textAt(event, 'ResponseURL') ?? '', { method: 'PUT', body: JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'made' }) });
    s3 = new S3Client({ ...sdkConfiguration(moto.url), forcePathStyle: true });
    Object.assign(process.env, { AWS_ENDPOINT_URL: account.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'ap-northeast-2' });
  }, TIME_LIMIT_MS);

  afterEach(async () => {
    command?.kill('SIGKILL');
    process.env = { ...environment };
    s3.destroy();
    await account.stop();
    await moto.stop();
  });

  afterAll(() => rmSync(assemblyDirectory, { recursive: true, force: true }));

  it('every asset in the bucket, and the template byte for byte', async () => {
    await bootstrap();
    const steps: ProgressEvent[] = [];
    await expect(deployed((event) => void (event.step === ASSETS_STEP && steps.push(event)))).resolves.toMatchObject({ outcome: 'created', isFollowed: false });
    const { TemplateBody } = await account.client.send(new GetTemplateCommand({ StackName: stackName }));
    expect(TemplateBody).toBe(readFileSync(join(assemblyDirectory, 'karpenter-lab.template.json'), 'utf8'));
    expect(account.operations).toContain('ExecuteChangeSet');
    expect(account.assumed.every((role) => role.includes(':role/cdk-hnb659fds-cfn-exec-role-'))).toBe(true);

    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const sizes = new Map(Contents.map(({ Key, Size }) => [Key, Size ?? 0]));
    const wanted = assetsOf(assemblyDirectory);
    expect([...sizes.keys()].toSorted()).toEqual(wanted.map(({ key }) => key).toSorted());
    expect([...sizes.values()].every((size) => size > 0)).toBe(true);
    // What is a file in the assembly arrives as that file; a folder arrives zipped.
    for (const { key, file } of wanted.filter(({ isZipped }) => !isZipped)) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      expect(Buffer.from(await Body?.transformToByteArray() ?? []).equals(readFileSync(join(assemblyDirectory, file)))).toBe(true);
    }
    expect(steps.map(({ state }) => state)).toEqual(['started', ...wanted.map(() => 'running'), 'finished']);
    expect(steps.at(-1)?.detail).toBe(`${wanted.length} published`);
  }, TIME_LIMIT_MS);

  it('without rollback where that is asked for, to a stack that stops half made, and goes on from there', async () => {
    await bootstrap();
    const [fails = ''] = readAssembly(assemblyDirectory).resourcesOfType('AWS::EKS::Nodegroup').map(({ logicalId }) => logicalId);
    fakes.lateFailures.set(`create ${fails}`, new Error('no node joined'));
    await expect(deployed(undefined, true)).rejects.toMatchObject({ code: 'DeploymentFailed', message: expect.stringContaining('no node joined') });
    const { Stacks = [] } = await account.client.send(new DescribeStacksCommand({ StackName: stackName }));
    expect(Stacks[0]).toMatchObject({ StackStatus: 'CREATE_FAILED', DisableRollback: true });
    fakes.calls.length = 0;
    await expect(deployed(undefined, true)).resolves.toMatchObject({ isFollowed: false });
    expect(fakes.calls.slice(0, 2)).toEqual([`delete ${fails}`, `create ${fails}`]);
  }, TIME_LIMIT_MS);

  it('fails when the account is not bootstrapped, with the remedy, and nothing is made', async () => {
    await expect(deployed()).rejects.toMatchObject({
      code: 'DeploymentNotStarted', message: expect.stringContaining('SSM parameter /cdk-bootstrap/hnb659fds/version not found'), remedy: expect.stringContaining('npx cdk bootstrap'),
    });
    expect(account.operations.filter((operation) => !/^(?:Describe|Get)/.test(operation))).toEqual([]);
  }, TIME_LIMIT_MS);

  it('fails when Ctrl-C comes while CloudFormation works: the command says that it goes on, and ends at once with 130', async () => {
    await bootstrap();
    for (const { logicalId } of readAssembly(assemblyDirectory).resourcesOfType('AWS::EC2::VPC')) fakes.waits.set(`create ${logicalId}`, new Promise(() => undefined));
    const started = spawn(process.execPath, [LAB, 'deploy', '--yes', '--skip-preflight', '--assembly', assemblyDirectory], { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    command = started;
    const said: Buffer[] = [];
    started.stdout.on('data', (data: Buffer) => said.push(data));
    started.stderr.on('data', (data: Buffer) => said.push(data));
    const exit = once(started, 'exit');
    while (account.operations.filter((operation) => operation === 'DescribeStackEvents').length < 4 || !account.operations.includes('ExecuteChangeSet')) {
      if (started.exitCode !== null) throw new Error(`The command ended early: ${Buffer.concat(said).toString()}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
    const asked = Date.now();
    started.kill('SIGINT');
    expect(await exit).toEqual([130, null]);
    expect(Date.now() - asked).toBeLessThan(PROMPTLY_MS);
    expect(Buffer.concat(said).toString()).toContain('CloudFormation goes on without this command');
  }, TIME_LIMIT_MS);
});

/** Files that the assembly says go into the bucket. */
function assetsOf(assemblyDirectory: string): readonly { readonly key: string; readonly file: string; readonly isZipped: boolean }[] {
  const files = objectAt(readJson(join(assemblyDirectory, 'karpenter-lab.assets.json')), 'files');
  return Object.values(files).filter(isJsonObject).map((asset) => ({
    key: Object.values(objectAt(asset, 'destinations')).map((destination) => textAt(destination, 'objectKey') ?? '').join(),
    file: textAt(asset, 'source', 'path') ?? '',
    isZipped: textAt(asset, 'source', 'packaging') === 'zip',
  }));
}

function readJson(file: string): JsonObject {
  const content = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(content)) throw new Error(`${file} holds no object`);
  return content;
}
