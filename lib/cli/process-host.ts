import { machineClock } from './clock';
import { confirmOnTerminal } from './confirm-on-terminal';
import type { LabHost } from './host';
import { Interruption } from './interruption';
import { processActions } from './process-actions';

const SDK_ADVICE = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** The host of a real process: its streams, its environment, its signals. */
export function processHost(): LabHost {
  const interruption = new Interruption(process);
  // The SDK's advice to change the version of Node.js is for this project, which pins both, and not for its users.
  process.env[SDK_ADVICE] ??= 'true';
  // `lab start | head` closes the pipe early. That is the reader's right, and ends the command as Ctrl-C does: with what was started stopped.
  const stopWhenReaderIsGone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    interruption.begin();
  };
  process.stdout.on('error', stopWhenReaderIsGone);
  process.stderr.on('error', stopWhenReaderIsGone);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    workingDirectory: process.cwd(),
    signal: interruption.signal,
    beforeLeaving: (tell) => interruption.beforeLeaving(tell),
    clock: machineClock,
    confirm: process.stdin.isTTY ? (question) => confirmOnTerminal(question, interruption.signal) : undefined,
    actions: processActions({ projectDirectory: process.cwd(), env: process.env }),
  };
}
