import type { JsonObject } from '../../lib/json';
import type { KarpenterInstance } from '../../lib/aws/karpenter-instances';
import { drainPass } from '../../lib/removal/drain-pass';
import { AWS_BACKED_KINDS, POD_MAKING_KINDS, PERSISTENT_VOLUMES } from '../../lib/removal/drain-workloads';
import { DEPLOYMENTS, NAMESPACES, PODS } from '../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import type { ResourceKind } from '../../lib/kubernetes/objects';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const kindOf = (kind: string): ResourceKind<unknown> => {
  const found = [...AWS_BACKED_KINDS, ...POD_MAKING_KINDS].find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`a drain does not know ${kind}`);
  return found;
};
const BUDGETS: ResourceKind<unknown> = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', isNamespaced: true, read: (body) => body };
const RUNNING: KarpenterInstance = { id: 'i-1', state: 'shutting-down', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', nodePool: 'default' };

describe('a pass of a drain', () => {
  let fake: FakeKubernetes;
  let api: KubernetesApi;
  let instances: readonly KarpenterInstance[];

  const named = (name: string, more: JsonObject = {}): JsonObject => ({ metadata: { name, ...more } });
  const pass = (more: Partial<Parameters<typeof drainPass>[0]> = {}) => drainPass({ api, instances: () => Promise.resolve(instances), ...more });
  const left = (kind: ResourceKind<unknown>): readonly unknown[] => fake.all(kind).map((body) => (body['metadata'] as JsonObject)['name']);

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    api = fake.api();
    instances = [];
  });
  afterEach(() => fake.stop());

  it('finds nothing in an empty cluster', async () => {
    expect(await pass()).toEqual({ phase: 'drained', isDrained: true, deleted: [], remaining: [], refused: [] });
  });

  it('deletes namespaces, students\' too, and leaves those of the system and Karpenter\'s', async () => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'karpenter', 'karpenter-test', 'student-7', 'kube-ops-view']) fake.put(NAMESPACES, named(name));
    const { deleted } = await pass({ controller: { namespace: 'karpenter', name: 'karpenter' } });
    expect(deleted).toEqual(['Namespace karpenter-test', 'Namespace student-7', 'Namespace kube-ops-view']);
    expect(left(NAMESPACES)).toEqual(['default', 'kube-system', 'kube-public', 'kube-node-lease', 'karpenter']);
  });

  it('deletes in the namespace default what makes pods, but nothing that goes with its owner', async () => {
    fake.put(DEPLOYMENTS, named('shop', { namespace: 'default' }));
    fake.put(DEPLOYMENTS, named('coredns', { namespace: 'kube-system' }));
    fake.put(kindOf('StatefulSet'), named('db', { namespace: 'default' }));
    fake.put(PODS, named('shop-1', { namespace: 'default', ownerReferences: [{ kind: 'ReplicaSet', name: 'shop' }] }));
    fake.put(PODS, named('alone', { namespace: 'default' }));
    expect((await pass()).deleted).toEqual(['Deployment default/shop', 'StatefulSet default/db', 'Pod default/alone']);
    expect(left(DEPLOYMENTS)).toEqual(['coredns']);
  });

  it('keeps the NodePools until load balancers and volumes are gone, and says what holds them', async () => {
    const finalizers = ['service.kubernetes.io/load-balancer-cleanup'];
    fake.put(NODE_POOLS, named('default'));
    fake.put(NAMESPACES, named('web'));
    fake.put(kindOf('Service'), { ...named('shop', { namespace: 'web', finalizers }), spec: { type: 'LoadBalancer' } });
    fake.put(kindOf('Service'), { ...named('kubernetes', { namespace: 'default' }), spec: { type: 'ClusterIP' } });
    fake.put(kindOf('PersistentVolumeClaim'), named('data', { namespace: 'default', finalizers: ['kubernetes.io/pvc-protection'] }));
    fake.put(PERSISTENT_VOLUMES, { ...named('pvc-1'), spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { name: 'data' } } });
    fake.put(PERSISTENT_VOLUMES, { ...named('kept'), spec: { persistentVolumeReclaimPolicy: 'Retain', claimRef: { name: 'other' } } });
    fake.put(PERSISTENT_VOLUMES, { ...named('by-hand'), spec: { persistentVolumeReclaimPolicy: 'Delete' } });

    const first = await pass();
    expect(first).toMatchObject({ phase: 'workloads', isDrained: false, deleted: ['Service web/shop', 'PersistentVolumeClaim default/data'] });
    expect(first.remaining).toEqual([
      'Service web/shop is held by service.kubernetes.io/load-balancer-cleanup.',
      'PersistentVolumeClaim default/data is held by kubernetes.io/pvc-protection.',
      'PersistentVolume pvc-1 is still there.',
    ]);
    expect(left(NODE_POOLS)).toEqual(['default']);

    fake.put(kindOf('Service'), named('shop', { namespace: 'web', finalizers: [] }));
    fake.put(kindOf('PersistentVolumeClaim'), named('data', { namespace: 'default', finalizers: [] }));
    fake.remove(PERSISTENT_VOLUMES, { name: 'pvc-1' });
    expect(await pass()).toMatchObject({ phase: 'drained', deleted: ['Namespace web', 'NodePool default'] });
  });

  it.each([['Service'], ['Ingress'], ['Gateway'], ['PersistentVolumeClaim']])('keeps the controllers until every %s that they clean up is gone', async (kind) => {
    fake.put(kindOf(kind), { ...named('shop', { namespace: 'web', finalizers: ['example.org/cleanup'] }), spec: { type: 'LoadBalancer' } });
    for (const name of ['web', 'ingress-controller']) fake.put(NAMESPACES, named(name));
    fake.put(DEPLOYMENTS, named('controller', { namespace: 'default' }));
    expect(await pass()).toMatchObject({ phase: 'workloads', deleted: [`${kind} web/shop`], remaining: [`${kind} web/shop is held by example.org/cleanup.`] });
    expect((await pass()).deleted).toEqual([]);

    fake.put(kindOf(kind), named('shop', { namespace: 'web', finalizers: [] }));
    expect((await pass()).deleted).toEqual(['Namespace web', 'Namespace ingress-controller', 'Deployment default/controller']);
  });

  it('deletes what mounts a volume once no load balancer is left, because a claim stays while a pod uses it', async () => {
    fake.put(NAMESPACES, named('web'));
    fake.put(kindOf('Ingress'), named('shop', { namespace: 'web', finalizers: ['example.org/cleanup'] }));
    fake.put(kindOf('PersistentVolumeClaim'), named('data', { namespace: 'web', finalizers: ['kubernetes.io/pvc-protection'] }));
    fake.put(DEPLOYMENTS, { ...named('wiki', { namespace: 'web' }), spec: { template: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } } } });
    fake.put(kindOf('StatefulSet'), { ...named('db', { namespace: 'web' }), spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } });
    fake.put(kindOf('CronJob'), { ...named('backup', { namespace: 'default' }), spec: { jobTemplate: { spec: { template: { spec: { volumes: [{ name: 'all', ephemeral: {} }] } } } } } });
    fake.put(DEPLOYMENTS, { ...named('monitor', { namespace: 'kube-system' }), spec: { template: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } } } });
    fake.put(DEPLOYMENTS, { ...named('csi-controller', { namespace: 'web' }), spec: { template: { spec: { volumes: [{ name: 'socket', emptyDir: {} }] } } } });
    expect((await pass()).deleted).toEqual(['Ingress web/shop', 'PersistentVolumeClaim web/data']);

    fake.put(kindOf('Ingress'), named('shop', { namespace: 'web', finalizers: [] }));
    expect((await pass()).deleted).toEqual(['Deployment web/wiki', 'StatefulSet web/db', 'CronJob default/backup']);
    expect(left(DEPLOYMENTS)).toEqual(['monitor', 'csi-controller']);

    fake.put(kindOf('PersistentVolumeClaim'), named('data', { namespace: 'web', finalizers: [] }));
    expect((await pass()).deleted).toEqual(['Namespace web']);
  });

  it('leaves a load balancer that belongs to another object to its owner, which would make it anew', async () => {
    fake.put(NAMESPACES, named('web'));
    fake.put(kindOf('Service'), { ...named('made', { namespace: 'web', ownerReferences: [{ kind: 'Shop', name: 'shop' }], finalizers: ['example.org/cleanup'] }), spec: { type: 'LoadBalancer' } });
    expect(await pass()).toMatchObject({ phase: 'workloads', deleted: ['Namespace web'], remaining: ['Service web/made is held by example.org/cleanup.'] });
  });

  it('deletes every NodePool, then waits for NodeClaims, then for instances, then deletes every EC2NodeClass', async () => {
    fake.put(NODE_POOLS, named('default'));
    fake.put(NODE_POOLS, named('made-by-a-student'));
    fake.put(NODE_CLAIMS, { ...named('default-1', { finalizers: ['karpenter.sh/termination'] }), status: { nodeName: 'ip-1', providerID: 'aws:///ap-northeast-2b/i-1' } });
    fake.put(EC2_NODE_CLASSES, named('default', { finalizers: ['karpenter.k8s.aws/termination'] }));
    instances = [RUNNING];

    expect(await pass()).toMatchObject({
      phase: 'nodeClaims',
      deleted: ['NodePool default', 'NodePool made-by-a-student', 'NodeClaim default-1'],
      remaining: ['NodeClaim default-1 is held by karpenter.sh/termination: node ip-1, aws:///ap-northeast-2b/i-1.'],
    });
    expect(await pass()).toMatchObject({ phase: 'nodeClaims', deleted: [] });

    fake.put(NODE_CLAIMS, named('default-1', { finalizers: [] }));
    expect(await pass()).toMatchObject({ phase: 'instances', deleted: [], remaining: ['Instance i-1 (c5a.2xlarge, ap-northeast-2b) of NodePool default is shutting-down.'] });
    expect(left(EC2_NODE_CLASSES)).toEqual(['default']);

    instances = [];
    expect(await pass()).toMatchObject({ phase: 'nodeClasses', deleted: ['EC2NodeClass default'], remaining: ['EC2NodeClass default is held by karpenter.k8s.aws/termination.'] });
    fake.put(EC2_NODE_CLASSES, named('default', { finalizers: [] }));
    expect(await pass()).toEqual({ phase: 'drained', isDrained: true, deleted: [], remaining: [], refused: [] });
  });

  it('waits while a finalizer holds a NodePool, with its name, and keeps the EC2NodeClasses until then', async () => {
    fake.put(NODE_POOLS, named('default'));
    fake.put(NODE_POOLS, named('held', { finalizers: ['example.com/hold'] }));
    fake.put(EC2_NODE_CLASSES, named('default'));

    expect(await pass()).toEqual({ phase: 'nodePools', isDrained: false, deleted: ['NodePool default', 'NodePool held'], remaining: ['NodePool held is held by example.com/hold.'], refused: [] });
    expect(left(NODE_POOLS)).toEqual(['held']);
    expect(left(EC2_NODE_CLASSES)).toEqual(['default']);

    fake.put(NODE_POOLS, named('held', { finalizers: [] }));
    expect(await pass()).toEqual({ phase: 'drained', isDrained: true, deleted: ['EC2NodeClass default'], remaining: [], refused: [] });
  });

  it('finds again what is made while it drains', async () => {
    instances = [RUNNING];
    expect((await pass()).phase).toBe('instances');
    fake.put(NODE_POOLS, named('once-more'));
    expect((await pass()).deleted).toEqual(['NodePool once-more']);
  });

  it('names the pods and the PodDisruptionBudget that keep a node from draining', async () => {
    fake.put(NODE_CLAIMS, {
      ...named('default-1', { finalizers: ['karpenter.sh/termination'] }),
      status: { nodeName: 'ip-1', conditions: [{ type: 'Ready', status: 'False', message: 'no matter' }, { type: 'Drained', status: 'Unknown', reason: 'Draining' }] },
    });
    const pod = (name: string, more: JsonObject): void => void fake.put(PODS, { ...named(name, { namespace: 'kube-system', ...more }), spec: { nodeName: 'ip-1' }, status: { phase: 'Running' } });
    pod('batch', { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } });
    pod('web-1', { labels: { app: 'web' } });
    pod('plain', {});
    fake.put(BUDGETS, { ...named('web', { namespace: 'kube-system' }), spec: { selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: 0 } });
    fake.put(BUDGETS, { ...named('loose', { namespace: 'kube-system' }), spec: { selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: 1 } });
    expect((await pass()).remaining).toEqual([
      'NodeClaim default-1 is held by karpenter.sh/termination: node ip-1; Drained is Unknown: Draining; pod kube-system/batch may not be evicted (karpenter.sh/do-not-disrupt); '
      + 'PodDisruptionBudget kube-system/web allows no eviction of pod kube-system/web-1.',
    ]);
  });

  it.each<[string, JsonObject | undefined, readonly string[]]>([
    ['is not there', undefined, ['Karpenter\'s Deployment kube-system/karpenter does not exist, so nobody ends nodes.']],
    ['has no ready pod', { spec: { replicas: 2 } }, ['No pod of Karpenter\'s Deployment kube-system/karpenter is ready (it should have 2), so nobody ends nodes.']],
    ['runs', { status: { readyReplicas: 1 } }, []],
  ])('says why nothing goes on when the controller %s', async (_name, deployment, sentences) => {
    if (deployment !== undefined) fake.put(DEPLOYMENTS, { ...named('karpenter', { namespace: 'kube-system' }), ...deployment });
    instances = [RUNNING];
    const { remaining } = await pass({ controller: { namespace: 'kube-system', name: 'karpenter' } });
    expect(remaining.slice(1)).toEqual(sentences);
  });

  it('looks at instances alone when the cluster is gone', async () => {
    instances = [RUNNING];
    expect(await pass({ api: undefined })).toMatchObject({ phase: 'instances', isDrained: false });
    instances = [];
    expect(await pass({ api: undefined })).toMatchObject({ isDrained: true });
    expect(fake.requests).toEqual([]);
  });

  it('takes kinds that the cluster no longer knows for none', async () => {
    for (const path of [/nodepools$/, /nodeclaims$/, /ec2nodeclasses$/]) fake.refuse({ method: 'GET', path, status: 404, message: 'the server could not find the requested resource' });
    expect((await pass()).isDrained).toBe(true);
  });

  describe('of which a deletion is refused', () => {
    const DENIED = 'admission webhook "validate.kyverno.svc-fail" denied the request: keep it';
    const UNREACHABLE = 'Internal error occurred: failed calling webhook "check.example.org": failed to call webhook: Post "https://check.ops.svc:443/": service "check" not found';
    const POLICY = 'nodepools.karpenter.sh "default" is forbidden: ValidatingAdmissionPolicy \'keep-pools\' with binding \'keep-pools\' denied request: keep it';

    beforeEach(() => {
      const configuration = (kind: string, plural: string, webhook: string): void => void fake.put(
        { apiVersion: 'admissionregistration.k8s.io/v1', kind, plural, isNamespaced: false, read: (body) => body }, { ...named(`${webhook}-cfg`), webhooks: [{ name: webhook }] },
      );
      configuration('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', 'validate.kyverno.svc-fail');
      configuration('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', 'check.example.org');
      for (const name of ['default', 'student']) fake.put(NODE_POOLS, named(name));
    });

    it.each([
      ['a webhook', 400, DENIED, `${DENIED} (ValidatingWebhookConfiguration validate.kyverno.svc-fail-cfg)`],
      ['a webhook whose service is gone', 500, UNREACHABLE, `${UNREACHABLE} (MutatingWebhookConfiguration check.example.org-cfg)`],
      ['a policy of the API server', 422, POLICY, POLICY],
    ])('by %s, goes on with the others and names who refused', async (_name, status, message, told) => {
      fake.refuse({ method: 'DELETE', path: /nodepools\/default$/, status, message });
      const state = await pass();
      expect(state).toMatchObject({ phase: 'nodePools', isDrained: false, deleted: ['NodePool student'] });
      expect(state.refused).toEqual([`The deletion of NodePool default was refused, and not for a missing right: ${told}.`]);
      expect(state.remaining).toEqual([...state.refused, 'NodePool default is still there.']);
    });

    it('and that it does not wait for, drains the rest, and still tells it', async () => {
      fake.put(NAMESPACES, named('web'));
      fake.refuse({ method: 'DELETE', path: /namespaces\/web$/, status: 403, reason: 'Forbidden', message: DENIED });
      expect(await pass()).toMatchObject({
        isDrained: true, deleted: ['NodePool default', 'NodePool student'], remaining: [],
        refused: [expect.stringContaining('The deletion of Namespace web was refused')],
      });
    });

    it('for a missing right, fails: it is about the user, not about the object', async () => {
      const message = 'nodepools.karpenter.sh "default" is forbidden: User "kim" cannot delete resource "nodepools" in API group "karpenter.sh" at the cluster scope';
      fake.refuse({ method: 'DELETE', path: /nodepools\/default$/, status: 403, reason: 'Forbidden', message });
      await expect(pass()).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
    });

    it('because the server of an API is gone, names its APIService', async () => {
      const service = (name: string, status: string): void => void fake.put(
        { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', plural: 'apiservices', isNamespaced: false, read: (body) => body },
        { ...named(name), status: { conditions: [{ type: 'Available', status, message: 'service/metrics-server in "ops" is not present' }] } },
      );
      service('v1beta1.metrics.k8s.io', 'False');
      service('v1.apps', 'True');
      expect((await pass()).refused).toEqual([]);
      fake.put(NAMESPACES, {
        ...named('web', { finalizers: ['kubernetes'], deletionTimestamp: '2026-11-23T09:00:00Z' }), status: { conditions: [{ type: 'NamespaceDeletionDiscoveryFailure', status: 'True' }] },
      });
      expect((await pass()).refused).toEqual(['APIService v1beta1.metrics.k8s.io is not available, so that namespace web stays Terminating: service/metrics-server in "ops" is not present.']);
    });
  });

  it('fails when it may not look: not knowing is not being empty', async () => {
    fake.refuse({ method: 'GET', path: /nodeclaims$/, status: 403, message: 'nodeclaims is forbidden' });
    await expect(pass()).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403 });
    await expect(drainPass({ instances: () => Promise.reject(new Error('no answer')) })).rejects.toThrow('no answer');
  });
});
