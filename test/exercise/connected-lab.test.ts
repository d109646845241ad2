/** @jest-environment ./test/support/kubernetes-client-environment.js */
import { onLab } from '../../lib/exercise/connected-lab';
import { labStatus } from '../../lib/exercise/lab-status';
import { watchLab } from '../../lib/exercise/watch-lab';
import { scaleLab } from '../../lib/exercise/scale-lab';
import { verifyLab } from '../../lib/exercise/verify-lab';
import type { JsonObject } from '../../lib/json';
import { DEPLOYMENTS, NODES } from '../../lib/kubernetes/core-kinds';
import { runContext } from '../../lib/run-context';
import { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { smallLab } from '../assembly/small-lab';
import { writeAssembly } from '../assembly/write-assembly';
import { kubeconfigFile } from '../kubernetes/kubeconfig-file';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const ACCOUNT = '111122223333';

/** The small lab as an assembly, bound to an account. */
function assemblyOf(account: string): string {
  const template: JsonObject = {
    Resources: Object.fromEntries([...smallLab().resources.values()].map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }])),
  };
  return writeAssembly(template, `aws://${account}/ap-northeast-2`);
}

describe('a verb of the class', () => {
  let fake: FakeKubernetes;
  let closed: jest.SpyInstance;
  beforeEach(async () => {
    closed = jest.spyOn(KubernetesApi.prototype, 'close');
    fake = await FakeKubernetes.start();
    fake.put(DEPLOYMENTS, {
      metadata: { namespace: 'kube-system', name: 'karpenter' },
      spec: { template: { spec: { containers: [{ env: [{ name: 'CLUSTER_NAME', value: 'lab' }] }] } } },
    });
    fake.put(NODES, { metadata: { name: 'system-1', labels: { 'topology.kubernetes.io/region': 'ap-northeast-2' } } });
  });
  afterEach(() => {
    closed.mockRestore();
    return fake.stop();
  });

  const connectionTo = (entry: string, account = ACCOUNT) => ({ assemblyDirectory: assemblyOf(account), kubeconfig: kubeconfigFile({ server: fake.url, clusterEntry: entry }) });

  test('works on the lab\'s cluster, and ends the connection', async () => {
    const { api, lab } = await onLab(connectionTo(`arn:aws:eks:ap-northeast-2:${ACCOUNT}:cluster/lab`), runContext(), async (connected) => {
      await connected.api.list(NODES);
      return connected;
    });
    expect(lab.stack).toMatchObject({ region: 'ap-northeast-2', account: ACCOUNT });
    expect(api.server).toBe(fake.url);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  const verbs = {
    status: (connection: ReturnType<typeof connectionTo>) => labStatus(connection, runContext()),
    watch: (connection: ReturnType<typeof connectionTo>) => watchLab({ ...connection, intervalSeconds: 1, onNews: () => undefined }, runContext({ signal: AbortSignal.timeout(5000) })),
    scale: (connection: ReturnType<typeof connectionTo>) => scaleLab({ ...connection, replicas: 5, wait: false, confirm: () => Promise.resolve(true) }, runContext()),
    verify: (connection: ReturnType<typeof connectionTo>) => verifyLab(connection, runContext()),
  } as const;

  test.each(Object.entries(verbs))('fails when the cluster of the same name is in another account or region: %s', async (_name, verb) => {
    await expect(verb(connectionTo(`arn:aws:eks:ap-northeast-2:${ACCOUNT}:cluster/lab`, '444455556666'))).rejects.toMatchObject({ code: 'ClusterNotConfigured', message: expect.stringContaining('of account 111122223333') });
    await expect(verb(connectionTo(`arn:aws:eks:us-east-1:${ACCOUNT}:cluster/lab`))).rejects.toMatchObject({ code: 'ClusterNotConfigured', message: expect.stringContaining('in us-east-1') });
    expect(fake.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('fails when the nodes of a cluster without a telling name are in another region', async () => {
    fake.put(NODES, { metadata: { name: 'system-1', labels: { 'topology.kubernetes.io/region': 'us-east-1' } } });
    const work = jest.fn();
    await expect(onLab(connectionTo('mine'), runContext(), work)).rejects.toMatchObject({ code: 'ClusterNotConfigured' });
    expect(work).not.toHaveBeenCalled();
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
