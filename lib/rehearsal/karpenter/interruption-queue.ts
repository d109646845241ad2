import { textAt } from '../../assembly/json';
import type { HelmChart } from '../../assembly/helm-charts';
import { LabError } from '../../lab-error';
import { logErrors } from './log-errors';

/** What Karpenter says, and goes on, when its queue is not there. */
const NO_QUEUE = 'failed to create valid sqs provider';

/**
 * Checks that Karpenter has found the queue from which it hears of interruptions: no object of the API
 * server would tell.
 *
 * @param karpenterLog absolute path of Karpenter's log
 * @throws LabError `InterruptionQueueNotFound`
 */
export function requireInterruptionQueue(karpenterLog: string, chart: HelmChart): void {
  const failure = logErrors(karpenterLog).find(({ message }) => message === NO_QUEUE);
  if (failure === undefined) return;
  throw new LabError({
    code: 'InterruptionQueueNotFound',
    message: `Karpenter finds no interruption queue, so it would not hear of spot interruptions: ${failure.error}`,
    received: textAt(chart.values, 'settings', 'interruptionQueue'),
    remedy: 'Make settings.interruptionQueue of the chart name the queue that the stack makes, run npm run synth, then start the rehearsal again.',
  });
}
