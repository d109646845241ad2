import { parseAllDocuments } from 'yaml';
import { kwokctlConfiguration } from '../../lib/rehearsal/control-plane';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { toolchainIn } from '../../lib/rehearsal/toolchain/toolchain';
import { smallLabView } from '../assembly/small-lab';
import { PINNED_VERSIONS } from './pinned-versions';

const configuration = kwokctlConfiguration({
  lab: smallLabView(),
  paths: rehearsalPaths('/lab', 'default'),
  toolchain: toolchainIn('/cache/key', PINNED_VERSIONS),
  ports: {
    etcd: 1, etcdPeer: 2, kubeApiserver: 3, kubeControllerManager: 4, kubeScheduler: 5, kwok: 6, moto: 7, awsAnswers: 8, karpenterMetrics: 9, karpenterHealth: 10,
  },
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

  it('gives nodes an address, without which kubectl logs cannot reach them', () => {
    expect(cluster).toMatchObject({
      componentsPatches: [{ name: 'kwok-controller', extraArgs: [{ key: 'node-ip', value: '127.0.0.1' }, { key: 'cidr', value: '10.11.0.0/16' }] }],
    });
  });

  it('serves Karpenter\'s log from its file', () => {
    expect(logs).toMatchObject({
      kind: 'ClusterLogs',
      spec: { selector: { matchNamespaces: ['kube-system'] }, logs: [{ containers: ['controller'], logsFile: '/lab/.lab/rehearsals/default/logs/karpenter.cri.log', follow: true }] },
    });
  });
});
