import { clusterToken, type TokenSigner } from '../../lib/aws/cluster-token';

/** Credentials of AWS's own documentation. */
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = new Date('2026-11-23T09:00:00Z');

const signer = (credentials: Awaited<ReturnType<TokenSigner['credentials']>>): TokenSigner => ({
  region: () => Promise.resolve('ap-northeast-2'),
  credentials: () => Promise.resolve(credentials),
});

/** The question to STS that stands in a token. */
const questionIn = (token: string): URL => new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());

describe('a token for a cluster', () => {
  // The signatures were made once with botocore, by which the AWS CLI signs its tokens, for these credentials and this moment.
  it.each([
    ['a user', undefined, 'c1e43b62d24ca0829843856e2158fa95dfbae06042f3f7716c4348bb98fe8e79'],
    ['a role, whose session token stands in it', 'Fw/o+G8==', '034933028fbe8753cb6d49f7f503415ecf3df03c4beece45f17465b5b6dd6b2b'],
  ])('is the question that the AWS CLI signs for %s', async (_who, sessionToken, signature) => {
    const token = await clusterToken(signer({ ...CREDENTIALS, sessionToken }), 'karpenter-lab', AT);
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
    const signatures = await Promise.all(['karpenter-lab', 'karpenter-lab-2'].map(async (name) => questionIn(await clusterToken(signer(CREDENTIALS), name, AT)).searchParams.get('X-Amz-Signature')));
    expect(new Set(signatures).size).toBe(2);
  });
});
