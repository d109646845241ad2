import type { OutputStream } from '../host';
import type { ProgressView } from './progress-view';

/** Progress for a program: each event as one line of JSON. */
export function progressJson(stream: OutputStream): ProgressView {
  return {
    report: (event) => void stream.write(`${JSON.stringify({ progress: event })}\n`),
    around: (write) => write(),
    end: () => undefined,
  };
}
