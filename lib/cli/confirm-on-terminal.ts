import { createInterface } from 'node:readline/promises';

/** Asks on the terminal, on stderr, so that a result on stdout stays clean. Anything but `y` or `yes` is no. */
export async function confirmOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In raw input Ctrl-C reaches the interface and not the process.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
