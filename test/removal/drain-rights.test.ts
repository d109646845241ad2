import { DRAIN_RIGHTS, drainPass } from '../../lib/removal/drain-pass';
import { NAMESPACES } from '../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../lib/kubernetes/karpenter-kinds';
import { resourcePath } from '../../lib/kubernetes/objects';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

/** `GET /api/v1/namespaces/web/pods/one` as a right: `get` on `/api/v1/pods`. */
function rightOf(request: string): string {
  const [method = '', path = ''] = request.split(' ');
  const match = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/[^/]+(?=\/))?\/([^/]+)(\/.+)?$/.exec(path);
  const verb = method === 'DELETE' ? 'delete' : match?.[3] === undefined ? 'list' : 'get';
  return `${verb} ${match?.[1] ?? ''}/${match?.[2] ?? ''}`;
}

describe('the rights that a drain needs', () => {
  it('are exactly those that it uses', async () => {
    const fake = await FakeKubernetes.start();
    try {
      // One of every kind, so that each is listed and deleted.
      for (const { kind } of DRAIN_RIGHTS) {
        const namespace = kind.isNamespaced ? 'default' : undefined;
        fake.put(kind, { metadata: { name: 'one', ...(namespace && { namespace }) }, spec: { type: 'LoadBalancer' } });
      }
      fake.put(NODE_CLAIMS, { metadata: { name: 'held', finalizers: ['karpenter.sh/termination'] }, status: { nodeName: 'ip-1' } });
      // Whoever refuses is looked for only then.
      fake.refuse({ method: 'DELETE', path: /jobs\/one$/, status: 403, message: 'admission webhook "keep.example.org" denied the request', times: 1 });
      fake.put(NAMESPACES, { metadata: { name: 'stuck', deletionTimestamp: '2026-11-23T09:00:00Z', finalizers: ['kubernetes'] }, status: { conditions: [{ type: 'NamespaceDeletionDiscoveryFailure', status: 'True' }] } });
      const pass = () => drainPass({ api: fake.api(), instances: () => Promise.resolve([]), controller: { namespace: 'kube-system', name: 'karpenter' } });
      expect((await pass()).phase).toBe('nodeClaims');
      fake.put(NODE_CLAIMS, { metadata: { name: 'held', finalizers: [] } });
      expect((await pass()).isDrained).toBe(true);

      const used = new Set(fake.requests.map(rightOf));
      const allowed = DRAIN_RIGHTS.flatMap(({ kind, verbs }) => verbs.map((verb) => `${verb} ${resourcePath(kind, {})}`));
      expect([...used].toSorted()).toEqual(allowed.toSorted());
    } finally {
      await fake.stop();
    }
  });
});
