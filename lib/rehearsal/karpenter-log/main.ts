import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { containerLogLine } from './log-lines';

/**
 * Copies its standard input to two files, line by line: as it is, and as a container runtime would
 * write it. kwok can serve only the latter to `kubectl logs`. Ends when the input ends.
 */
const [plainFile = '', containerFile = ''] = process.argv.slice(2);
const plain = createWriteStream(plainFile, { flags: 'a', mode: 0o600 });
const container = createWriteStream(containerFile, { flags: 'a', mode: 0o600 });

createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  plain.write(`${line}\n`);
  container.write(containerLogLine(line, new Date()));
});

// The input ends when Karpenter does; a signal must not cut off what Karpenter still has to say.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
