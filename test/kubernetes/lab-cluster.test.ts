/** @jest-environment ./test/support/kubernetes-client-environment.js */
import type { JsonObject } from '../../lib/json';
import { DEPLOYMENTS } from '../../lib/kubernetes/core-kinds';
import { connectToLab, kubeconfigPath } from '../../lib/kubernetes/lab-cluster';
import { smallLabView } from '../assembly/small-lab';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';
import { kubeconfigFile } from './kubeconfig-file';

describe('the path of the kubeconfig', () => {
  const workingDirectory = '/home/student/lab';
  const env = { HOME: '/home/student', KUBECONFIG: ':/etc/lab/kubeconfig:/etc/other' };

  test.each([
    ['what the user asked for, from the working directory', { kubeconfig: 'mine', workingDirectory, env }, '/home/student/lab/mine'],
    ['the first of KUBECONFIG', { workingDirectory, env }, '/etc/lab/kubeconfig'],
    ['that of the home, where KUBECONFIG is empty', { workingDirectory, env: { ...env, KUBECONFIG: '' } }, '/home/student/.kube/config'],
    ['that of the home, where there is no KUBECONFIG', { workingDirectory, env: { HOME: '/home/student' } }, '/home/student/.kube/config'],
  ])('is %s', (_what, choice, path) => {
    expect(kubeconfigPath(choice)).toBe(path);
  });
});

describe('the connection to the lab\'s cluster', () => {
  const lab = smallLabView();
  const { namespace, release: name } = lab.karpenter;
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  /** Karpenter's Deployment, with these variables in its container. */
  function karpenter(...variables: readonly JsonObject[]): void {
    fake.put(DEPLOYMENTS, { metadata: { namespace, name }, spec: { template: { spec: { containers: [{ name: 'controller', env: variables }] } } } });
  }

  test('is made where Karpenter works for this cluster', async () => {
    karpenter({ name: 'LOG_LEVEL', value: 'info' }, { name: 'CLUSTER_NAME', value: lab.cluster.name });
    const api = await connectToLab(kubeconfigFile({ server: fake.url }), lab);
    expect(api.server).toBe(fake.url);
    api.close();
  });

  test('fails when Karpenter works for another cluster, with both names', async () => {
    karpenter({ name: 'CLUSTER_NAME', value: 'production' });
    await expect(connectToLab(kubeconfigFile({ server: fake.url }), lab)).rejects.toMatchObject({
      code: 'ClusterNotConfigured',
      message: `The kubeconfig leads to the cluster production; the lab's is ${lab.cluster.name}.`,
      received: fake.url,
    });
  });

  test('fails when Karpenter does not say for which cluster it works', async () => {
    karpenter();
    await expect(connectToLab(kubeconfigFile({ server: fake.url }), lab)).rejects.toMatchObject({ code: 'ClusterNotConfigured', message: expect.stringContaining('of an unknown name') });
  });

  test('fails when the cluster has no Karpenter', async () => {
    await expect(connectToLab(kubeconfigFile({ server: fake.url }), lab)).rejects.toMatchObject({ code: 'KarpenterNotFound', message: expect.stringContaining(`${namespace}/${name}`) });
  });

  test('fails when nobody answers', async () => {
    const file = kubeconfigFile({ server: 'http://127.0.0.1:1' });
    await expect(connectToLab(file, lab)).rejects.toMatchObject({ code: 'KubernetesUnreachable' });
  });
});
