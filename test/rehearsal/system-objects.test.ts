import { objectAt, textAt } from '../../lib/json';
import { systemNodes, systemWorkloads } from '../../lib/rehearsal/system-objects';
import { addon, nodeGroup, smallLabView } from '../assembly/small-lab';
import { labErrorOf } from '../assembly/lab-error-of';

describe('the system nodes of a rehearsal', () => {
  const nodes = systemNodes(smallLabView({ Nodes: nodeGroup('m5.large', 3) }), '1.35.8');

  it('are as many as the node group desires, each with a name of its own', () => {
    expect(new Set(nodes.map((node) => textAt(node, 'metadata', 'name'))).size).toBe(3);
    for (const node of nodes) expect(textAt(node, 'metadata', 'name')).toMatch(/^ip-\d+-\d+-\d+-\d+\.ap-northeast-2\.compute\.internal$/);
  });

  it('are spread over the zones', () => {
    const zones = nodes.map((node) => textAt(node, 'metadata', 'labels', 'topology.kubernetes.io/zone'));
    expect(new Set(zones).size).toBe(2);
  });

  it('have what pods may request of their instance type', () => {
    expect(objectAt(nodes[0], 'status', 'allocatable')).toMatchObject({ cpu: '1930m', pods: '29' });
  });

  it('are played by kwok, and are not taken by Karpenter\'s simulation for its own', () => {
    expect(objectAt(nodes[0], 'metadata', 'annotations')).toEqual({ 'kwok.x-k8s.io/node': 'fake' });
    expect(objectAt(nodes[0], 'metadata', 'labels')).not.toHaveProperty(['kwok.x-k8s.io/node']);
  });

  it('fails when nothing is known of their instance type', () => {
    expect(labErrorOf(() => systemNodes(smallLabView({ Nodes: nodeGroup('x9.large', 1) }), '1.35.8')))
      .toMatchObject({ code: 'InstanceTypeUnknown', received: 'x9.large' });
  });
});

describe('the system pods of a rehearsal', () => {
  const workloads = systemWorkloads(smallLabView({
    Cni: addon('vpc-cni'),
    Dns: addon('coredns', { replicaCount: 3 }),
  }));
  const named = (name: string) => workloads.find((workload) => textAt(workload, 'metadata', 'name') === name);

  it('of a daemon are a DaemonSet, from which Karpenter computes overhead', () => {
    expect(named('aws-node')).toMatchObject({ kind: 'DaemonSet', spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } });
    expect(JSON.stringify(named('aws-node'))).toContain('"cpu":"50m"');
  });

  it('have the replicas that the add-on\'s configuration says', () => {
    expect(named('coredns')).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } });
  });

  it('of Karpenter request what its chart says, in a container that its log is served for, with the label by which students read it', () => {
    expect(named('karpenter')).toMatchObject({
      kind: 'Deployment',
      metadata: { namespace: 'kube-system' },
      spec: { replicas: 2, template: { metadata: { labels: { 'app.kubernetes.io/name': 'karpenter' } }, spec: { containers: [{ name: 'controller', resources: { requests: { cpu: '500m', memory: '512Mi' } } }] } } },
    });
  });
});
