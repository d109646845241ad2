import type { ProgressEvent } from '../../../lib/progress';
import { parseGoPackages, ProgressMeter } from '../../../lib/rehearsal/toolchain/build-go-programs';
import { runContext } from '../../../lib/run-context';

describe('the meter of a step', () => {
  const meterTo = (events: ProgressEvent[], totalWork: number): ProgressMeter =>
    new ProgressMeter({ step: 'Build', totalWork, expectedSeconds: 60 }, runContext({ onProgress: (event) => events.push(event) }));
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('begins with what is expected, and ends with what is measured', () => {
    const events: ProgressEvent[] = [];
    const meter = meterTo(events, 100);
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
    const meter = meterTo(events, 1000);
    for (let i = 0; i < 100; i++) {
      meter.advance(1, `package ${i}`);
      jest.advanceTimersByTime(10);
    }
    expect(events.length).toBeLessThanOrEqual(4);
    expect(events.at(-1)?.fraction).toBeGreaterThan(0.07);
  });
});

describe('Go\'s list of packages', () => {
  it('says which are to compile, and how large they are', async () => {
    const [cached, stale] = await parseGoPackages(`fmt\tfalse\t/nowhere\tprint.go\nexample.com/a\ttrue\t${__dirname}\tbuild-go-programs.test.ts\n`);
    expect(cached).toEqual({ importPath: 'fmt', isStale: false, sourceBytes: 0 });
    expect(stale).toMatchObject({ importPath: 'example.com/a', isStale: true });
    expect(stale?.sourceBytes).toBeGreaterThan(1000);
  });
});
