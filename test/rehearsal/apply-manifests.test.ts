import { readFileSync } from 'node:fs';
import type { JsonValue } from '../../lib/json';
import type { ProgressEvent } from '../../lib/progress';
import { kubernetesObjects } from '../../lib/assembly/kubernetes-objects';
import { applyManifests, missingObjects } from '../../lib/rehearsal/apply-objects';
import { smallLab } from '../assembly/small-lab';
import { fakeKubectl } from './fake-kubectl';

describe('the manifests of an assembly', () => {
  it('are applied in CloudFormation\'s order, one resource after the other', async () => {
    const kubectl = fakeKubectl();
    const events: ProgressEvent[] = [];
    await applyManifests(kubectl, smallLab(), (event) => events.push(event));
    const details = events.filter(({ state }) => state === 'running').map(({ detail }) => detail ?? '');
    expect(details.findIndex((detail) => detail.includes('EC2NodeClass default')))
      .toBeLessThan(details.findIndex((detail) => detail.includes('NodePool default')));
    expect(readFileSync(kubectl.calls, 'utf8').trim().split('\n')).toHaveLength(details.length);
    expect(events.at(-1)?.state).toBe('finished');
  });

  it('fails when the API server refuses an object, with its name and the reason', async () => {
    const kubectl = fakeKubectl(
      'case "$(cat)" in *\'"NodePool"\'*) echo \'The NodePool "default" is invalid: spec.disruption.consolidationPolicy: Unsupported value: "Sometimes"\' >&2; exit 1;; esac',
    );
    await expect(applyManifests(kubectl, smallLab(), () => undefined)).rejects.toMatchObject({
      code: 'ManifestRefused',
      received: 'NodePool',
      message: expect.stringMatching(/refused NodePool default: .*consolidationPolicy: Unsupported value: "Sometimes"/),
      remedy: expect.stringContaining('npm run synth'),
    });
  });

  it('that are there are told from those that are missing', async () => {
    const all = kubernetesObjects(smallLab());
    const there = all.filter(({ kind }) => kind !== 'NodePool' && kind !== 'EC2NodeClass').map(({ body }) => body);
    const missing = await missingObjects(answeringKubectl({ kind: 'List', items: there }), smallLab());
    expect(missing.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['EC2NodeClass default', 'NodePool default']);
    const [only] = there;
    expect(await missingObjects(answeringKubectl(only ?? null), smallLab())).toHaveLength(all.length - 1);
    expect(await missingObjects(fakeKubectl(), smallLab())).toHaveLength(all.length);
  });

  it('that are missing are applied alone', async () => {
    const kubectl = fakeKubectl();
    const events: ProgressEvent[] = [];
    const missing = kubernetesObjects(smallLab()).filter(({ kind }) => kind === 'NodePool');
    await applyManifests(kubectl, smallLab(), (event) => events.push(event), missing);
    expect(events.filter(({ state }) => state === 'running').map(({ detail }) => detail)).toEqual(['NodePool default']);
  });

  it('fails when the API server does not say what it has', async () => {
    await expect(missingObjects(fakeKubectl('echo refused >&2; exit 1'), smallLab())).rejects.toMatchObject({ code: 'ManifestsUnknown', message: expect.stringContaining('refused') });
  });
});

/** A kubectl that answers with this. */
function answeringKubectl(answer: JsonValue) {
  return fakeKubectl(`cat <<'JSON'\n${JSON.stringify(answer)}\nJSON`);
}
