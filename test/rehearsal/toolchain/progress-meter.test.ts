import type { ProgressEvent } from '../../../lib/progress';
import { compareVersions } from '../../../lib/rehearsal/toolchain/prerequisites';
import { parseGoPackages, ProgressMeter } from '../../../lib/rehearsal/toolchain/build-go-programs';
import { toolchainCacheDirectory } from '../../../lib/rehearsal/toolchain/toolchain';

describe('the meter of a step', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('begins with what is expected, and ends with what is measured', () => {
    const events: ProgressEvent[] = [];
    const meter = new ProgressMeter({ step: 'Build', onProgress: (event) => events.push(event), totalWork: 100, expectedSeconds: 60 });
    meter.advance(0, 'first');
    jest.advanceTimersByTime(90_000);
    meter.advance(90, 'nine tenths');
    jest.advanceTimersByTime(10_000);
    meter.advance(10, 'last');
    expect(events).toEqual([
      { step: 'Build', state: 'running', detail: 'first', fraction: 0, remainingSeconds: 60 },
      { step: 'Build', state: 'running', detail: 'nine tenths', fraction: 0.9, remainingSeconds: 10 },
      { step: 'Build', state: 'running', detail: 'last', fraction: 1, remainingSeconds: 0 },
    ]);
  });

  it('does not report faster than one can read', () => {
    const events: ProgressEvent[] = [];
    const meter = new ProgressMeter({ step: 'Build', onProgress: (event) => events.push(event), totalWork: 1000, expectedSeconds: 60 });
    for (let i = 0; i < 100; i++) {
      meter.advance(1, `package ${i}`);
      jest.advanceTimersByTime(10);
    }
    expect(events.length).toBeLessThanOrEqual(4);
    expect(events.at(-1)?.fraction).toBeGreaterThan(0.07);
  });
});

describe('versions', () => {
  test.each([['1.26.6', '1.26.6', 0], ['1.26.10', '1.26.6', 1], ['1.9', '1.10', -1], ['3.11', '3.11.0', 0], ['1.27rc1', '1.26.9', 1]])(
    '%s and %s',
    (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign),
  );
});

describe('Go\'s list of packages', () => {
  it('says which are to compile, and how large they are', async () => {
    const [cached, stale] = await parseGoPackages(`fmt\tfalse\t/nowhere\tprint.go\nexample.com/a\ttrue\t${__dirname}\tprogress-meter.test.ts\n`);
    expect(cached).toEqual({ importPath: 'fmt', isStale: false, sourceBytes: 0 });
    expect(stale).toMatchObject({ importPath: 'example.com/a', isStale: true });
    expect(stale?.sourceBytes).toBeGreaterThan(1000);
  });
});

describe('the cache of toolchains', () => {
  it('is where XDG says, or in the home', () => {
    expect(toolchainCacheDirectory({ XDG_CACHE_HOME: '/cache', HOME: '/home/me' })).toBe('/cache/karpenter-lab/toolchain');
    expect(toolchainCacheDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/home/me' })).toBe('/home/me/.cache/karpenter-lab/toolchain');
    expect(toolchainCacheDirectory({ HOME: '/home/me' })).toBe('/home/me/.cache/karpenter-lab/toolchain');
  });
});
