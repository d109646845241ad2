import { parseNodeImageName } from '../../../lib/rehearsal/aws-answers/node-image';
import { amisFor } from '../../../lib/rehearsal/seed/amis-for';
import { labErrorOf } from '../../assembly/lab-error-of';
import { cluster, nodeClass, smallLab } from '../../assembly/small-lab';

describe('the images of a rehearsal', () => {
  it('are those of the alias of the EC2NodeClass, for the version of the cluster', () => {
    const images = amisFor(smallLab({ Cluster: cluster({}, {}, '1.34') }));
    expect(images.map(({ name }) => name)).toEqual([
      'amazon-eks-node-al2023-x86_64-standard-1.34-v20260917',
      'amazon-eks-node-al2023-x86_64-nvidia-1.34-v20260917',
      'amazon-eks-node-al2023-x86_64-neuron-1.34-v20260917',
      'amazon-eks-node-al2023-arm64-standard-1.34-v20260917',
      'amazon-eks-node-al2023-arm64-nvidia-1.34-v20260917',
    ]);
    expect(images.map(({ name }) => parseNodeImageName(name))).not.toContain(undefined);
  });

  it('have ids of their own, the same each time, and the day of their release', () => {
    const images = amisFor(smallLab());
    const ids = images.map(({ ami_id: id }) => id);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^ami-[0-9a-f]{17}$/);
    expect(images).toEqual(amisFor(smallLab()));
    expect(images[0]).toMatchObject({ architecture: 'x86_64', creation_date: '2026-09-17T00:00:00.000Z' });
  });

  it('are none where the images are not chosen by alias', () => {
    expect(amisFor(smallLab({ NodeClass: nodeClass({ amiSelectorTerms: [{ id: 'ami-1' }] }) }))).toEqual([]);
  });

  it.each(['al2023@latest', 'bottlerocket@v1.20.0'])('fails when the alias is %s', (alias) => {
    const stack = smallLab({ NodeClass: nodeClass({ amiSelectorTerms: [{ alias }] }) });
    expect(labErrorOf(() => amisFor(stack))).toMatchObject({ code: 'AmiAliasNotRehearsed', received: alias });
  });
});
