import { readFileSync } from 'node:fs';
import type { HelmChart } from '../../assembly/kubernetes-objects';
import { parseJson, textAt } from '../../json';
import { LabError } from '../../lab-error';

/**
 * A line of a log as container runtimes write it: the time, the stream, and `F` for a whole line.
 *
 * @see https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export function containerLogLine(line: string, now: Date, stream: 'stdout' | 'stderr' = 'stdout'): string {
  return `${now.toISOString().replace('Z', '000000Z')} ${stream} F ${line}\n`;
}

/** An error in Karpenter's log. */
export interface LogError {
  readonly message: string;
  /** The cause, such as AWS's answer; the message again where the line names none. */
  readonly error: string;
  /** Kind of the object that Karpenter was working on; empty for none. */
  readonly kind: string;
  /** Name of that object; empty for none. */
  readonly name: string;
}

/** Errors in Karpenter's log, in their order. A line that is still being written is left out. */
export function logErrors(file: string): readonly LogError[] {
  return errorsIn(readFileSync(file, 'utf8').split('\n'));
}

/** Errors among lines of Karpenter's log, in their order. */
export function errorsIn(lines: readonly string[]): readonly LogError[] {
  return lines
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

/** Takes request ids out: they differ at every attempt, so the same refusal would look like a new one. */
export function withoutRequestIds(error: string): string {
  return error.replaceAll(/,? ?(RequestID: |aws-request-id=)\w+/g, '');
}

/** What Karpenter logs when its queue does not exist. It runs on without interruptions. */
const NO_QUEUE = 'failed to create valid sqs provider';

/**
 * Checks that Karpenter has found the queue from which it hears of interruptions. Only its log says so:
 * no object in the API server does.
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
