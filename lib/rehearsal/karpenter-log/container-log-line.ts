/**
 * A line of a log as container runtimes write it: when, from where, and that the line is whole.
 *
 * @see https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export function containerLogLine(line: string, now: Date): string {
  return `${now.toISOString().replace('Z', '000000Z')} stdout F ${line}\n`;
}
