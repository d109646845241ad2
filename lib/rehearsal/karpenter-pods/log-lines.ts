import { parseJson, textAt } from '../../json';

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
}

/** Errors among lines of Karpenter's log, in their order. A line that is still being written is left out. */
export function errorsIn(lines: readonly string[]): readonly LogError[] {
  return lines
    .filter((line) => line.includes('"level":"ERROR"') && line.endsWith('}'))
    .map((line) => {
      const entry = parseJson(line);
      const message = textAt(entry, 'message') ?? '';
      return { message, error: textAt(entry, 'error') ?? message };
    });
}

/** Takes request ids out: they differ at every attempt, so the same refusal would look like a new one. */
export function withoutRequestIds(error: string): string {
  return error.replaceAll(/,? ?(RequestID: |aws-request-id=)\w+/g, '');
}
