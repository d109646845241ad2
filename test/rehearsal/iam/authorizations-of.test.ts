import { runSimulation } from '@cloud-copilot/iam-simulate';
import { DescribeInstanceAttributeCommand, DescribeInstanceStatusCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CloudFormationClient, CreateChangeSetCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateLogStreamCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client, GetBucketLocationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { authorizationsOf, type NeededAuthorizations } from '../../../lib/rehearsal/iam/authorizations-of';
import { KarpenterRequests, KARPENTERS_RESOURCES } from './karpenter-requests';
import { ACCOUNT, REGION } from './simulated-access';
import { wireRequest } from './wire-request';

function needed(request: AwsRequest): Promise<NeededAuthorizations | undefined> {
  return authorizationsOf(request, { accountId: ACCOUNT, resources: KARPENTERS_RESOURCES });
}

/** Action and resource of all that a request needs, the account's own ARNs shortened. */
async function named(request: AwsRequest): Promise<readonly string[]> {
  const { needed: all = [] } = await needed(request) ?? {};
  return all.map(({ action, resource }) => `${action} ${resource.replace(`arn:aws:ec2:${REGION}:${ACCOUNT}:`, '')}`);
}

const requests = new KarpenterRequests();

describe('a fleet', () => {
  it('needs what a launch touches, makes and tags, and the role of its instances', async () => {
    expect(await named(await requests.createFleet({}))).toEqual([
      'ec2:CreateFleet fleet/*',
      'ec2:CreateFleet arn:aws:ec2:ap-northeast-2::image/ami-1',
      'ec2:CreateFleet launch-template/lt-1',
      'ec2:CreateFleet subnet/subnet-1',
      'ec2:CreateFleet subnet/subnet-2',
      'ec2:CreateFleet instance/*',
      'ec2:CreateFleet volume/*',
      'ec2:CreateTags fleet/*',
      'ec2:RunInstances arn:aws:ec2:ap-northeast-2::image/ami-1',
      'ec2:RunInstances launch-template/lt-1',
      'ec2:RunInstances subnet/subnet-1',
      'ec2:RunInstances subnet/subnet-2',
      'ec2:RunInstances security-group/sg-1',
      'ec2:RunInstances instance/*',
      'ec2:RunInstances volume/*',
      'ec2:RunInstances network-interface/*',
      'ec2:CreateTags instance/*',
      'ec2:CreateTags volume/*',
      'ec2:CreateTags network-interface/*',
      `iam:PassRole arn:aws:iam::${ACCOUNT}:role/karpenter-lab-karpenter-node`,
    ]);
  });

  it('of Spot instances needs their requests, too', async () => {
    expect(await named(await requests.createFleet({ capacity: 'spot' }))).toEqual(expect.arrayContaining(['ec2:RunInstances spot-instances-request/*', 'ec2:CreateTags spot-instances-request/*']));
  });

  it('says which action makes the resource that is tagged', async () => {
    const all = await needed(await requests.createFleet({ tags: { a: 'b' } }));
    const tagging = all?.needed.filter(({ action }) => action === 'ec2:CreateTags');

    expect(tagging?.map(({ resource, keys }) => [resource.split(':').at(-1), keys?.['ec2:CreateAction']])).toEqual([
      ['fleet/*', 'CreateFleet'], ['instance/*', 'RunInstances'], ['volume/*', 'RunInstances'], ['network-interface/*', 'RunInstances'],
    ]);
    expect(tagging?.[0]?.keys).toMatchObject({ 'aws:RequestTag/a': 'b', 'aws:TagKeys': ['a'] });
  });
});

describe('a launch', () => {
  it('takes from its template what it does not say itself', async () => {
    expect(await named(await requests.runInstances())).toEqual(expect.arrayContaining([
      'ec2:RunInstances arn:aws:ec2:ap-northeast-2::image/ami-1', 'ec2:RunInstances security-group/sg-1', 'ec2:RunInstances subnet/subnet-1',
      `iam:PassRole arn:aws:iam::${ACCOUNT}:role/karpenter-lab-karpenter-node`,
    ]));
  });
});

describe('requests of other services', () => {
  const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:OnEvent`;

  it('need the resource that they name', async () => {
    const made = [
      await wireRequest((to) => new LambdaClient(to).send(new InvokeCommand({ FunctionName: FUNCTION }))),
      await wireRequest((to) => new LambdaClient(to).send(new InvokeCommand({ FunctionName: 'OnEvent', Qualifier: '3' }))),
      await wireRequest((to) => new SFNClient(to).send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:r:1:stateMachine:Waiter' }))),
      await wireRequest((to) => new CloudWatchLogsClient(to).send(new CreateLogStreamCommand({ logGroupName: 'karpenter-lab-x', logStreamName: 's' }))),
      await wireRequest((to) => new S3Client(to).send(new PutObjectCommand({ Bucket: 'assets', Key: 'a/b.zip', Body: 'x' }))),
      await wireRequest((to) => new S3Client(to).send(new GetBucketLocationCommand({ Bucket: 'assets' }))),
      await wireRequest((to) => new CloudFormationClient(to).send(new DeleteStackCommand({ StackName: 'arn:aws:cloudformation:r:1:stack/lab/7' }))),
    ];

    expect((await Promise.all(made.map(named))).flat()).toEqual([
      `lambda:InvokeFunction ${FUNCTION}`,
      `lambda:InvokeFunction ${FUNCTION}:3`,
      'states:StartExecution arn:aws:states:r:1:stateMachine:Waiter',
      `logs:CreateLogStream arn:aws:logs:${REGION}:${ACCOUNT}:log-group:karpenter-lab-x:log-stream:`,
      's3:PutObject arn:aws:s3:::assets/a/b.zip',
      's3:GetBucketLocation arn:aws:s3:::assets',
      'cloudformation:DeleteStack arn:aws:cloudformation:r:1:stack/lab/7',
    ]);
  });

  it('need the right to hand a role to CloudFormation', async () => {
    const request = await wireRequest((to) => new CloudFormationClient(to).send(new CreateChangeSetCommand({ StackName: 'lab', ChangeSetName: 'c', RoleARN: 'arn:aws:iam::1:role/exec' })));

    expect((await needed(request))?.needed).toEqual([
      { action: 'cloudformation:CreateChangeSet', resource: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/lab/*`, keys: { 'cloudformation:RoleArn': 'arn:aws:iam::1:role/exec' } },
      { action: 'iam:PassRole', resource: 'arn:aws:iam::1:role/exec', keys: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    ]);
  });

  it('need no resource for the listings of EC2, and are vague about what is not known', async () => {
    const status = await wireRequest((to) => new EC2Client(to).send(new DescribeInstanceStatusCommand({})));
    const attribute = await wireRequest((to) => new EC2Client(to).send(new DescribeInstanceAttributeCommand({ InstanceId: 'i-1', Attribute: 'userData' })));

    expect(await needed(status)).toEqual({ needed: [{ action: 'ec2:DescribeInstanceStatus', resource: '*' }], isVague: false });
    expect(await needed(attribute)).toMatchObject({ isVague: true });
  });

  it('are not known where even the action is not', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=k/20261127/ap-northeast-2/eks/aws4_request, SignedHeaders=host, Signature=s';
    const request = readAwsRequest({ method: 'DELETE', target: '/clusters/karpenter-lab', headers: { authorization }, body: Buffer.alloc(0) });

    expect(await needed(request)).toBeUndefined();
  });
});

describe('what Karpenter needs', () => {
  it('has only the resources and condition keys that AWS documents for its actions', async () => {
    const unknown: unknown[] = [];
    let count = 0;
    for (const [name, request] of Object.entries(await requests.all())) {
      for (const { action, resource, keys = {} } of (await needed(request))?.needed ?? []) {
        count += 1;
        const known = Object.entries(keys).flatMap(([key, value]) => value === undefined ? [] : [[key, typeof value === 'string' ? value : [...value]] as const]);
        const results = await runSimulation({
          request: {
            principal: `arn:aws:iam::${ACCOUNT}:role/Karpenter`,
            action,
            // The evaluator knows no parameters that belong to AWS itself.
            resource: { resource: resource === '*' ? '*' : resource.replace('*', 'any-1').replace('::parameter', `:${ACCOUNT}:parameter`), accountId: ACCOUNT },
            contextVariables: Object.fromEntries(known),
          },
          identityPolicies: [],
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        }, {});
        if (results.resultType !== 'single') unknown.push({ name, action, resource, results });
        else if (results.result.ignoredContextKeys?.length !== 0) unknown.push({ name, action, resource, ignored: results.result.ignoredContextKeys });
      }
    }

    expect(unknown).toEqual([]);
    expect(count).toBeGreaterThan(60);
  });
});
