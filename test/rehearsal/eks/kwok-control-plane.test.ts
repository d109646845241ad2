import { parseAllDocuments } from 'yaml';
import { kwokctlConfiguration } from '../../../lib/rehearsal/eks/kwok-control-plane';
import { toolchainIn } from '../../../lib/rehearsal/toolchain/toolchain';
import { PINNED_VERSIONS } from '../pinned-versions';

const configuration = kwokctlConfiguration({
  toolchain: toolchainIn('/cache/key', PINNED_VERSIONS),
  ports: { etcd: 1, etcdPeer: 2, kubeApiserver: 3, kubeControllerManager: 4, kubeScheduler: 5, kwok: 6 },
  podCidr: '10.11.0.0/16',
  apiServerFlags: { 'service-cluster-ip-range': '10.100.0.0/16' },
  documents: [{ kind: 'ClusterLogs' }],
});
const [cluster, logs] = parseAllDocuments(configuration).map((document) => document.toJS() as unknown);

describe('the configuration of kwokctl', () => {
  it('binds everything to loopback, on the given ports', () => {
    expect(cluster).toMatchObject({
      kind: 'KwokctlConfiguration',
      options: {
        runtime: 'binary', bindAddress: '127.0.0.1', etcdPort: 1, etcdPeerPort: 2, kubeApiserverPort: 3,
        kubeControllerManagerPort: 4, kubeSchedulerPort: 5, kwokControllerPort: 6,
      },
    });
  });

  it('names every program of the toolchain, so that nothing is downloaded', () => {
    expect(cluster).toMatchObject({
      options: {
        etcdBinary: '/cache/key/bin/etcd', kubeApiserverBinary: '/cache/key/bin/kube-apiserver',
        kubeControllerManagerBinary: '/cache/key/bin/kube-controller-manager', kubeSchedulerBinary: '/cache/key/bin/kube-scheduler',
        kwokControllerBinary: '/cache/key/bin/kwok', kubectlBinary: '/cache/key/bin/kubectl',
      },
    });
  });

  it('gives nodes an address, without which kubectl logs cannot reach them, and the API server its flags', () => {
    expect(cluster).toMatchObject({
      componentsPatches: [
        { name: 'kwok-controller', extraArgs: [{ key: 'node-ip', value: '127.0.0.1' }, { key: 'cidr', value: '10.11.0.0/16' }] },
        { name: 'kube-apiserver', extraArgs: [{ key: 'service-cluster-ip-range', value: '10.100.0.0/16' }] },
      ],
    });
  });

  it('takes further objects, such as where the logs of pods are', () => {
    expect(logs).toEqual({ kind: 'ClusterLogs' });
  });
});
