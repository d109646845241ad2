import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateVpcCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { App } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runContext } from '../../lib/run-context';
import { preflight } from '../../lib/preflight/preflight';
import type { PreflightResult } from '../../lib/preflight/preflight-check';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { loadConfig } from '../../lib/config/load';
import { readLab } from '../../lib/assembly/lab-view';
import { motoImages, publishedImages } from '../../lib/rehearsal/published-images';
import { releasesFor } from '../../lib/rehearsal/start-account';
import { buildLabStack } from '../../lib/stack/lab-stack';
import { sdkConfiguration } from '../rehearsal/aws-answers/answering';
import { startMoto, type Moto } from '../rehearsal/moto';
import { LAB_OF_DEFAULTS } from '../support/synth-lab';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 120_000;
const CLUSTER = 'karpenter-lab';
const POLICY = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: '*' }] });
/** Of these moto has nothing: they must say so, and stop nothing. */
const MOTO_LACKS = ['Stack', 'Quota: on-demand vCPUs', 'Quota: Elastic IPs', 'Kubernetes version', 'Add-on versions'];

describe('preflight of the synthesized lab in moto', () => {
  let moto: Moto;
  let assemblyDirectory: string;
  let clientsOf: ReturnType<typeof sdkConfiguration>;
  const environment = { ...process.env };

  const check = async (): Promise<PreflightResult> => preflight({
    assemblyDirectory, projectDirectory: assemblyDirectory, env: process.env, tools: { node: '20.19.5', kubectl: () => Promise.resolve('1.35.0'), awsCli: () => Promise.resolve('2.31.0') },
  }, runContext());
  const outcomes = ({ checks }: PreflightResult): Readonly<Record<string, string>> => Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));

  beforeAll(async () => {
    assemblyDirectory = mkdtempSync(join(tmpdir(), 'preflight-'));
    const app = new App({ outdir: assemblyDirectory, context: { 'aws:cdk:disable-asset-staging': true } });
    await buildLabStack(app, loadConfig({ file: LAB_OF_DEFAULTS, overrides: { expiresAt: '2036-12-01T18:00+09:00' } }));
    app.synth();
    moto = await startMoto(imagesOf(assemblyDirectory));
    clientsOf = sdkConfiguration(moto.url);
    // The action finds moto as a user's would: by the environment alone.
    Object.assign(process.env, { AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    process.env = environment;
    rmSync(assemblyDirectory, { recursive: true, force: true });
    await moto.stop();
  });

  it('finds an account without a bootstrap stack, and no clash', async () => {
    const result = await check();
    expect(result.account).toBe('123456789012');
    expect(outcomes(result)).toMatchObject({
      'Credentials': 'pass', 'CDK bootstrap': 'fail', 'Quota: VPCs': 'pass', 'Quota: NAT gateways': 'pass', 'Availability Zones': 'pass', 'Instance types': 'pass',
      'Names: cluster': 'pass', 'Names: IAM': 'pass', 'Names: queue': 'pass', 'Names: log groups': 'pass', 'Names: schedule': 'pass', 'Leftover instances': 'pass',
    });
  }, TIME_LIMIT_MS);

  it('says what moto cannot answer as a warning of its own, with the action', async () => {
    const { checks } = await check();
    for (const name of MOTO_LACKS) {
      expect(checks.find((one) => one.name === name)).toMatchObject({ outcome: 'warn', evidence: expect.stringMatching(/^Not checked \(\w+:\w+\): /) });
    }
  }, TIME_LIMIT_MS);

  it('passes the bootstrap once it is there', async () => {
    await new SSMClient(clientsOf).send(new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '28', Type: 'String' }));
    expect(outcomes(await check())).toMatchObject({ 'CDK bootstrap': 'pass' });
  }, TIME_LIMIT_MS);

  it('does not take longer names for the lab\'s', async () => {
    const iam = new IAMClient(clientsOf);
    await iam.send(new CreateRoleCommand({ RoleName: `${CLUSTER}-karpenter-node-2`, AssumeRolePolicyDocument: POLICY }));
    await new SQSClient(clientsOf).send(new CreateQueueCommand({ QueueName: `${CLUSTER}-2` }));
    await new CloudWatchLogsClient(clientsOf).send(new CreateLogGroupCommand({ logGroupName: `/aws/eks/${CLUSTER}/cluster-2` }));
    await createSchedule(`${CLUSTER}-deadline-2`);
    await runInstance(`${CLUSTER}-2`);
    expect(outcomes(await check())).toMatchObject({ 'Names: IAM': 'pass', 'Names: queue': 'pass', 'Names: log groups': 'pass', 'Names: schedule': 'pass', 'Leftover instances': 'pass' });
  }, TIME_LIMIT_MS);

  it('fails when an earlier class left its names, its instances, or the account no room', async () => {
    const iam = new IAMClient(clientsOf);
    await iam.send(new CreateRoleCommand({ RoleName: `${CLUSTER}-karpenter-node`, AssumeRolePolicyDocument: POLICY }));
    await iam.send(new CreatePolicyCommand({ PolicyName: `KarpenterControllerInterruptionPolicy-${CLUSTER}`, PolicyDocument: POLICY }));
    await new SQSClient(clientsOf).send(new CreateQueueCommand({ QueueName: CLUSTER }));
    await new CloudWatchLogsClient(clientsOf).send(new CreateLogGroupCommand({ logGroupName: `/aws/eks/${CLUSTER}/cluster` }));
    await new EKSClient(clientsOf).send(new CreateClusterCommand({ name: CLUSTER, roleArn: 'arn:aws:iam::123456789012:role/eks', resourcesVpcConfig: {} }));
    await createSchedule(`${CLUSTER}-deadline`);
    const instanceId = await runInstance(CLUSTER);
    for (let count = 1; count < 5; count++) await new EC2Client(clientsOf).send(new CreateVpcCommand({ CidrBlock: `10.${count}.0.0/16` }));

    const result = await check();
    const evidenceOf = (name: string) => result.checks.find((one) => one.name === name)?.evidence;
    expect(result.verdict).toBe('fail');
    expect(outcomes(result)).toMatchObject({ 'Quota: VPCs': 'fail', 'CDK bootstrap': 'pass' });
    // Without CloudFormation, which this moto has not, nobody can say that they are not the lab's own.
    expect(outcomes(result)).toMatchObject({ 'Names: cluster': 'warn', 'Names: IAM': 'warn', 'Names: queue': 'warn', 'Names: log groups': 'warn', 'Names: schedule': 'warn', 'Leftover instances': 'warn' });
    expect(evidenceOf('Names: IAM')).toMatch(new RegExp(`^role ${CLUSTER}-karpenter-node and policy KarpenterControllerInterruptionPolicy-${CLUSTER} exist already`));
    expect(result.checks.find(({ name }) => name === 'Names: queue')?.remedy).toMatch(/`aws sqs delete-queue --region ap-northeast-2 --queue-url http\S+\/karpenter-lab`/);
    expect(evidenceOf('Leftover instances')).toContain(`1 instance of ${CLUSTER}: ${instanceId} (c5a.2xlarge, running)`);
    expect(evidenceOf('Quota: VPCs')).toContain('5 in use: 0 free');
  }, TIME_LIMIT_MS);

  async function createSchedule(Name: string): Promise<void> {
    await new SchedulerClient(clientsOf).send(new CreateScheduleCommand({
      Name, ScheduleExpression: 'at(2036-12-01T09:00:00)', FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: 'arn:aws:iam::123456789012:role/deadline' },
    }));
  }

  async function runInstance(clusterName: string): Promise<string> {
    const tags = { [`kubernetes.io/cluster/${clusterName}`]: 'owned', 'karpenter.sh/nodepool': 'default', 'eks:eks-cluster-name': clusterName };
    const { Instances } = await new EC2Client(clientsOf).send(new RunInstancesCommand({
      ImageId: imagesOf(assemblyDirectory)[0]?.ami_id, InstanceType: 'c5a.2xlarge', MinCount: 1, MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }],
    }));
    return Instances?.[0]?.InstanceId ?? '';
  }
});

/** The images that AWS has published for a lab. */
function imagesOf(assemblyDirectory: string) {
  return motoImages(publishedImages({ kubernetesVersions: ['1.35'], releases: releasesFor(readLab(readAssembly(assemblyDirectory))) }));
}
