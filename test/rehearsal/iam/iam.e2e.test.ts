import { CreateLaunchTemplateCommand, EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  AddRoleToInstanceProfileCommand, AttachRolePolicyCommand, CreateInstanceProfileCommand, CreatePolicyCommand, CreateRoleCommand, DeleteInstanceProfileCommand, IAMClient,
  PutRolePolicyCommand, SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { JsonObject } from '../../../lib/json';
import type { AwsFault, AwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import type { Finding } from '../../../lib/rehearsal/findings';
import { Iam } from '../../../lib/rehearsal/iam/iam';
import { INSTRUCTOR_CREDENTIALS, INSTRUCTOR_ROLE, ROOT_CREDENTIALS } from '../../../lib/rehearsal/iam/principals';
import { type Moto, startMoto } from '../moto';
import { ACCOUNT, REGION } from './simulated-access';
import { type Keys, wireRequest, type WritingConfiguration } from './wire-request';

let moto: Moto;
let iam: Iam;
let aws: { readonly iam: IAMClient; readonly ec2: EC2Client };
const findings: Omit<Finding, 'at'>[] = [];

beforeAll(async () => {
  moto = await startMoto([]);
  iam = new Iam({ accountId: ACCOUNT, region: REGION, moto: moto.url, findings: { report: (finding) => void findings.push(finding) } });
  const configuration = { endpoint: moto.url, region: REGION, credentials: ROOT_CREDENTIALS };
  aws = { iam: new IAMClient(configuration), ec2: new EC2Client(configuration) };
  await makeRole(INSTRUCTOR_ROLE, { AWS: ACCOUNT });
  await aws.iam.send(new AttachRolePolicyCommand({ RoleName: INSTRUCTOR_ROLE, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
  await makeRole('Node', { Service: 'ec2.amazonaws.com' });
  await aws.iam.send(new AttachRolePolicyCommand({ RoleName: 'Node', PolicyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy' }));
});

afterAll(async () => {
  await iam.close();
  aws.iam.destroy();
  aws.ec2.destroy();
  await moto.stop();
});

async function makeRole(name: string, principal: JsonObject): Promise<void> {
  await aws.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document({ Action: 'sts:AssumeRole', Principal: principal }) }));
}

function document(statement: JsonObject): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Mine', Effect: 'Allow', ...statement }] });
}

function nodeKeys(): Promise<Keys> {
  return iam.assumeForService({ roleArn: `arn:aws:iam::${ACCOUNT}:role/Node`, service: 'ec2.amazonaws.com', sessionName: 'i-1' });
}

/** How a request is refused; undefined where it passes. */
async function refusal(keys: Keys, send: (configuration: WritingConfiguration) => Promise<unknown>): Promise<string | undefined> {
  const request = await wireRequest(send, keys);
  return iam.judge(request).then(() => undefined, (error: AwsFault) => error.code);
}

/** What the account answers to a request of IAM: IAM first, and moto with what it leaves. */
async function answerOf(request: AwsRequest): Promise<string> {
  const handling = await iam.handlerOf(request)?.(request) ?? { forward: request };
  if ('answer' in handling) return handling.answer.body;
  const { authorization, 'content-type': type } = request.headers;
  const response = await fetch(moto.url + request.target, {
    method: request.method,
    headers: { 'authorization': authorization ?? '', 'content-type': type ?? '' },
    body: new Uint8Array(request.body),
  });
  expect(response.status).toBe(200);
  const body = await response.text();
  return handling.change?.(body) ?? body;
}

describe('IAM over moto', () => {
  it('knows the instructor, and judges a node by the policies that AWS manages', async () => {
    const keys = await nodeKeys();

    expect(await refusal(INSTRUCTOR_CREDENTIALS, (to) => new EC2Client(to).send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] })))).toBeUndefined();
    expect(await refusal(keys, (to) => new EKSClient(to).send(new DescribeClusterCommand({ name: 'lab' })))).toBeUndefined();
    expect(await refusal(keys, (to) => new EC2Client(to).send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] })))).toBe('UnauthorizedOperation');
    expect(findings).toEqual([{
      kind: 'access-denied', resource: 'Node', found: 'no statement allows ec2:TerminateInstances',
      expected: `ec2:TerminateInstances on arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-1 is allowed`,
    }]);
  });

  it('judges by policies from the moment that they are written', async () => {
    const keys = await nodeKeys();
    const deleting = (to: WritingConfiguration): Promise<unknown> => new IAMClient(to).send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'profile' }));
    expect(await refusal(keys, deleting)).toBe('AccessDenied');

    await answerOf(await wireRequest((to) => new IAMClient(to).send(new PutRolePolicyCommand({
      RoleName: 'Node', PolicyName: 'Own', PolicyDocument: document({ Action: 'iam:DeleteInstanceProfile', Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/team': 'a' } } }),
    }))));
    expect(await refusal(keys, deleting)).toBe('AccessDenied');

    await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'profile', Path: '/deep/', Tags: [{ Key: 'team', Value: 'a' }] }));
    await aws.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'profile', RoleName: 'Node' }));
    expect(await refusal(keys, deleting)).toBeUndefined();
  });

  it('looks up what a launch touches: its template with tags, and the role of its profile', async () => {
    const launching = (to: WritingConfiguration): Promise<unknown> =>
      new EC2Client(to).send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, SubnetId: 'subnet-1', LaunchTemplate: { LaunchTemplateName: 'mine' } }));
    const own = (condition: JsonObject, passed: string): string => JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'ec2:RunInstances', NotResource: 'arn:aws:ec2:*:*:launch-template/*' },
        { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: 'arn:aws:ec2:*:*:launch-template/*', Condition: condition },
        { Effect: 'Allow', Action: 'iam:PassRole', Resource: passed },
      ],
    });
    await makeRole('Launcher', { Service: 'ec2.amazonaws.com' });
    const { LaunchTemplate: template } = await aws.ec2.send(new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'mine',
      LaunchTemplateData: { ImageId: 'ami-12c6146b', IamInstanceProfile: { Name: 'profile' }, NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-1'] }] },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'team', Value: 'a' }] }],
    }));
    const given = async (name: string, policy: string): Promise<Keys> => {
      const { Policy: made } = await aws.iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: policy }));
      await makeRole(`Launcher${name}`, { Service: 'ec2.amazonaws.com' });
      await answerOf(await wireRequest((to) => new IAMClient(to).send(new AttachRolePolicyCommand({ RoleName: `Launcher${name}`, PolicyArn: made?.Arn }))));
      return iam.assumeForService({ roleArn: `arn:aws:iam::${ACCOUNT}:role/Launcher${name}`, service: 'ec2.amazonaws.com', sessionName: 'i-1' });
    };
    const ofTeam = { StringEquals: { 'aws:ResourceTag/team': 'a' } };
    const node = `arn:aws:iam::${ACCOUNT}:role/Node`;
    findings.length = 0;

    expect(await refusal(await given('Right', own(ofTeam, node)), launching)).toBeUndefined();
    expect(await refusal(await given('WrongTag', own({ StringEquals: { 'aws:ResourceTag/team': 'b' } }, node)), launching)).toBe('UnauthorizedOperation');
    expect(await refusal(await given('WrongRole', own(ofTeam, `${node}s`)), launching)).toBe('UnauthorizedOperation');
    expect(findings.map(({ resource, expected }) => ({ resource, expected }))).toEqual([
      { resource: 'LauncherWrongTag', expected: `ec2:RunInstances on arn:aws:ec2:${REGION}:${ACCOUNT}:launch-template/${template?.LaunchTemplateId} is allowed` },
      { resource: 'LauncherWrongRole', expected: `iam:PassRole on ${node} is allowed` },
    ]);
  });

  it('simulates the policies of a role', async () => {
    const request = await wireRequest((to) => new IAMClient(to).send(new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/Node`, ActionNames: ['ec2:DescribeInstances', 'ec2:TerminateInstances'],
    })));

    expect([...(await answerOf(request)).matchAll(/<EvalDecision>(\w+)</g)].map(([, decision]) => decision)).toEqual(['allowed', 'implicitDeny']);
  });
});
