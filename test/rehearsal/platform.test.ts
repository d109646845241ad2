import { platformShortfall, runsLayerPrograms } from '../../lib/rehearsal/platform';

const SUPPORTED = [['linux', 'x64'], ['linux', 'arm64'], ['darwin', 'x64'], ['darwin', 'arm64']];

describe('a rehearsal', () => {
  it.each(SUPPORTED)('runs on %s on %s', (platform, architecture) => {
    expect(platformShortfall(platform, architecture)).toBeUndefined();
  });

  it.each([['win32', 'x64'], ['linux', 'ia32'], ['freebsd', 'arm64']])('fails on %s on %s, whatever is installed', (platform, architecture) => {
    expect(platformShortfall(platform, architecture)).toMatchObject({ code: 'PlatformUnsupported', received: `${platform} on ${architecture}` });
  });

  it('takes kubectl and helm from the layer where its programs run, and builds them elsewhere', () => {
    expect(SUPPORTED.filter(([platform, architecture]) => runsLayerPrograms(platform, architecture))).toEqual([['linux', 'x64']]);
  });
});
