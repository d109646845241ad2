import { arrayAt, type JsonObject, textAt, valueAt } from '../../../lib/json';
import { KARPENTER_PODS } from '../../../lib/rehearsal/karpenter-pods/karpenter-pod';
import { type PodReport, podStatus } from '../../../lib/rehearsal/karpenter-pods/pod-status';

const NOW = new Date('2026-11-27T03:00:00.700Z');
const STARTED = new Date('2026-11-27T02:59:00Z');

function statusOf(report: Partial<PodReport>, conditions: readonly JsonObject[] = []): JsonObject {
  const pod = KARPENTER_PODS.read({
    metadata: { name: 'p', namespace: 'n', uid: '1' },
    spec: { containers: [{ name: 'sidecar', image: 's' }, { name: 'controller', image: 'c' }] },
    status: { conditions },
  });
  return podStatus(pod, { state: { is: 'waiting', reason: 'ContainerCreating' }, restartCount: 0, ...report }, NOW);
}

const conditionOf = (status: JsonObject, type: string) => arrayAt(status, 'conditions').find((condition) => textAt(condition, 'type') === type);

describe('the status of one of Karpenter\'s pods', () => {
  it('is Pending and not ready before its process has been started', () => {
    const status = statusOf({});
    expect(status).toMatchObject({ phase: 'Pending', containerStatuses: [{ name: 'controller', image: 'c', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }, { name: 'sidecar' }] });
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'False', reason: 'ContainersNotReady' });
    expect(conditionOf(status, 'Initialized')).toMatchObject({ status: 'True' });
  });

  it('is ready only when its process is', () => {
    const running = (isReady: boolean) => statusOf({ state: { is: 'running', startedAt: STARTED, isReady } });
    expect(conditionOf(running(false), 'Ready')).toMatchObject({ status: 'False' });
    expect(conditionOf(running(true), 'Ready')).toEqual({ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-27T03:00:00Z' });
    expect(running(true)).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: true, started: true, state: { running: { startedAt: '2026-11-27T02:59:00Z' } } }, { ready: true }] });
  });

  it('keeps the conditions of others, and the time of those that have not changed', () => {
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-27T02:00:00Z' };
    const before = { type: 'Initialized', status: 'True', lastTransitionTime: '2026-11-27T02:00:01Z' };
    const status = statusOf({}, [scheduled, before]);
    expect(conditionOf(status, 'PodScheduled')).toEqual(scheduled);
    expect(conditionOf(status, 'Initialized')).toEqual(before);
    expect(arrayAt(status, 'conditions')).toHaveLength(5);
  });

  it('says how often the process has ended, and how it did last', () => {
    const status = statusOf({
      state: { is: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s' },
      restartCount: 2,
      lastEnd: { exitCode: 1, startedAt: STARTED, finishedAt: NOW },
    });
    expect(status['phase']).toBe('Running');
    expect(valueAt(status, 'containerStatuses', 0)).toMatchObject({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: '2026-11-27T02:59:00Z', finishedAt: '2026-11-27T03:00:00Z' } },
    });
  });
});
