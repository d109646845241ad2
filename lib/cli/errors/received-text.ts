import { inspect } from 'node:util';

const LONGEST_RECEIVED = 300;

/** A received value as its user wrote it, cut when it is very long. */
export function receivedText(received: unknown): string {
  const text = typeof received === 'string' && received !== ''
    ? received
    : inspect(received, { depth: 4, breakLength: Infinity });
  return text.length > LONGEST_RECEIVED ? `${text.slice(0, LONGEST_RECEIVED)}...` : text;
}
