import { execCredential } from '../../../lib/rehearsal/eks/exec-credential';

const KEYS = { AWS_REGION: 'ap-northeast-2', AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: 'rehearsal' };

describe('the program that makes tokens for kubectl', () => {
  it('prints a token for the cluster, and when to ask for the next one', async () => {
    const credential = await execCredential('lab', KEYS, new Date('2026-11-27T04:00:00.123Z'));
    expect(credential).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1beta1', kind: 'ExecCredential', status: { expirationTimestamp: '2026-11-27T04:14:00Z', token: expect.stringMatching(/^k8s-aws-v1\./) },
    });
  });

  it('fails when a key is missing', async () => {
    await expect(execCredential('lab', { ...KEYS, AWS_SECRET_ACCESS_KEY: '' }, new Date())).rejects.toThrow('There is no AWS_SECRET_ACCESS_KEY in the environment.');
  });
});
