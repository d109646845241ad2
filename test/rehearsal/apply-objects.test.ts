import { readFileSync } from 'node:fs';
import type { JsonValue } from '../../lib/json';
import type { ProgressEvent } from '../../lib/progress';
import { kubernetesObjects } from '../../lib/assembly/kubernetes-objects';
import { applyManifests, missingObjects } from '../../lib/rehearsal/apply-objects';
import { runContext } from '../../lib/run-context';
import { smallLabView } from '../assembly/small-lab';
import { fakeCluster } from './fake-cluster';

describe('the manifests of an assembly', () => {
  it('are applied in CloudFormation\'s order, one resource after the other', async () => {
    const cluster = fakeCluster();
    const events: ProgressEvent[] = [];
    await applyManifests(cluster, kubernetesObjects(cluster.lab.stack), runContext({ onProgress: (event) => events.push(event) }));
    const details = events.filter(({ state }) => state === 'running').map(({ detail }) => detail ?? '');
    expect(details.findIndex((detail) => detail.includes('EC2NodeClass default')))
      .toBeLessThan(details.findIndex((detail) => detail.includes('NodePool default')));
    expect(readFileSync(cluster.calls, 'utf8').trim().split('\n')).toHaveLength(details.length);
    expect(events.at(-1)?.state).toBe('finished');
  });

  it('fails when the API server refuses an object, with its name and the reason', async () => {
    const cluster = fakeCluster(
      'case "$(cat)" in *\'"NodePool"\'*) echo \'The NodePool "default" is invalid: spec.disruption.consolidationPolicy: Unsupported value: "Sometimes"\' >&2; exit 1;; esac',
    );
    await expect(applyManifests(cluster, kubernetesObjects(cluster.lab.stack), runContext())).rejects.toMatchObject({
      code: 'ManifestRefused',
      received: 'NodePool',
      message: expect.stringMatching(/refused NodePool default: .*consolidationPolicy: Unsupported value: "Sometimes"/),
      remedy: expect.stringContaining('npm run synth'),
    });
  });

  it('that are there are told from those that are missing', async () => {
    const all = kubernetesObjects(smallLabView().stack);
    const there = all.filter(({ kind }) => kind !== 'NodePool' && kind !== 'EC2NodeClass').map(({ body }) => body);
    const missing = await missingObjects(answeringCluster({ kind: 'List', items: there }), runContext());
    expect(missing.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['EC2NodeClass default', 'NodePool default']);
    const [only] = there;
    expect(await missingObjects(answeringCluster(only ?? null), runContext())).toHaveLength(all.length - 1);
    expect(await missingObjects(fakeCluster(), runContext())).toHaveLength(all.length);
  });

  it('that are missing are applied alone', async () => {
    const events: ProgressEvent[] = [];
    const missing = kubernetesObjects(smallLabView().stack).filter(({ kind }) => kind === 'NodePool');
    await applyManifests(fakeCluster(), missing, runContext({ onProgress: (event) => events.push(event) }));
    expect(events.filter(({ state }) => state === 'running').map(({ detail }) => detail)).toEqual(['NodePool default']);
  });

  it('fails when the API server does not say what it has', async () => {
    await expect(missingObjects(fakeCluster('echo refused >&2; exit 1'), runContext())).rejects.toMatchObject({ code: 'ManifestsUnknown', message: expect.stringContaining('refused') });
  });
});

/** A cluster whose kubectl answers with this. */
function answeringCluster(answer: JsonValue) {
  return fakeCluster(`cat <<'JSON'\n${JSON.stringify(answer)}\nJSON`);
}
