import type { JsonObject } from '../../lib/json';
import { DEPLOYMENTS, NAMESPACES, PODS } from '../../lib/kubernetes/core-kinds';
import type { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { requestToken } from '../../lib/kubernetes/service-account-token';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

/** The rules of test/support/fake-kubernetes/README.md. */
describe('the fake Kubernetes API', () => {
  let fake: FakeKubernetes;
  let api: KubernetesApi;

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    api = fake.api();
  });
  afterEach(() => fake.stop());

  const pod = (name: string, namespace = 'a', labels: JsonObject = {}): JsonObject => ({ metadata: { name, namespace, labels } });

  test('1. takes paths of both roots, with and without a namespace', async () => {
    fake.put(PODS, pod('p'));
    fake.put(NODE_POOLS, { metadata: { name: 'default' } });
    expect((await api.get(PODS, { namespace: 'a', name: 'p' }))?.metadata.name).toBe('p');
    expect((await api.get(NODE_POOLS, { name: 'default' }))?.metadata.name).toBe('default');
    expect(fake.requests).toEqual(['GET /api/v1/namespaces/a/pods/p', 'GET /apis/karpenter.sh/v1/nodepools/default']);
  });

  test('2. gives a new object uid, version and time, and refuses it a second time', async () => {
    const made = await api.create(NAMESPACES, { metadata: { name: 'a' } });
    expect(made.metadata.uid).not.toBe('');
    expect(made.metadata.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await expect(api.create(NAMESPACES, { metadata: { name: 'a' } })).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' });
  });

  test('3. answers a get of nothing with 404, and lists all namespaces at once', async () => {
    fake.put(PODS, pod('p', 'a'));
    fake.put(PODS, pod('q', 'b'));
    expect(await api.get(PODS, { namespace: 'a', name: 'q' })).toBeUndefined();
    expect((await api.list(PODS)).items).toHaveLength(2);
    expect((await api.list(PODS, { namespace: 'b' })).items.map(({ metadata }) => metadata.name)).toEqual(['q']);
  });

  test('4. selects by label, by field and page by page', async () => {
    for (const name of ['p', 'q', 'r']) fake.put(PODS, pod(name, 'a', name === 'q' ? { app: 'x', made: '' } : { app: 'x' }));
    expect((await api.list(PODS, { labelSelector: 'app=x,made' })).items.map(({ metadata }) => metadata.name)).toEqual(['q']);
    expect((await api.list(PODS, { fieldSelector: 'metadata.name=r' })).items.map(({ metadata }) => metadata.name)).toEqual(['r']);
    const pages = await Promise.all([fetch(`${fake.url}/api/v1/pods?limit=2`), fetch(`${fake.url}/api/v1/pods?limit=2&continue=2`)]);
    const bodies = await Promise.all(pages.map((page) => page.json() as Promise<{ readonly items: readonly unknown[]; readonly metadata: { readonly continue?: string } }>));
    expect(bodies.map(({ items, metadata }) => [items.length, metadata.continue])).toEqual([[2, '2'], [1, undefined]]);
  });

  test('5. merges patches, removes by null, and makes what is applied and missing', async () => {
    await api.apply(NODE_POOLS, { metadata: { name: 'default' }, spec: { limits: { cpu: 100, memory: '400Gi' } } });
    const patched = await api.patch(NODE_POOLS, { name: 'default' }, { spec: { limits: { cpu: 4, memory: null } } });
    expect(patched.limits).toEqual({ cpu: '4' });
    await expect(api.patch(NODE_POOLS, { name: 'other' }, {})).rejects.toMatchObject({ status: 404 });
    await expect(api.patch(NODE_POOLS, { name: 'default' }, { metadata: { resourceVersion: '0' } })).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
  });

  test('6. scales, and says when', async () => {
    fake.put(DEPLOYMENTS, { metadata: { name: 'inflate', namespace: 'a' }, spec: { replicas: 0 } });
    const at = await api.scale(DEPLOYMENTS, { namespace: 'a', name: 'inflate' }, 5);
    expect((await api.get(DEPLOYMENTS, { namespace: 'a', name: 'inflate' }))?.replicas).toBe(5);
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(5000);
  });

  test('7. deletes at once, after the last finalizer, and a namespace with what is in it', async () => {
    fake.put(NAMESPACES, { metadata: { name: 'a' } });
    fake.put(PODS, pod('p'));
    fake.put(NODE_POOLS, { metadata: { name: 'default', finalizers: ['karpenter.sh/termination'] } });
    expect(await api.delete(NAMESPACES, { name: 'a' })).toBe(true);
    expect(await api.delete(NAMESPACES, { name: 'a' })).toBe(false);
    expect((await api.list(PODS)).items).toEqual([]);
    await api.delete(NODE_POOLS, { name: 'default' });
    expect((await api.get(NODE_POOLS, { name: 'default' }))?.metadata.deletedAt).toBeDefined();
    fake.put(NODE_POOLS, { metadata: { name: 'default', finalizers: [] } });
    expect(await api.get(NODE_POOLS, { name: 'default' })).toBeUndefined();
  });

  test('8. tells a watch every change, and that a moment is too long ago', async () => {
    const { resourceVersion } = await api.list(PODS);
    fake.put(PODS, pod('p', 'a', { app: 'x' }));
    fake.put(PODS, { metadata: { name: 'p', namespace: 'a', labels: { app: 'y' } } });
    fake.remove(PODS, { namespace: 'a', name: 'p' });
    const told = async (selection: { readonly labelSelector?: string }): Promise<readonly string[]> => {
      const types: string[] = [];
      setTimeout(() => fake.endWatches(), 50);
      for await (const { type } of api.watch(PODS, selection, resourceVersion)) types.push(type);
      return types;
    };
    expect(await told({})).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(await told({ labelSelector: 'app=x' })).toEqual(['ADDED', 'DELETED']);
    fake.forgetHistory();
    await expect(told({})).rejects.toMatchObject({ status: 410 });
  });

  test('9. has the logs that were written, and waits for more', async () => {
    fake.log({ namespace: 'a', name: 'p' }, 'controller', 'one', 'two');
    const lines: string[] = [];
    for await (const line of await api.logs({ namespace: 'a', pod: 'p', container: 'controller' })) lines.push(line);
    expect(lines).toEqual(['one', 'two']);
    setTimeout(() => fake.log({ namespace: 'a', name: 'p' }, 'controller', 'three'), 20);
    for await (const line of await api.logs({ namespace: 'a', pod: 'p', container: 'controller', follow: true })) {
      if (line === 'three') break;
    }
    await expect(api.logs({ namespace: 'a', pod: 'p', container: 'other' })).rejects.toMatchObject({ status: 404 });
  });

  test('10. refuses what it is told to refuse, so often', async () => {
    fake.refuse({ method: 'GET', path: /pods$/, status: 403, message: 'pods is forbidden', times: 1 });
    await expect(api.list(PODS)).rejects.toMatchObject({ code: 'KubernetesRequestRefused', status: 403, message: 'The Kubernetes API refused a request: pods is forbidden.' });
    expect((await api.list(PODS)).items).toEqual([]);
  });

  test('11. makes tokens of ServiceAccounts, for the audience and the time that are asked for', async () => {
    const request = { expirationSeconds: 600, pod: { name: 'p', uid: '1' } };
    const account = { namespace: 'a', name: 'karpenter' };
    expect((await requestToken(api, account, request)).token).toBe('token-of-a-karpenter');
    const { token, expiresAt } = await requestToken(api, account, { ...request, audience: 'pods.eks.amazonaws.com' });
    expect(token).toBe('token-of-a-karpenter-pods.eks.amazonaws.com');
    expect(Math.abs(expiresAt.getTime() - Date.now() - 600_000)).toBeLessThan(5000);
  });
});
