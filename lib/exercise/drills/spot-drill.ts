import { ClusterModel, runningPods } from '../../kubernetes/cluster-model';
import { instanceIdOf, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { counted, listed, secondsText } from '../../words';
import { type WatchedExercise, whyNotRunning } from '../exercise-context';
import { scaleOut } from '../launch-steps';
import { type AccountEvents, type DrillContext, onStage } from './drill-stage';

/** Reasons of Karpenter's events after it has read the message. */
const NOTICED_REASONS: readonly string[] = ['SpotInterrupted', 'TerminatingOnInterruption'];

/**
 * Interrupts a spot instance: EC2 announces the interruption, Karpenter launches a replacement, drains the node and removes it, and
 * the pods run on the replacement. It uses a NodePool of its own, and removes it at the end.
 */
export async function spotDrill(context: DrillContext): Promise<void> {
  await onStage(context, { drill: 'spot', capacityTypes: ['spot'] }, async (stage) => {
    await scaleOut(stage);
    const interrupted = stage.cluster.usedClaims;
    await interruptStep(stage, interrupted, context.means.events.interruptSpot);
    await replacementStep(stage, interrupted);
  });
}

async function interruptStep({ api, cluster, recorder, deadlines }: WatchedExercise, interrupted: readonly NodeClaim[], interrupt: AccountEvents['interruptSpot']): Promise<void> {
  await recorder.step({ title: 'EC2 announces that it takes the spot instance back' }, async (step) => {
    const reports = await ClusterModel.start(api, { events: { namespace: 'default', fieldSelector: 'involvedObject.kind=NodeClaim' } });
    const names = new Set(interrupted.map(({ metadata }) => metadata.name));
    const noticed = (): readonly string[] => reports.events
      .filter(({ subject, reason }) => names.has(subject.name) && NOTICED_REASONS.includes(reason))
      .map(({ reason, subject, message }) => `${reason} ${subject.name}: ${message}`);
    try {
      cluster.mark();
      for (const { providerId, metadata } of interrupted) {
        const instanceId = instanceIdOf(providerId ?? '');
        await interrupt(instanceId);
        step.note(`Interruption of ${instanceId}, the instance of ${metadata.name}, is told to EventBridge`);
      }
      await waitFor(() => noticed().length > 0 && cluster.nodeClaims.every(({ metadata }) => !names.has(metadata.name) || metadata.deletedAt !== undefined), {
        what: `Karpenter reads the message and begins to remove ${listed([...names])}`,
        deadlineSeconds: deadlines.noticedSeconds,
        on: [reports, cluster],
        describeMissing: () => [
          noticed().length === 0 ? 'Karpenter has reported no interruption: see whether it runs with the queue of the stack (settings.interruptionQueue)' : 'The NodeClaim is not being deleted',
        ],
      });
      step.note(...new Set(noticed()), `Noticed after ${secondsText(cluster.moments.elapsedSeconds())}`);
    } finally {
      reports.stop();
    }
  });
}

async function replacementStep(stage: WatchedExercise, interrupted: readonly NodeClaim[]): Promise<void> {
  const { cluster, expectations: { replicas }, recorder, deadlines } = stage;
  const uids = new Set(interrupted.map(({ metadata }) => metadata.uid));
  const remaining = (): readonly NodeClaim[] => cluster.nodeClaims.filter(({ metadata }) => uids.has(metadata.uid));
  await recorder.step({ title: 'Karpenter drains the node and launches a replacement', command: 'kubectl get nodeclaims -o wide' }, async (step) => {
    const moments = new Map<string, number>();
    const note = (moment: string, isReached: boolean): void => {
      if (isReached && !moments.has(moment)) moments.set(moment, cluster.moments.elapsedSeconds());
    };
    const look = (): boolean => {
      note('replacement launched', cluster.newClaims.some(({ providerId }) => providerId !== undefined));
      note('interrupted node gone', remaining().length === 0);
      note('all pods running again', remaining().length === 0 && runningPods(cluster).length >= replicas);
      return moments.has('all pods running again');
    };
    await waitFor(look, {
      what: `the interrupted node is gone and ${counted(replicas, 'pod')} run on a replacement`,
      deadlineSeconds: deadlines.replacedSeconds,
      on: [cluster],
      describeMissing: async () => [...remaining().map(({ metadata }) => `NodeClaim ${metadata.name} is still there`), ...await whyNotRunning(stage)],
      onProgress: () => step.news(`${runningPods(cluster).length} of ${counted(replicas, 'pod')} running, ${remaining().length === 0 ? 'interrupted node gone' : 'interrupted node draining'}`),
    });
    step.note(
      ...cluster.usedClaims.map(({ metadata, instanceType, zone, capacityType }) => `Replacement ${metadata.name}: ${instanceType ?? ''}, ${zone ?? ''}, ${capacityType ?? ''}`),
      ...[...moments].map(([moment, seconds]) => `${moment} after ${secondsText(seconds)}`),
    );
  });
}
