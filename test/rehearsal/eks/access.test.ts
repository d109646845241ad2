/** @jest-environment ./test/support/kubernetes-client-environment.js */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AssociateAccessPolicyCommand, type AssociateAccessPolicyCommandInput, CreateAccessEntryCommand, type CreateAccessEntryCommandInput, DeleteAccessEntryCommand,
  ListAccessEntriesCommand, UpdateAccessEntryCommand,
} from '@aws-sdk/client-eks';
import { clusterToken, signedQuestion } from '../../../lib/aws/cluster-token';
import type { JsonObject } from '../../../lib/json';
import { NAMESPACES } from '../../../lib/kubernetes/core-kinds';
import type { ResourceKind } from '../../../lib/kubernetes/objects';
import { ACCOUNT, REGION, roleArn } from './played-eks';
import { ec2, refusalOf, type SmallEks, startSmallEks } from './small-eks';

const CLUSTER_ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
const INSTRUCTOR = roleArn('staff/Instructor');

const rbac = (kind: string, plural: string, isNamespaced: boolean): ResourceKind<JsonObject> =>
  ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, plural, isNamespaced, read: (body) => body });
const CLUSTER_ROLE_BINDINGS = rbac('ClusterRoleBinding', 'clusterrolebindings', false);
const ROLE_BINDINGS = rbac('RoleBinding', 'rolebindings', true);

let small: SmallEks;
let tokenReviewUrl: string;

beforeEach(async () => {
  small = await startSmallEks({
    callers: {
      instructor: `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim@example.org`,
      node: `arn:aws:sts::${ACCOUNT}:assumed-role/NodeRole/i-1`,
    },
    secretAccessKeyOf: (key) => ({ instructor: 'secret', node: 'secret' })[key],
  });
  await small.createCluster();
  tokenReviewUrl = small.tokenReviewUrls[0] ?? '';
});

afterEach(() => small.stop());

const createEntry = (change: Partial<CreateAccessEntryCommandInput> = {}) =>
  small.client.send(new CreateAccessEntryCommand({ clusterName: 'lab', principalArn: INSTRUCTOR, ...change }));

const associate = (change: Partial<AssociateAccessPolicyCommandInput> = {}) =>
  small.client.send(new AssociateAccessPolicyCommand({ clusterName: 'lab', principalArn: INSTRUCTOR, policyArn: CLUSTER_ADMIN, accessScope: { type: 'cluster' }, ...change }));

interface SignedBy {
  readonly key?: string;
  readonly secret?: string;
  readonly clusterName?: string;
  readonly at?: Date;
}

const tokenOf = ({ key = 'instructor', secret = 'secret', clusterName = 'lab', at = new Date() }: SignedBy = {}) => clusterToken({
  region: () => Promise.resolve(REGION), credentials: () => Promise.resolve({ accessKeyId: key, secretAccessKey: secret }),
}, clusterName, at);

/** What the webhook answers to an API server. */
async function reviewed(token: string) {
  const answer = await fetch(tokenReviewUrl, { method: 'POST', body: JSON.stringify({ kind: 'TokenReview', spec: { token } }) });
  return (await answer.json() as { readonly status: { readonly authenticated: boolean; readonly error?: string; readonly user?: JsonObject } }).status;
}

describe('an access entry', () => {
  it('lets the sessions of a role in, by the role\'s ARN with its path', async () => {
    await createEntry({ kubernetesGroups: ['teachers'] });
    expect(await reviewed(await tokenOf())).toMatchObject({
      authenticated: true,
      user: { username: `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim-example.org`, groups: ['teachers'], extra: { canonicalArn: [INSTRUCTOR] } },
    });
  });

  it('lets instances in as the nodes that they are', async () => {
    ec2.on(DescribeInstancesCommand, { InstanceIds: ['i-1'] }).resolves({ Reservations: [{ Instances: [{ PrivateIpAddress: '10.11.72.27' }] }] });
    await createEntry({ principalArn: roleArn('NodeRole'), type: 'EC2_LINUX' });
    expect(await reviewed(await tokenOf({ key: 'node' }))).toMatchObject({
      authenticated: true,
      user: { username: 'system:node:ip-10-11-72-27.ap-northeast-2.compute.internal', groups: ['system:bootstrappers', 'system:nodes'] },
    });
  });

  it('lets in until it is deleted, and what its policies allowed goes with it', async () => {
    await createEntry();
    await associate();
    expect(small.kubernetes.all(CLUSTER_ROLE_BINDINGS)).toMatchObject([{
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'Group', name: `eks:access-entry:${INSTRUCTOR}` }],
    }]);
    expect(await reviewed(await tokenOf())).toMatchObject({ user: { groups: [`eks:access-entry:${INSTRUCTOR}`] } });
    await small.client.send(new DeleteAccessEntryCommand({ clusterName: 'lab', principalArn: INSTRUCTOR }));
    expect(small.kubernetes.all(CLUSTER_ROLE_BINDINGS)).toEqual([]);
    expect(await reviewed(await tokenOf())).toEqual({ authenticated: false, error: `${INSTRUCTOR} has no access entry` });
  });

  it('grants a policy in namespaces alone where its scope says so', async () => {
    small.kubernetes.put(NAMESPACES, { metadata: { name: 'class' } });
    await createEntry();
    await associate({ policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy', accessScope: { type: 'namespace', namespaces: ['class'] } });
    expect(small.kubernetes.all(ROLE_BINDINGS)).toMatchObject([{ metadata: { namespace: 'class' }, roleRef: { name: 'view' } }]);
    expect(small.kubernetes.all(CLUSTER_ROLE_BINDINGS)).toEqual([]);
    expect(await refusalOf(associate({ accessScope: { type: 'namespace', namespaces: ['missing'] } }))).toContain('the namespace missing, which the cluster does not have');
  });

  it('gets other groups', async () => {
    await createEntry({ kubernetesGroups: ['a'] });
    await small.client.send(new UpdateAccessEntryCommand({ clusterName: 'lab', principalArn: INSTRUCTOR, kubernetesGroups: ['b'] }));
    expect(await reviewed(await tokenOf())).toMatchObject({ user: { groups: ['b'] } });
    expect((await small.client.send(new ListAccessEntriesCommand({ clusterName: 'lab' }))).accessEntries).toEqual([INSTRUCTOR]);
  });

  it.each([
    ['an ARN without the role\'s path', roleArn('Instructor')],
    ['the ARN of a session', `arn:aws:sts::${ACCOUNT}:assumed-role/Instructor/kim`],
    ['a role that is not there', roleArn('Nobody')],
    ['a role of another account', 'arn:aws:iam::999999999999:role/ClusterRole'],
    ['a user who is not there', `arn:aws:iam::${ACCOUNT}:user/nobody`],
  ])('fails when its principal is %s', async (_what, principalArn) => {
    expect(await refusalOf(createEntry({ principalArn }))).toBe('InvalidParameterException: The specified principalArn is invalid: invalid principal.');
  });

  it('fails when its principal has one, or its group is one of Kubernetes\' own', async () => {
    expect(await refusalOf(createEntry({ kubernetesGroups: ['system:masters'] }))).toContain('InvalidParameterException: The kubernetes group name system:masters is invalid');
    await createEntry();
    expect(await refusalOf(createEntry())).toContain('ResourceInUseException');
    expect(await refusalOf(associate({ policyArn: 'arn:aws:eks::aws:cluster-access-policy/Admin' }))).toContain('InvalidParameterException: The specified policyArn is invalid');
  });
});

describe('a token', () => {
  const refused: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['it was signed for another cluster', () => tokenOf({ clusterName: 'lab-2' }), /SignatureDoesNotMatch/],
    ['it was signed with another secret', () => tokenOf({ secret: 'guessed' }), /SignatureDoesNotMatch/],
    ['nobody has its key', () => tokenOf({ key: 'stranger' }), /InvalidClientTokenId/],
    ['it is older than a quarter of an hour', () => tokenOf({ at: new Date(Date.now() - 16 * 60_000) }), /was signed more than 900 s ago/],
    ['it asks somebody else than STS', () => Promise.resolve(`k8s-aws-v1.${Buffer.from('https://example.org/?Action=GetCallerIdentity').toString('base64url')}`), /which is not STS/],
    ['the cluster\'s name is not signed', async () => changed(await tokenOf(), 'host%3Bx-k8s-aws-id', 'host'), /x-k8s-aws-id is not signed/],
    ['it asks something else', async () => changed(await tokenOf(), 'GetCallerIdentity', 'GetSessionToken'), /does not ask STS for the caller's identity/],
  ];
  it.each(refused)('fails when %s', async (_when, token, error) => {
    await createEntry();
    expect(await reviewed(await token())).toEqual({ authenticated: false, error: expect.stringMatching(error) as string });
    expect(small.account.findings.found).toMatchObject([{ kind: 'kubernetes-access-denied', resource: 'the API of cluster lab' }]);
  });

  it('fails when its signer has no access entry, which is found', async () => {
    expect(await reviewed(await tokenOf())).toMatchObject({ authenticated: false });
    expect(small.account.findings.found).toMatchObject([{
      kind: 'kubernetes-access-denied', resource: INSTRUCTOR, expected: `cluster lab has an access entry for ${INSTRUCTOR}`, found: 'the cluster has none',
    }]);
  });

  it('is none of EKS\'s where it is a ServiceAccount\'s, and nothing is found', async () => {
    expect(await reviewed('eyJhbGciOi')).toEqual({ authenticated: false });
    expect(small.account.findings.found).toEqual([]);
  });

  it('may be signed for the account\'s own endpoint, as the AWS CLI does where it is told one', async () => {
    await createEntry();
    const url = await signedQuestion({
      region: () => Promise.resolve(REGION), credentials: () => Promise.resolve({ accessKeyId: 'instructor', secretAccessKey: 'secret' }),
    }, { clusterName: 'lab', at: new Date(), sts: small.account.endpoint });
    expect(await reviewed(`k8s-aws-v1.${Buffer.from(url).toString('base64url')}`)).toMatchObject({ authenticated: true });
  });
});

/** A token with another text in its URL. */
function changed(token: string, from: string, to: string): string {
  const url = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
  return `k8s-aws-v1.${Buffer.from(url.replace(from, to)).toString('base64url')}`;
}
