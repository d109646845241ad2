import type { Agent } from 'node:https';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { clusterConnection } from '../../../lib/removal/guard/cluster-connection';

/** Credentials of AWS's own documentation. */
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const eks = new EKSClient({ region: 'ap-northeast-2', credentials: CREDENTIALS });
const mock = mockClient(eks);

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
