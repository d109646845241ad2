import type { Agent } from 'node:https';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { clusterConnection, clusterToken } from '../../../lib/removal/guard/cluster-connection';

/** Credentials of AWS's own documentation. */
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = new Date('2026-11-23T09:00:00Z');

const eks = new EKSClient({ region: 'ap-northeast-2', credentials: CREDENTIALS });
const mock = mockClient(eks);

/** The question to STS that stands in a token. */
const questionIn = (token: string): URL => new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());

describe('a token for a cluster', () => {
  // The signatures were made once with botocore, by which the AWS CLI signs its tokens, for these credentials and this moment.
  it.each([
    ['a user', undefined, 'c1e43b62d24ca0829843856e2158fa95dfbae06042f3f7716c4348bb98fe8e79'],
    ['a role, whose session token stands in it', 'Fw/o+G8==', '034933028fbe8753cb6d49f7f503415ecf3df03c4beece45f17465b5b6dd6b2b'],
  ])('is the question that the AWS CLI signs for %s', async (_who, sessionToken, signature) => {
    const client = new EKSClient({ region: 'ap-northeast-2', credentials: { ...CREDENTIALS, sessionToken } });
    const token = await clusterToken(client, 'karpenter-lab', AT);
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    const url = questionIn(token);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'Action': 'GetCallerIdentity',
      'Version': '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261123/ap-northeast-2/sts/aws4_request',
      'X-Amz-Date': '20261123T090000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
      'X-Amz-Signature': signature,
    });
    expect(url.origin).toBe('https://sts.ap-northeast-2.amazonaws.com');
  });

  it('is good for this cluster alone', async () => {
    const signatures = await Promise.all(['karpenter-lab', 'karpenter-lab-2'].map(async (name) => questionIn(await clusterToken(eks, name, AT)).searchParams.get('X-Amz-Signature')));
    expect(new Set(signatures).size).toBe(2);
  });
});

describe('the way to a cluster', () => {
  beforeEach(() => mock.reset());

  it('is the endpoint that EKS names, trusted by the authority that EKS names', async () => {
    mock.on(DescribeClusterCommand, { name: 'karpenter-lab' }).resolves({
      cluster: { endpoint: 'https://abc.gr7.ap-northeast-2.eks.amazonaws.com', certificateAuthority: { data: Buffer.from('a certificate').toString('base64') } },
    });
    const connection = await clusterConnection(eks, 'karpenter-lab');
    expect(connection?.server).toBe('https://abc.gr7.ap-northeast-2.eks.amazonaws.com');
    const { agent, headers } = await connection!.authenticate();
    expect(String((agent as Agent).options.ca)).toBe('a certificate');
    expect(headers['authorization']).toMatch(/^Bearer k8s-aws-v1\./);
    connection?.close();
  });

  it('does not exist when the cluster does not', async () => {
    mock.on(DescribeClusterCommand).rejects(Object.assign(new Error('No cluster found'), { name: 'ResourceNotFoundException' }));
    expect(await clusterConnection(eks, 'karpenter-lab')).toBeUndefined();
  });

  it('fails when the cluster has no endpoint yet, or no longer', async () => {
    mock.on(DescribeClusterCommand).resolves({ cluster: { status: 'CREATING' } });
    await expect(clusterConnection(eks, 'karpenter-lab')).rejects.toMatchObject({ code: 'ClusterEndpointMissing', message: expect.stringContaining('CREATING') });
  });

  it('fails when EKS may not be asked: that is no proof that the cluster is gone', async () => {
    mock.on(DescribeClusterCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
    await expect(clusterConnection(eks, 'karpenter-lab')).rejects.toMatchObject({ code: 'AwsAccessDenied' });
  });
});
