import type { LabChange, LabNews, WatchOptions } from '../../lib/exercise/watch-lab';
import { runLab } from '../../lib/cli/run-lab';
import { fakeHost, type FakeHostOptions } from './fake-host';
import { runningStatus } from './running-class-fixtures';

describe('lab status', () => {
  test('says more than of a cost that lacks something', async () => {
    const host = fakeHost({ actions: { labStatus: () => Promise.resolve({ ...runningStatus, cost: { ...runningStatus.cost, unpriced: ['System nodes, z9.nano'] } }) } });
    await runLab(['status'], host);
    expect(host.stdout.text).toMatch(/Cost -+ more than 0\.619 USD\/h/);
  });

  test('shows what is ready, how full it is and what it costs', async () => {
    const host = fakeHost();
    expect(await runLab(['status'], host)).toBe(0);
    expect(host.stdout.text).toMatch(/^Lab karpenter-lab in ap-northeast-2 is ready\n/);
    expect(host.stdout.text).toMatch(/Karpenter -+ 2 of 2 replicas ready/);
    expect(host.stdout.text).toContain('cpu 8 of 100, memory 15534 MiB of 400Gi');
    expect(host.stdout.text).toMatch(/Exercise -+ 5 running/);
    expect(host.stdout.text).toMatch(/ip-10-11-72-27 +c5a\.2xlarge +b +9 +5\.2\/7\.9  65% +0\.1\/13\.8   1% +0\.3440/);
    expect(host.stdout.text).toMatch(/Cost -+ 0\.619 USD\/h/);
    expect(host.stdout.text).toMatch(/about 1\.44 USD\s+since 2026-11-2/);
    expect(host.stdout.text).toContain('AWS deletes the lab at 2026-11-24');
  });

  test('keeps within 80 columns', async () => {
    const host = fakeHost();
    await runLab(['status'], host);
    expect(host.stdout.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('shows names of nodes short on a terminal of 80 columns, and whole in a pipe and in JSON', async () => {
    const nodes = runningStatus.nodes.map((node) => ({ ...node, name: `${node.name}.ap-northeast-2.compute.internal` }));
    const textOf = async (argv: readonly string[], options: FakeHostOptions = {}): Promise<string> => {
      const host = fakeHost({ ...options, actions: { labStatus: () => Promise.resolve({ ...runningStatus, nodes }) } });
      await runLab(argv, host);
      return host.stdout.text;
    };
    const terminal = await textOf(['status'], { isTTY: true, columns: 80, env: { NO_COLOR: '1' } });
    expect(terminal).toMatch(/^ {2}ip-10-11-72-27 +c5a\.2xlarge +b +9/m);
    expect(terminal.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const text of [await textOf(['status']), await textOf(['status', '--json'])]) {
      for (const { name } of nodes) expect(text).toContain(name);
    }
  });

  test('exits with 1 where Karpenter could launch nothing, and says why', async () => {
    const host = fakeHost({ actions: { labStatus: () => Promise.resolve({ ...runningStatus, isReady: false, problems: ['There is no NodePool default.'] }) } });
    expect(await runLab(['status'], host)).toBe(1);
    expect(host.stdout.text).toContain('NOT READY');
    expect(host.stdout.text).toContain('* There is no NodePool default.');
  });

  test('shows the unfinished of a large class first, and says how many more there are', async () => {
    const deployments = Array.from({ length: 30 }, (_, index) => ({ namespace: `student-${String(index + 1).padStart(3, '0')}`, name: 'inflate', replicas: 5, readyReplicas: index === 27 ? 2 : 5 }));
    const host = fakeHost({ actions: { labStatus: () => Promise.resolve({ ...runningStatus, deployments }) } });
    await runLab(['status'], host);
    expect(host.stdout.text).toMatch(/Deployment +Ready +Pods\n +student-028\/inflate +2\/5/);
    expect(host.stdout.text).toContain('and 15 more, with --json');
  });

  test('gives a program the whole state', async () => {
    const host = fakeHost();
    await runLab(['status', '--json'], host);
    expect(JSON.parse(host.stdout.text)).toEqual(runningStatus);
  });
});

describe('lab watch', () => {
  const change = (changes: Partial<LabChange>): LabChange => ({ at: '2026-11-24T01:02:09.000Z', kind: 'Pod', name: 'karpenter-test/inflate-1', state: 'running', detail: 'on ip-1', ...changes });
  const tellings: readonly LabNews[] = [
    { status: runningStatus, changes: [] },
    { status: runningStatus, changes: [change({})] },
    { status: runningStatus, changes: [] },
    { status: runningStatus, changes: [change({ kind: 'connection', name: 'karpenter-lab', state: 'lost', detail: 'It is tried again.' })] },
  ];
  /** News while the connection is lost, and after it is taken up again. */
  const afterwards: readonly LabNews[] = [
    { status: runningStatus, changes: [] },
    { status: runningStatus, changes: [change({ kind: 'connection', name: 'karpenter-lab', state: 'back', detail: '' })] },
  ];
  /** A host whose watch tells some news and then ends as asked. */
  const watched = (options: FakeHostOptions = {}, endedBy: 'interruption' | 'running pods' = 'interruption', calls: Partial<WatchOptions>[] = [], news = tellings): ReturnType<typeof fakeHost> => {
    const ending = new AbortController();
    return fakeHost({
      ...options,
      signal: ending.signal,
      actions: { watchLab: (asked) => {
        calls.push(asked);
        news.forEach((each) => asked.onNews(each));
        if (endedBy === 'interruption') ending.abort();
        return Promise.resolve({ endedBy, status: runningStatus });
      } },
    });
  };

  test('writes a line for each change into a pipe, and nothing where only time has passed', async () => {
    const host = watched();
    expect(await runLab(['watch'], host)).toBe(0);
    expect(host.stdout.text).toBe([
      '01:02:03  lab karpenter-lab is ready: 5 running, 1 node by Karpenter, 0.619 USD/h',
      '01:02:09  Pod karpenter-test/inflate-1 running  on ip-1',
      '01:02:09  connection karpenter-lab lost  It is tried again.',
      '',
    ].join('\n'));
    expect(host.stderr.text).toBe('');
  });

  test('writes an object on each line for a program', async () => {
    const host = watched();
    expect(await runLab(['watch', '--json'], host)).toBe(0);
    const lines = host.stdout.text.trimEnd().split('\n').map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([{ status: runningStatus }, { change: change({}) }, { change: expect.objectContaining({ state: 'lost' }) }]);
  });

  test('draws the state on a terminal over the one before, and leaves the last', async () => {
    const host = watched({ isTTY: true, columns: 100, env: { NO_COLOR: '1' } });
    expect(await runLab(['watch'], host)).toBe(0);
    const drawings = host.stdout.text.split(/\u001b\[\d+A\u001b\[0J/);
    expect(drawings).toHaveLength(4);
    expect(drawings[1]).toMatch(/^Lab karpenter-lab in ap-northeast-2 is ready \(seen 01:02:03 UTC; Ctrl-C ends the watch\)\n/);
    expect(drawings[3]).toMatch(/^The connection is lost/);
    const erased = [...host.stdout.text.matchAll(/\u001b\[(\d+)A/g)].map(([, count]) => Number(count));
    expect(erased).toEqual(drawings.slice(0, 3).map((drawing) => drawing.split('\n').length - 1));
  });

  test('says on a terminal that the connection is lost until it is back', async () => {
    const host = watched({ isTTY: true, columns: 100, env: { NO_COLOR: '1' } }, 'interruption', [], [...tellings, ...afterwards]);
    await runLab(['watch'], host);
    const drawings = host.stdout.text.split(/\u001b\[\d+A\u001b\[0J/);
    expect(drawings.map((drawing) => drawing.startsWith('The connection is lost'))).toEqual([false, false, false, true, true, false]);
  });

  test('cuts what a low window has no room for', async () => {
    const host = watched({ isTTY: true, columns: 60, env: { NO_COLOR: '1' } });
    await runLab(['watch'], host);
    for (const drawing of host.stdout.text.split(/\u001b\[\d+A\u001b\[0J/)) expect(drawing.split('\n').length).toBeLessThanOrEqual(24);
    expect(host.stdout.text).toContain('more lines: make the window higher');
  });

  test('passes on what to wait for, and ends with it', async () => {
    const calls: Partial<WatchOptions>[] = [];
    const host = watched({}, 'running pods', calls);
    expect(await runLab(['watch', '--until-running', '5', '--interval', '2', '--namespace', 'student-001'], host)).toBe(0);
    expect(calls).toMatchObject([{ untilRunning: 5, intervalSeconds: 2, namespace: 'student-001' }]);
  });

  test('exits with 130 when the user ends it before the pods run', async () => {
    const ending = new AbortController();
    const host = fakeHost({ signal: ending.signal, actions: { watchLab: () => (ending.abort(), Promise.reject(new Error('aborted'))) } });
    expect(await runLab(['watch', '--until-running', '5'], host)).toBe(130);
  });

  test.each([['--interval', '0'], ['--interval', 'x'], ['--until-running', '-1']])('fails when it is given %s %s', async (flag, value) => {
    expect(await runLab(['watch', flag, value], fakeHost())).toBe(2);
  });
});
