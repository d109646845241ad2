import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { EC2Client, DescribeInstanceAttributeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { DeleteClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import type { JsonObject } from '../../../lib/json';
import { faultAnswer } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import type { Finding } from '../../../lib/rehearsal/findings';
import type { AccountRole } from '../../../lib/rehearsal/iam/account-roles';
import type { AccountResources } from '../../../lib/rehearsal/iam/authorization';
import { Judge } from '../../../lib/rehearsal/iam/judge';
import { type PolicyStatement, readPolicy } from '../../../lib/rehearsal/iam/policy-document';
import { INSTRUCTOR_CREDENTIALS, Principals, ROOT_CREDENTIALS } from '../../../lib/rehearsal/iam/principals';
import { synthLab } from '../../support/synth-lab';
import { KarpenterRequests, KARPENTERS_RESOURCES, LAUNCH_TAGS } from './karpenter-requests';
import { ACCOUNT, REGION } from './simulated-access';
import { templatePolicies } from './template-policies';
import { type Keys, signedBy, wireRequest } from './wire-request';

const CONTROLLER = 'karpenter-lab-karpenter-controller';

/** A judge in an account in which only one role matters. */
class Courtroom {
  readonly findings: Omit<Finding, 'at'>[] = [];
  /** Statements that something needed, and what. */
  readonly uses: string[] = [];
  private readonly keys: Keys;
  private readonly judge: Judge;

  constructor(statements: readonly PolicyStatement[], resources: AccountResources = KARPENTERS_RESOURCES) {
    const role: AccountRole = { name: CONTROLLER, arn: `arn:aws:iam::${ACCOUNT}:role/${CONTROLLER}`, id: 'AROA1', tags: {}, trust: [], statements };
    const principals = new Principals(ACCOUNT);
    this.keys = principals.open(role, { sessionName: 'pod' }).credentials;
    this.judge = new Judge({
      accountId: ACCOUNT,
      principals,
      roles: { role: (name) => Promise.resolve(name === CONTROLLER ? role : undefined) },
      resources,
      findings: { report: (finding) => void this.findings.push(finding) },
      uses: { note: (role, { name }, action) => void this.uses.push(`${role} ${name} ${action}`) },
    });
  }

  /** What AWS answers to a request; undefined where it lets the request pass. */
  async refusal(request: AwsRequest, keys: Keys = this.keys): Promise<Pick<AwsFault, 'code' | 'message' | 'status'> | undefined> {
    return this.judge.judge(signedBy(request, keys)).then(() => undefined, (error: AwsFault) => ({ code: error.code, message: error.message, status: error.status }));
  }
}

let controllerPolicies: readonly PolicyStatement[];
let requests: Readonly<Record<string, AwsRequest>>;
const karpenter = new KarpenterRequests();

beforeAll(async () => {
  requests = await karpenter.all();
  const { synthesized } = await synthLab();
  controllerPolicies = templatePolicies(synthesized).identity.filter(({ name }) => name.startsWith('KarpenterControllerPolicies')).flatMap(({ name, document }) => readPolicy(name, document));
});

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}

/** Statements of one policy, by default about everything. */
function allowing(statement: JsonObject): readonly PolicyStatement[] {
  return readPolicy('Mine', { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...statement } });
}

describe('the policies of Karpenter\'s controller', () => {
  it('let all requests of the controller pass', async () => {
    const room = new Courtroom(controllerPolicies);
    const refused = await Promise.all(Object.entries(requests).map(async ([name, request]) => ({ name, refusal: await room.refusal(request) })));

    expect(refused.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
    expect(room.findings).toEqual([]);
  });

  it('are noted by the statement that lets each part of a request pass, up to the one that does not', async () => {
    const room = new Courtroom(controllerPolicies.filter(({ name }) => name !== 'AllowPassingInstanceRole'));
    expect(await room.refusal(required(requests['addRole']))).toMatchObject({ code: 'AccessDenied' });
    expect(room.uses).toEqual([`${CONTROLLER} AllowScopedInstanceProfileActions iam:AddRoleToInstanceProfile`]);
  });

  it('are not noted where another statement would do', async () => {
    const twice = controllerPolicies.filter(({ name }) => name === 'AllowScopedInstanceProfileActions');
    const room = new Courtroom([...controllerPolicies, ...twice.map((statement) => ({ ...statement }))]);
    expect(await room.refusal(required(requests['addRole']))).toBeUndefined();
    expect(room.uses).toEqual([`${CONTROLLER} AllowPassingInstanceRole iam:PassRole`]);
  });

  it('let it see a zonal shift of its own cluster only', async () => {
    const room = new Courtroom(controllerPolicies);
    const asked = (cluster: string): AwsRequest => readAwsRequest({
      method: 'GET',
      target: `/managedresources/${encodeURIComponent(`arn:aws:eks:ap-northeast-2:${ACCOUNT}:cluster/${cluster}`)}`,
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=k/20261127/ap-northeast-2/arc-zonal-shift/aws4_request, SignedHeaders=host, Signature=s',
      },
      body: Buffer.alloc(0),
    });

    expect(await room.refusal(asked('karpenter-lab'))).toBeUndefined();
    expect(await room.refusal(asked('other'))).toMatchObject({ code: 'AccessDeniedException', status: 403 });
  });

  it('are needed, each statement for its requests', async () => {
    const needs: Record<string, readonly string[]> = {};
    for (const { name: sid } of controllerPolicies) {
      const room = new Courtroom(controllerPolicies.filter(({ name }) => name !== sid));
      const refused = await Promise.all(Object.entries(requests).map(async ([name, request]) => await room.refusal(request) === undefined ? [] : [name]));
      needs[sid] = refused.flat();
    }

    expect(needs).toEqual({
      AllowScopedEC2InstanceAccessActions: ['createFleet', 'createSpotFleet', 'runInstances'],
      AllowScopedEC2LaunchTemplateAccessActions: ['createFleet', 'createSpotFleet', 'runInstances'],
      AllowScopedEC2InstanceActionsWithTags: ['createFleet', 'createSpotFleet', 'runInstances', 'createLaunchTemplate'],
      AllowScopedResourceCreationTagging: ['createFleet', 'createSpotFleet', 'runInstances', 'createLaunchTemplate'],
      AllowScopedResourceTagging: ['tagInstance'],
      AllowScopedDeletion: ['deleteLaunchTemplate', 'terminateInstances'],
      AllowPassingInstanceRole: ['createFleet', 'createSpotFleet', 'runInstances', 'addRole'],
      AllowScopedInstanceProfileCreationActions: ['createInstanceProfile'],
      AllowScopedInstanceProfileTagActions: ['tagInstanceProfile'],
      AllowScopedInstanceProfileActions: ['addRole', 'removeRole', 'deleteInstanceProfile'],
      AllowAPIServerEndpointDiscovery: ['describeCluster'],
      AllowInterruptionQueueActions: ['getQueueUrl', 'receiveMessage', 'deleteMessage'],
      // Only with zonal shift switched on: see above.
      AllowZonalShiftStatusReadOnly: [],
      AllowRegionalReadActions: ['describeInstances', 'describeSpotPrices'],
      AllowSSMReadActions: ['getParameter'],
      AllowPricingReadActions: ['getProducts'],
      AllowUnscopedInstanceProfileListAction: ['listInstanceProfiles'],
      AllowInstanceProfileReadActions: ['getInstanceProfile'],
    });
  });

  it('refuse a fleet whose instances do not get the cluster\'s tag, and say which statement came nearest', async () => {
    const room = new Courtroom(controllerPolicies);
    const { 'kubernetes.io/cluster/karpenter-lab': _owned, ...tags } = LAUNCH_TAGS;

    const refusal = await room.refusal(await karpenter.createFleet({ tags }));

    expect(refusal).toEqual({
      code: 'UnauthorizedOperation',
      status: 403,
      message: 'You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/karpenter-lab-karpenter-controller/pod is not '
        + 'authorized to perform: ec2:CreateFleet on resource: arn:aws:ec2:ap-northeast-2:123456789012:fleet/* because no identity-based policy allows the '
        + 'ec2:CreateFleet action',
    });
    expect(room.findings).toEqual([{
      kind: 'access-denied',
      resource: CONTROLLER,
      expected: 'ec2:CreateFleet on arn:aws:ec2:ap-northeast-2:123456789012:fleet/* is allowed',
      found: expect.stringMatching(/^AllowScopedEC2InstanceActionsWithTags of KarpenterControllerPolicies\w+ allows it only where aws:RequestTag\/kubernetes\.io\/cluster\/karpenter-lab StringEquals owned, and the request has no such key$/),
    }]);
  });

  it('refuse to tag an instance otherwise, and to end one of somebody else', async () => {
    const room = new Courtroom(controllerPolicies);
    const stranger = new Courtroom(controllerPolicies, { ...KARPENTERS_RESOURCES, ec2Tags: () => Promise.resolve({ Name: 'yours' }) });
    const ending = requests['terminateInstances'];

    expect(await room.refusal(await karpenter.tagInstance({ Owner: 'me' }))).toMatchObject({ code: 'UnauthorizedOperation' });
    expect(ending === undefined ? undefined : await stranger.refusal(ending)).toMatchObject({ code: 'UnauthorizedOperation' });
  });
});

describe('a request', () => {
  it('of the root user passes, and of a role that may do everything', async () => {
    const room = new Courtroom(allowing({}));

    expect(await room.refusal(await wireRequest((to) => new IAMClient(to).send(new ListRolesCommand({}))), ROOT_CREDENTIALS)).toBeUndefined();
    expect(await room.refusal(await wireRequest((to) => new EKSClient(to).send(new DeleteClusterCommand({ name: 'c' }))))).toBeUndefined();
  });

  it('of a role that does not exist is refused', async () => {
    const room = new Courtroom(allowing({}));

    expect(await room.refusal(await wireRequest((to) => new IAMClient(to).send(new ListRolesCommand({}))), INSTRUCTOR_CREDENTIALS)).toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('is refused as its service refuses', async () => {
    const room = new Courtroom(allowing({ Action: 'sts:*' }));
    const refusals = await Promise.all([
      wireRequest((to) => new EC2Client(to).send(new DescribeVolumesCommand({}))),
      wireRequest((to) => new IAMClient(to).send(new ListRolesCommand({}))),
      wireRequest((to) => new SSMClient(to).send(new GetParameterCommand({ Name: '/a' }))),
      wireRequest((to) => new S3Client(to).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))),
    ].map(async (request) => room.refusal(await request)));

    expect(refusals.map((refusal) => [refusal?.code, refusal?.status])).toEqual([
      ['UnauthorizedOperation', 403], ['AccessDenied', 403], ['AccessDeniedException', 400], ['AccessDenied', 403],
    ]);
    expect(refusals[0]?.message).toBe('You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/karpenter-lab-karpenter-controller/pod'
      + ' is not authorized to perform: ec2:DescribeVolumes because no identity-based policy allows the ec2:DescribeVolumes action');
  });

  it('is refused so that the SDK of its service understands', async () => {
    const room = new Courtroom(allowing({ Action: 'sts:*' }));
    const server = createServer((incoming, outgoing) => void (async () => {
      const { method = '', url: target = '', headers } = incoming;
      const request = readAwsRequest({ method, target, headers, body: await buffer(incoming) });
      const refusal = await room.refusal(request);
      const { status, headers: answered, body } = faultAnswer(request, new AwsFault(refusal?.code ?? '', refusal?.message ?? '', refusal?.status));
      outgoing.writeHead(status, answered).end(body);
    })());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const to = { endpoint: `http://127.0.0.1:${port}`, region: REGION, credentials: INSTRUCTOR_CREDENTIALS, maxAttempts: 1 };
    const sent = [
      new EC2Client(to).send(new DescribeVolumesCommand({})),
      new IAMClient(to).send(new ListRolesCommand({})),
      new SSMClient(to).send(new GetParameterCommand({ Name: '/a' })),
      new S3Client(to).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
    ];

    const names = await Promise.all(sent.map((answer: Promise<unknown>) => answer.catch((error: Error) => error.name)));
    server.closeAllConnections();
    server.close();

    expect(names).toEqual(['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException', 'AccessDenied']);
  });

  it('fails when a statement denies it, and the finding names the statement', async () => {
    const room = new Courtroom([...allowing({}), ...allowing({ Sid: 'NoVolumes', Effect: 'Deny', Action: 'ec2:DescribeVolumes' })]);

    expect((await room.refusal(await wireRequest((to) => new EC2Client(to).send(new DescribeVolumesCommand({})))))?.message).toContain('with an explicit deny in an identity-based policy');
    expect(room.findings).toEqual([expect.objectContaining({ expected: 'ec2:DescribeVolumes is allowed', found: 'NoVolumes of Mine denies it' })]);
  });

  it('whose resource is not known passes by a statement for every resource', async () => {
    const room = new Courtroom(allowing({ Action: 'ec2:Describe*', Condition: { StringEquals: { 'aws:RequestedRegion': 'ap-northeast-2' } } }));

    expect(await room.refusal(await wireRequest((to) => new EC2Client(to).send(new DescribeInstanceAttributeCommand({ InstanceId: 'i-1', Attribute: 'userData' }))))).toBeUndefined();
  });

  it.each([
    ['one for certain resources', { Action: 'ec2:Describe*', Resource: 'arn:aws:ec2:*:*:instance/*' }],
    ['one with a key of the action', { Action: 'ec2:Describe*', Condition: { StringEquals: { 'ec2:ResourceTag/a': 'b' } } }],
  ])('whose resource is not known fails with %s', async (_what, statement) => {
    const room = new Courtroom(allowing(statement));

    expect(await room.refusal(await wireRequest((to) => new EC2Client(to).send(new DescribeInstanceAttributeCommand({ InstanceId: 'i-1', Attribute: 'userData' }))))).toEqual({
      code: 'NotImplemented', status: 501, message: 'The rehearsal does not know what AWS judges of ec2 DescribeInstanceAttribute.',
    });
  });

  it('whose action is not known fails for a role that may not do everything', async () => {
    const room = new Courtroom(allowing({ Action: 'eks:*' }));

    expect(await room.refusal(await wireRequest((to) => new EKSClient(to).send(new DeleteClusterCommand({ name: 'c' }))))).toMatchObject({
      code: 'NotImplemented', message: 'The rehearsal does not know what AWS judges of eks DELETE /clusters/c.',
    });
  });
});
