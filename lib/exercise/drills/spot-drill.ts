import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { instanceIdOf, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import { waitFor } from '../../wait-for';
import { EVENTS, selectorText } from '../../kubernetes/core-kinds';
import { LiveList } from '../../kubernetes/live-list';
import type { DrillResult } from '../exercise-result';
import { diagnose } from '../diagnosis';
import { launchStep, nodeReadyStep, podsRunningStep, scaleStep } from '../launch-steps';
import { counted, listed, secondsText } from '../../words';
import { drillContext, drillResult, type DrillStage, onStage, type SpotDrillOptions } from './drill-stage';

/** Reasons of the events by which Karpenter says that it has read the message. */
const NOTICED_REASONS: readonly string[] = ['SpotInterrupted', 'TerminatingOnInterruption'];

/**
 * Takes a spot instance away: EC2 announces the interruption, Karpenter launches a replacement, drains the node and
 * removes it, and the pods run on. It works on a NodePool of its own, and removes it at the end.
 */
export async function spotDrill(api: KubernetesApi, options: SpotDrillOptions): Promise<DrillResult> {
  const context = drillContext(api, options);
  await onStage(context, { drill: 'spot', capacityTypes: ['spot'] }, async (stage) => {
    await scaleStep(stage.context, stage.watch);
    await launchStep(stage.context, stage.watch, stage.deployment);
    await nodeReadyStep(stage.context, stage.watch, stage.deployment);
    await podsRunningStep(stage.context, stage.watch, stage.deployment);
    const interrupted = stage.watch.usedClaims;
    await interruptStep(stage, interrupted, options.interrupt);
    await replacementStep(stage, interrupted);
  });
  return drillResult('spot', context);
}

async function interruptStep({ context, watch }: DrillStage, interrupted: readonly NodeClaim[], interrupt: SpotDrillOptions['interrupt']): Promise<void> {
  const { api, recorder, deadlines, signal } = context;
  await recorder.step({ title: 'EC2 announces that it takes the spot instance back' }, async (step) => {
    const events = await LiveList.start(api, EVENTS, { namespace: 'default', fieldSelector: 'involvedObject.kind=NodeClaim' });
    const names = new Set(interrupted.map(({ metadata }) => metadata.name));
    const noticed = (): readonly string[] => events.items
      .filter(({ subject, reason }) => names.has(subject.name) && NOTICED_REASONS.includes(reason))
      .map(({ reason, subject, message }) => `${reason} ${subject.name}: ${message}`);
    try {
      watch.begin();
      for (const { providerId, metadata } of interrupted) {
        const instanceId = instanceIdOf(providerId ?? '');
        await interrupt(instanceId);
        step.note(`Interruption of ${instanceId}, the instance of ${metadata.name}, sent to the queue`);
      }
      await waitFor(() => noticed().length > 0 && watch.nodeClaims.items.every(({ metadata }) => !names.has(metadata.name) || metadata.deletedAt !== undefined), {
        what: `Karpenter reads the message and begins to remove ${listed([...names])}`,
        deadlineSeconds: deadlines.noticedSeconds,
        on: [events, ...watch.all],
        describeMissing: () => [
          noticed().length === 0 ? 'Karpenter has reported no interruption: see whether it runs with the queue of the stack (settings.interruptionQueue)' : 'The NodeClaim is not being deleted',
        ],
        signal,
      });
      step.note(...new Set(noticed()), `Noticed after ${secondsText(watch.moments.elapsedSeconds())}`);
    } finally {
      events.stop();
    }
  });
}

async function replacementStep({ context, deployment, watch }: DrillStage, interrupted: readonly NodeClaim[]): Promise<void> {
  const { api, expectations, recorder, deadlines, signal } = context;
  const { replicas, deploymentName, namespace } = expectations;
  const uids = new Set(interrupted.map(({ metadata }) => metadata.uid));
  const remaining = (): readonly NodeClaim[] => watch.nodeClaims.items.filter(({ metadata }) => uids.has(metadata.uid));
  await recorder.step({ title: 'Karpenter drains the node and launches a replacement', command: 'kubectl get nodeclaims -o wide' }, async (step) => {
    const moments = new Map<string, number>();
    const mark = (moment: string, isReached: boolean): void => {
      if (isReached && !moments.has(moment)) moments.set(moment, watch.moments.elapsedSeconds());
    };
    const look = (): boolean => {
      mark('replacement launched', watch.newClaims.some(({ providerId }) => providerId !== undefined));
      mark('interrupted node gone', remaining().length === 0);
      mark('all pods running again', remaining().length === 0 && watch.runningPods.length >= replicas);
      return moments.has('all pods running again');
    };
    await waitFor(look, {
      what: `the interrupted node is gone and ${counted(replicas, 'pod')} run on a replacement`,
      deadlineSeconds: deadlines.replacedSeconds,
      on: watch.all,
      describeMissing: async () => [
        ...remaining().map(({ metadata }) => `NodeClaim ${metadata.name} is still there`),
        ...await diagnose(api, { namespace, deploymentName, replicas, labelSelector: selectorText(deployment.matchLabels), sinceSeconds: watch.moments.elapsedSeconds() }, expectations),
      ],
      onProgress: () => step.news(`${watch.runningPods.length} of ${counted(replicas, 'pod')} running, ${remaining().length === 0 ? 'interrupted node gone' : 'interrupted node draining'}`),
      signal,
    });
    step.note(
      ...watch.usedClaims.map(({ metadata, instanceType, zone, capacityType }) => `Replacement ${metadata.name}: ${instanceType ?? ''}, ${zone ?? ''}, ${capacityType ?? ''}`),
      ...[...moments].map(([moment, seconds]) => `${moment} after ${secondsText(seconds)}`),
    );
  });
}
