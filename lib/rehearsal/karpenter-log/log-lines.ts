import { readFileSync } from 'node:fs';
import type { HelmChart } from '../../assembly/kubernetes-objects';
import { parseJson, textAt } from '../../json';
import { LabError } from '../../lab-error';

/**
 * A line of a log as container runtimes write it: when, from where, and that the line is whole.
 *
 * @see https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export function containerLogLine(line: string, now: Date): string {
  return `${now.toISOString().replace('Z', '000000Z')} stdout F ${line}\n`;
}

/** An error in Karpenter's log. */
export interface LogError {
  readonly message: string;
  /** What went wrong below, such as AWS's answer. */
  readonly error: string;
  /** Kind of the object that Karpenter was at work on; empty for none. */
  readonly kind: string;
  /** Name of that object; empty for none. */
  readonly name: string;
}

/** Errors in Karpenter's log, in their order. A line that is still being written is left out. */
export function logErrors(file: string): readonly LogError[] {
  return readFileSync(file, 'utf8').split('\n')
    .filter((line) => line.includes('"level":"ERROR"') && line.endsWith('}'))
    .map((line) => {
      const entry = parseJson(line);
      const message = textAt(entry, 'message') ?? '';
      return {
        message,
        error: textAt(entry, 'error') ?? message,
        kind: textAt(entry, 'controllerKind') ?? '',
        name: textAt(entry, 'name') ?? '',
      };
    });
}

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
