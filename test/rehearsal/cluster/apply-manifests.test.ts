import { readFileSync } from 'node:fs';
import type { ProgressEvent } from '../../../lib/progress';
import { applyManifests } from '../../../lib/rehearsal/cluster/apply-manifests';
import { smallLab } from '../../assembly/small-lab';
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
});
