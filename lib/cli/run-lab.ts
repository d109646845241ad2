import { CommanderError } from '@commander-js/extra-typings';
import { runContext } from '../run-context';
import { renderText } from './document/render-text';
import { errorDocument, errorText } from './error-report';
import { commandLineError, errorExitCode, ExitCode, InterruptedError, UsageError } from './errors';
import type { LabHost } from './host';
import { isHelp, labProgram, type VerbRequest, VERBS } from './program';
import { Terminal } from './terminal/terminal';

/**
 * Runs one command line: finds the verb, runs it, and shows its result or its error. It never throws.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function runLab(argv: readonly string[], host: LabHost): Promise<ExitCode> {
  // The flags may be what is wrong. So the words themselves say whether the error goes out as JSON.
  const isJson = argv.includes('--json');
  const terminal = new Terminal(host, isJson);
  if (host.platform === 'win32') return reportError(WINDOWS, argv, host, terminal);
  let exitCode: ExitCode = ExitCode.Ok;
  const program = labProgram({
    verbs: VERBS,
    host,
    layout: terminal.resultLayout,
    onRequest: async (request) => {
      exitCode = await runVerb(request, isJson, host, terminal);
    },
    onVerbMissing: (help) => {
      if (isJson) throw VERB_MISSING;
      terminal.noteLines([help.trimEnd()]);
      exitCode = ExitCode.Usage;
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return exitCode;
    return reportError(error, argv, host, terminal);
  }
}

/** A program that reads JSON has no use for the help. */
const VERB_MISSING = new UsageError({
  code: 'VerbMissing',
  message: 'The command line names no verb.',
  remedy: 'See `lab --help`, or `lab class --help` for the verbs of a class.',
});

/** Said at once: what fails on Windows (programs, paths, signals) fails late, with words that name no cause. */
const WINDOWS = new UsageError({
  code: 'WindowsNotSupported',
  message: 'The lab does not run on Windows itself.',
  remedy: 'Use WSL 2: run `wsl --install` in PowerShell, then clone the lab in the home of your Linux, install Node.js there, and run the same command.',
});

async function runVerb(request: VerbRequest, isJson: boolean, host: LabHost, terminal: Terminal): Promise<ExitCode> {
  const outcome = await request.verb.run({
    positionals: request.positionals,
    host,
    note: (text) => terminal.note(text),
    run: runContext({ signal: host.signal, onProgress: terminal.progress, clock: host.clock }),
    show: (document) => {
      if (!isJson) terminal.result([...renderText(document, terminal.resultLayout), '']);
    },
    live: (news) => terminal.live(news),
  }, request.flags);
  terminal.endProgress();
  terminal.endLive();
  if (outcome.isEndedByUser !== true) host.signal.throwIfAborted();
  if (isJson) {
    if (outcome.result !== undefined) terminal.json(outcome.result);
  } else if (outcome.document !== undefined) {
    terminal.result(renderText(outcome.document, terminal.resultLayout));
  }
  return outcome.exitCode;
}

function reportError(error: unknown, argv: readonly string[], host: LabHost, terminal: Terminal): ExitCode {
  terminal.endProgress();
  terminal.endLive();
  const isVerbose = argv.includes('--verbose');
  const shown = shownError(error, host);
  if (argv.includes('--json')) {
    terminal.json(errorDocument(shown, isVerbose));
  } else {
    terminal.noteLines(errorText(shown, isVerbose, terminal.noteLayout));
  }
  return errorExitCode(shown);
}

function shownError(error: unknown, host: LabHost): unknown {
  if (host.signal.aborted) {
    return new InterruptedError(error);
  }
  return error instanceof CommanderError ? commandLineError(error) : error;
}
