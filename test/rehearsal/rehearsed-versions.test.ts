import { readLab } from '../../lib/assembly/lab-view';
import { requireRehearsedVersions, type ToolchainVersions } from '../../lib/rehearsal/toolchain/toolchain-definition';
import { labErrorOf } from '../assembly/lab-error-of';
import { smallLab } from '../assembly/small-lab';

const lab = readLab(smallLab());
const VERSIONS: ToolchainVersions = {
  go: '1.26.6', kubernetes: `${lab.cluster.version}.8`, karpenter: lab.karpenter.version ?? '', etcd: '3.6.5', kwok: '0.8.0', moto: '5.2.5',
};

describe('the versions of a rehearsal', () => {
  it('are those that the stack installs', () => {
    expect(() => requireRehearsedVersions(lab, VERSIONS)).not.toThrow();
  });

  it('fails when the stack installs another Kubernetes', () => {
    expect(labErrorOf(() => requireRehearsedVersions(lab, { ...VERSIONS, kubernetes: '1.34.8' })))
      .toMatchObject({ code: 'VersionNotRehearsed', received: '1.35', message: expect.stringContaining('the rehearsal runs Kubernetes 1.34.8') });
  });

  it('fails when the stack installs another Karpenter', () => {
    expect(labErrorOf(() => requireRehearsedVersions(lab, { ...VERSIONS, karpenter: '0.0.1' })))
      .toMatchObject({ code: 'VersionNotRehearsed', received: lab.karpenter.version });
  });
});
