import { placeOfEntry, placeOfServer, requireLabPlace, type LabPlace } from '../../lib/kubernetes/lab-cluster';
import { NODES } from '../../lib/kubernetes/core-kinds';
import { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const SEOUL: LabPlace = { region: 'ap-northeast-2', account: undefined };
const ENTRY = 'arn:aws:eks:ap-northeast-2:111122223333:cluster/karpenter-lab';

/** An API server that is never asked: its name says enough. */
function unasked(server: string, clusterEntry?: string): KubernetesApi {
  return new KubernetesApi({ server, clusterEntry, authenticate: () => Promise.reject(new Error(`${server} was asked`)), close: () => undefined });
}

describe('the region of an API server', () => {
  test.each([
    ['https://0A1B2C3D4E5F.gr7.ap-northeast-2.eks.amazonaws.com', 'ap-northeast-2'],
    ['https://0A1B2C3D4E5F.gr7.us-east-1.eks.amazonaws.com:443', 'us-east-1'],
    ['https://0A1B2C3D4E5F.us-gov-west-1.eks.amazonaws.com.', 'us-gov-west-1'],
    ['https://0A1B2C3D4E5F.yl4.cn-northwest-1.eks.amazonaws.com.cn', 'cn-northwest-1'],
    ['https://0A1B2C3D4E5F.sk1.eks-cluster.eu-central-1.api.aws', 'eu-central-1'],
    ['https://0A1B2C3D4E5F.eks-cluster.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1'],
    ['https://0A1B2C3D4E5F.cn-north-1.amazonwebservices.com.cn', 'cn-north-1'],
  ])('stands in %s', (server, region) => {
    expect(placeOfServer(server)).toEqual({ region });
  });

  test.each([
    'https://127.0.0.1:6443', 'https://[::1]:6443', 'https://localhost:6443', 'https://10.11.0.17', 'https://kubernetes.school.example',
    'https://us-east-1.eks.amazonaws.com.school.example', 'https://lab.us-east-1.elb.amazonaws.com', 'not a URL',
  ])('is not told by %s', (server) => {
    expect(placeOfServer(server)).toEqual({ region: undefined });
  });
});

describe('the place of a cluster by its entry in the kubeconfig', () => {
  test('is that of the ARN which the AWS CLI writes', () => {
    expect(placeOfEntry(ENTRY)).toEqual({ region: 'ap-northeast-2', account: '111122223333' });
    expect(placeOfEntry('arn:aws-cn:eks:cn-north-1:111122223333:cluster/lab')).toEqual({ region: 'cn-north-1', account: '111122223333' });
  });

  test.each(['karpenter-lab', 'kwok-default', 'karpenter-lab.us-east-1.eksctl.io', 'arn:aws:iam::111122223333:role/lab', ''])('is not told by %s', (name) => {
    expect(placeOfEntry(name)).toEqual({ region: undefined, account: undefined });
  });
});

describe('a cluster of the lab\'s name', () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  const node = (name: string, region?: string): void => void fake.put(NODES, { metadata: { name, labels: region === undefined ? {} : { 'topology.kubernetes.io/region': region } } });

  test('is the lab\'s by the name of its API server, and no node is asked for', async () => {
    await expect(requireLabPlace(unasked('https://0A1B.gr7.ap-northeast-2.eks.amazonaws.com'), SEOUL)).resolves.toBeUndefined();
    await expect(requireLabPlace(unasked('https://0A1B.gr7.ap-northeast-2.eks.amazonaws.com', ENTRY), { ...SEOUL, account: '111122223333' })).resolves.toBeUndefined();
  });

  test('fails when its API server is in another region, with both regions', async () => {
    const server = 'https://0A1B.gr7.us-east-1.eks.amazonaws.com';
    await expect(requireLabPlace(unasked(server), SEOUL)).rejects.toMatchObject({
      code: 'ClusterNotConfigured', message: 'The kubeconfig leads to a cluster in us-east-1; the lab\'s is in ap-northeast-2.', received: server, remedy: expect.stringContaining('region in lab.yaml'),
    });
  });

  test('fails when its entry in the kubeconfig is of another region, though its server is reached by another name', async () => {
    const entry = 'arn:aws:eks:us-east-1:111122223333:cluster/karpenter-lab';
    await expect(requireLabPlace(unasked('https://localhost:8443', entry), SEOUL)).rejects.toMatchObject({ code: 'ClusterNotConfigured', message: expect.stringContaining('a cluster in us-east-1'), received: entry });
  });

  test('fails when its entry in the kubeconfig is of another account than lab.yaml names', async () => {
    await expect(requireLabPlace(unasked('https://0A1B.gr7.ap-northeast-2.eks.amazonaws.com', ENTRY), { ...SEOUL, account: '444455556666' })).rejects.toMatchObject({
      code: 'ClusterNotConfigured', message: 'The kubeconfig leads to a cluster of account 111122223333; the lab belongs to account 444455556666.', received: ENTRY, remedy: expect.stringContaining('account in lab.yaml'),
    });
  });

  test('may be of any account where lab.yaml names none, and where the entry does not tell', async () => {
    await expect(requireLabPlace(unasked('https://0A1B.gr7.ap-northeast-2.eks.amazonaws.com', ENTRY), SEOUL)).resolves.toBeUndefined();
    await expect(requireLabPlace(unasked('https://0A1B.gr7.ap-northeast-2.eks.amazonaws.com', 'mine'), { ...SEOUL, account: '444455556666' })).resolves.toBeUndefined();
  });

  test('is the lab\'s by the labels of its nodes where its API server has no name of EKS: a rehearsal', async () => {
    node('system-1', 'ap-northeast-2');
    node('of-a-student', 'us-east-1');
    await expect(requireLabPlace(fake.api(), SEOUL)).resolves.toBeUndefined();
    expect(fake.requests).toEqual(['GET /api/v1/nodes']);
  });

  test('fails when all its nodes are of another region', async () => {
    node('system-1', 'us-east-1');
    node('unlabelled');
    await expect(requireLabPlace(fake.api(), SEOUL)).rejects.toMatchObject({ code: 'ClusterNotConfigured', message: expect.stringContaining('a cluster in us-east-1; the lab\'s is in ap-northeast-2'), received: fake.url });
  });

  test('may be anywhere when nothing tells: without nodes, and for a user who may not see them', async () => {
    await expect(requireLabPlace(fake.api(), SEOUL)).resolves.toBeUndefined();
    node('unlabelled');
    await expect(requireLabPlace(fake.api(), SEOUL)).resolves.toBeUndefined();
    node('system-1', 'us-east-1');
    fake.refuse({ method: 'GET', path: /\/nodes$/, status: 403, message: 'nodes is forbidden' });
    await expect(requireLabPlace(fake.api(), SEOUL)).resolves.toBeUndefined();
  });

  test('fails when its API server does not say for another reason', async () => {
    fake.refuse({ method: 'GET', path: /\/nodes$/, status: 401, message: 'Unauthorized' });
    await expect(requireLabPlace(fake.api(), SEOUL)).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 401 });
  });
});
