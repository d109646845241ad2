import { EC2Client, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { JsonObject } from '../../../lib/json';
import { type AwsFault, type AwsRequest, readAwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import type { Finding } from '../../../lib/rehearsal/findings';
import type { AccountRole } from '../../../lib/rehearsal/iam/account-roles';
import { readPolicy } from '../../../lib/rehearsal/iam/policy-document';
import { INSTRUCTOR_CREDENTIALS, Principals, ROOT_CREDENTIALS } from '../../../lib/rehearsal/iam/principals';
import { Sts } from '../../../lib/rehearsal/iam/sts';
import { ACCOUNT } from './simulated-access';
import { type Keys, wireRequest, type WritingConfiguration } from './wire-request';

const NOW = new Date('2026-11-27T03:00:00Z');

function statements(name: string, statement: JsonObject | undefined) {
  return statement === undefined ? [] : readPolicy(name, { Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
}

function roleOf(name: string, { path = '/', trust, policy }: { path?: string; trust?: JsonObject; policy?: JsonObject }): AccountRole {
  return {
    name, arn: `arn:aws:iam::${ACCOUNT}:role${path}${name}`, id: `AROA${name.toUpperCase()}`, tags: {},
    trust: statements(`trust policy of ${name}`, trust), statements: statements('Mine', policy),
  };
}

/** STS in an account with these roles and an instructor. */
class Office {
  readonly findings: Omit<Finding, 'at'>[] = [];
  now = NOW;
  readonly principals = new Principals(ACCOUNT, () => this.now);
  readonly sts: Sts;

  constructor(roles: readonly AccountRole[], instructorsPolicy: JsonObject = { Action: '*', Resource: '*' }) {
    const all = new Map([roleOf('Instructor', { policy: instructorsPolicy }), ...roles].map((role) => [role.name, role]));
    this.sts = new Sts({
      accountId: ACCOUNT,
      principals: this.principals,
      roles: { role: (name) => Promise.resolve(all.get(name)) },
      findings: { report: (finding) => void this.findings.push(finding) },
    });
  }

  async answer(request: AwsRequest): Promise<string> {
    const handling = await this.sts.handlerOf(request)(request);
    if (!('answer' in handling)) throw new Error('it is passed on');
    return handling.answer.body;
  }

  async assume(options: Partial<AssumeRoleCommandInput> = {}, credentials: Keys = INSTRUCTOR_CREDENTIALS): Promise<string> {
    const input = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/Deploy`, RoleSessionName: 'kim', ...options };
    return this.answer(await wireRequest((to) => new STSClient(to).send(new AssumeRoleCommand(input)), credentials));
  }
}

function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

function credentialsIn(xml: string): Keys {
  return { accessKeyId: element(xml, 'AccessKeyId'), secretAccessKey: element(xml, 'SecretAccessKey'), sessionToken: element(xml, 'SessionToken') };
}

function identity(office: Office, credentials: Keys): Promise<string> {
  return wireRequest((to) => new STSClient(to).send(new GetCallerIdentityCommand({})), credentials).then((request) => office.answer(request));
}

const BY_ACCOUNT: JsonObject = { Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: ACCOUNT } };

describe('GetCallerIdentity', () => {
  it('tells the instructor and the root user who they are', async () => {
    const office = new Office([]);
    const instructor = await identity(office, INSTRUCTOR_CREDENTIALS);
    const root = await identity(office, ROOT_CREDENTIALS);

    expect([element(instructor, 'Arn'), element(instructor, 'UserId'), element(instructor, 'Account')]).toEqual([`arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/rehearsal`, 'AROAINSTRUCTOR:rehearsal', ACCOUNT]);
    expect([element(root, 'Arn'), element(root, 'UserId')]).toEqual([`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT]);
  });

  it('leaves the path of a role out of the ARN of its session', async () => {
    const office = new Office([roleOf('Admin', { path: '/aws-reserved/sso.amazonaws.com/', trust: BY_ACCOUNT })]);
    const opened = await office.assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/Admin` });

    expect(element(await identity(office, credentialsIn(opened)), 'Arn')).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Admin/kim`);
  });

  it('takes a URL that is presigned, with the token in its query', async () => {
    const office = new Office([roleOf('Deploy', { trust: BY_ACCOUNT })]);
    const { accessKeyId, sessionToken = '' } = credentialsIn(await office.assume());
    const query = new URLSearchParams({
      'Action': 'GetCallerIdentity', 'Version': '2011-06-15', 'X-Amz-Credential': `${accessKeyId}/20261127/ap-northeast-2/sts/aws4_request`, 'X-Amz-Security-Token': sessionToken,
    });

    const request = readAwsRequest({ method: 'GET', target: `/?${query.toString()}`, headers: {}, body: Buffer.alloc(0) });
    expect(element(await office.answer(request), 'Arn')).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/kim`);
  });
});

describe('a key', () => {
  it.each([
    ['of STS', (to: WritingConfiguration) => new STSClient(to).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId'],
    ['of EC2', (to: WritingConfiguration) => new EC2Client(to).send(new DescribeVpcsCommand({})), 'AuthFailure'],
    ['of EKS', (to: WritingConfiguration) => new EKSClient(to).send(new ListClustersCommand({})), 'UnrecognizedClientException'],
  ])('that nobody has fails in the words %s', async (_service, send, code) => {
    const request = await wireRequest(send, { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' });

    expect(() => new Principals(ACCOUNT).callerOf(request)).toThrow(expect.objectContaining({ code }));
  });

  it('of a session fails without its token, and after its hour', async () => {
    const office = new Office([roleOf('Deploy', { trust: BY_ACCOUNT })]);
    const opened = await office.assume();
    const { accessKeyId, secretAccessKey } = credentialsIn(opened);

    await expect(identity(office, { accessKeyId, secretAccessKey })).rejects.toThrow('The security token included in the request is invalid.');
    expect(element(opened, 'Expiration')).toBe('2026-11-27T04:00:00.000Z');
    office.now = new Date('2026-11-27T04:00:00Z');
    await expect(identity(office, credentialsIn(opened))).rejects.toThrow(expect.objectContaining({ code: 'ExpiredToken' }));
  });

  it('fails where there is none', () => {
    const unsigned = readAwsRequest({ method: 'GET', target: '/', headers: {}, body: Buffer.alloc(0) });

    expect(() => new Principals(ACCOUNT).callerOf(unsigned)).toThrow(expect.objectContaining({ code: 'MissingAuthenticationToken' }));
  });
});

describe('AssumeRole', () => {
  it('asks the policies of a caller whom the trust policy lets in by the account', async () => {
    const roles = [roleOf('Deploy', { trust: BY_ACCOUNT })];
    const allowed = { Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${ACCOUNT}:role/Deploy` };

    expect(element(await new Office(roles, allowed).assume(), 'AssumedRoleId')).toBe('AROADEPLOY:kim');
    const office = new Office(roles, { Action: 'ec2:*', Resource: '*' });
    await expect(office.assume()).rejects.toThrow('User: arn:aws:sts::123456789012:assumed-role/Instructor/rehearsal is not authorized to perform: sts:AssumeRole on resource: '
      + 'arn:aws:iam::123456789012:role/Deploy because no identity-based policy allows the sts:AssumeRole action');
    expect(office.findings).toEqual([{
      kind: 'role-not-assumed', resource: 'Deploy', expected: 'arn:aws:sts::123456789012:assumed-role/Instructor/rehearsal may assume the role', found: 'no statement allows sts:AssumeRole',
    }]);
  });

  it('asks them not where the trust policy names the caller', async () => {
    const roles = [roleOf('Deploy', { trust: { Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/Instructor` } } })];

    expect(element(await new Office(roles, { Action: 'ec2:*', Resource: '*' }).assume(), 'AssumedRoleId')).toBe('AROADEPLOY:kim');
  });

  it('gives the root user what the trust policy gives to the account', async () => {
    expect(element(await new Office([roleOf('Deploy', { trust: BY_ACCOUNT })]).assume({}, ROOT_CREDENTIALS), 'AssumedRoleId')).toBe('AROADEPLOY:kim');
  });

  it('fails with tags that the trust policy does not allow', async () => {
    const office = new Office([roleOf('Deploy', { trust: { ...BY_ACCOUNT, Action: 'sts:AssumeRole' } })]);

    await expect(office.assume({ Tags: [{ Key: 'team', Value: 'a' }] })).rejects.toThrow('sts:TagSession');
  });

  it('fails with an external id that the trust policy does not want', async () => {
    const office = new Office([roleOf('Deploy', { trust: { ...BY_ACCOUNT, Condition: { Null: { 'sts:ExternalId': 'true' } } } })]);

    await expect(office.assume({ ExternalId: 'x' })).rejects.toThrow('is not authorized to perform: sts:AssumeRole');
    expect(element(await office.assume(), 'AssumedRoleId')).toBe('AROADEPLOY:kim');
  });

  it('fails for a role that is not there, as for one that is closed', async () => {
    await expect(new Office([]).assume()).rejects.toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }));
  });

  it('fails with a session policy, which a rehearsal does not play', async () => {
    await expect(new Office([roleOf('Deploy', { trust: BY_ACCOUNT })]).assume({ Policy: '{}' })).rejects.toThrow('The rehearsal does not answer requests with Policy.');
  });
});

describe('another operation of STS', () => {
  it('is refused by its name', async () => {
    const request = await wireRequest((to) => new STSClient(to).send(new GetSessionTokenCommand({})));

    expect(() => new Office([]).sts.handlerOf(request)(request)).toThrow('The rehearsal does not play sts:GetSessionToken.');
  });
});

describe('keys for a service', () => {
  const POD_IDENTITY: JsonObject = { Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { Service: 'pods.eks.amazonaws.com' } };
  const options = { roleArn: `arn:aws:iam::${ACCOUNT}:role/Controller`, service: 'pods.eks.amazonaws.com', sessionName: 'pod' } as const;

  it('are those of a session, and stay good', async () => {
    const office = new Office([roleOf('Controller', { trust: POD_IDENTITY })]);
    const keys = await office.sts.assumeForService({ ...options, tags: { 'eks-cluster-name': 'lab' } });
    office.now = new Date('2026-11-28T00:00:00Z');

    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(keys.expiration).toEqual(new Date('2026-11-27T04:00:00Z'));
    expect(element(await identity(office, keys), 'Arn')).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Controller/pod`);
    expect(office.principals.secretAccessKeyOf(keys.accessKeyId)).toBe(keys.secretAccessKey);
  });

  it.each([
    ['the trust policy lets in another service', { ...POD_IDENTITY, Principal: { Service: 'ec2.amazonaws.com' } }, 'statement 1 of trust policy of Controller allows it only for ec2.amazonaws.com'],
    ['it does not allow tags', { ...POD_IDENTITY, Action: 'sts:AssumeRole' }, 'no statement allows sts:TagSession'],
    ['the service acts for another resource', { ...POD_IDENTITY, Condition: { StringEquals: { 'aws:SourceArn': 'arn:a' } } }, 'statement 1 of trust policy of Controller allows it only where aws:SourceArn StringEquals arn:a, and the request has arn:b'],
  ])('fails when %s', async (_what, trust, found) => {
    const office = new Office([roleOf('Controller', { trust })]);

    await expect(office.sts.assumeForService({ ...options, tags: { a: 'b' }, sourceArn: 'arn:b' })).rejects.toThrow(expect.objectContaining({ code: 'AccessDenied' }) as AwsFault);
    expect(office.findings).toEqual([{ kind: 'role-not-assumed', resource: 'Controller', expected: 'pods.eks.amazonaws.com may assume the role', found }]);
  });

  it('fails without the role, or with another path', async () => {
    const office = new Office([roleOf('Controller', { path: '/deep/', trust: POD_IDENTITY })]);

    await expect(office.sts.assumeForService(options)).rejects.toThrow(expect.objectContaining({ code: 'NoSuchEntity' }) as AwsFault);
    expect(office.findings).toEqual([expect.objectContaining({ found: 'there is no such role' })]);
  });
});
