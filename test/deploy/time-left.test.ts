import { DeploymentProgress, type ResourceTimes, secondsLeft } from '../../lib/deploy/deployment-progress';
import { estimateTime } from '../../lib/plan/time-estimate';
import type { ProgressEvent } from '../../lib/progress';
import { smallLabView } from '../assembly/small-lab';
import { BEGINNING_MILLIS, CREATED, events } from './event-lists';

describe('the time left', () => {
  const lab = smallLabView();
  const { readySeconds } = estimateTime(lab);
  const left = (times: Readonly<Record<string, ResourceTimes>>, now: number) => secondsLeft(lab, new Map(Object.entries(times)), now);

  it('is the plan\'s at the beginning', () => {
    expect(left({}, 0)).toBe(readySeconds);
  });

  it('is less by what has passed, while all goes as planned', () => {
    const begun = { ClusterRole: { startedSeconds: 0, completedSeconds: 17 }, ClusterLogs: { startedSeconds: 0, completedSeconds: 10 }, PrivateA: { startedSeconds: 12, completedSeconds: 17 }, PrivateB: { startedSeconds: 12, completedSeconds: 17 } };
    expect(left({ ...begun, Cluster: { startedSeconds: 17 } }, 300)).toBeCloseTo(readySeconds - 300, 0);
  });

  it('follows what is quicker or slower than planned', () => {
    const done = Object.fromEntries(['ClusterRole', 'ClusterLogs', 'PrivateA', 'PrivateB', 'Vpc'].map((id) => [id, { startedSeconds: 0, completedSeconds: 17 }]));
    expect(left({ ...done, Cluster: { startedSeconds: 17 } }, 900)).toBeGreaterThan(Math.max(0, readySeconds - 900) + 10);
    expect(left({ ...done, Cluster: { startedSeconds: 17, completedSeconds: 400 } }, 400)).toBeLessThan(readySeconds - 400);
  });

  it('is nothing when all is complete', () => {
    const all = Object.fromEntries([...lab.stack.resources.keys()].map((id) => [id, { startedSeconds: 0, completedSeconds: 1 }]));
    expect(left(all, 840)).toBe(0);
  });
});

describe('the progress of a deployment', () => {
  it('is told by concern, and for the whole with the time left', () => {
    const told: ProgressEvent[] = [];
    const progress = new DeploymentProgress(smallLabView(), (event) => told.push(event));
    progress.take(events(...CREATED.slice(0, -1)), BEGINNING_MILLIS + 20_000);
    expect(told.filter(({ step }) => step === 'Network')).toEqual([
      { step: 'Network', state: 'started' },
      expect.objectContaining({ state: 'running', detail: expect.stringMatching(/VPC.*: create complete$/), fraction: expect.any(Number) }),
    ]);
    expect(told.filter(({ step }) => step === 'Cluster')).toHaveLength(2);
    expect(told.at(-1)).toMatchObject({ step: 'Stack Lab', state: 'running', remainingSeconds: expect.any(Number), fraction: expect.any(Number) });
    expect(told.at(-1)?.remainingSeconds).toBeGreaterThan(500);
    progress.finish();
    expect(told.filter(({ state }) => state === 'finished').map(({ step }) => step)).toEqual(expect.arrayContaining(['Network', 'Cluster', 'Stack Lab']));
  });

  it('finishes a concern once, when its last resource is complete', () => {
    const told: ProgressEvent[] = [];
    const lab = smallLabView();
    const progress = new DeploymentProgress(lab, (event) => told.push(event));
    const all = [...lab.stack.resources.values()].map(({ logicalId, type }) => [5, logicalId, type, 'CREATE_COMPLETE'] as const);
    progress.take(events([0, 'Lab', 'AWS::CloudFormation::Stack', 'CREATE_IN_PROGRESS'], ...all), BEGINNING_MILLIS + 5_000);
    progress.finish();
    const ends = told.filter(({ state }) => state === 'finished').map(({ step }) => step);
    expect(new Set(ends).size).toBe(ends.length);
    expect(told.find(({ step, state }) => step === 'Network' && state === 'finished')?.detail).toMatch(/^(\d+) of \1 resources$/);
  });
});
