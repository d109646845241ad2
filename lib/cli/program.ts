import { Command, type OptionValues } from '@commander-js/extra-typings';
import manifest from '../../package.json';
import { EXIT_CODE_MEANINGS } from './errors';
import type { LabHost } from './host';
import { planVerb } from './plan/plan-verb';
import { rehearseVerb } from './rehearse/rehearse-verb';
import type { TextLayout } from './terminal/text-layout';
import type { Verb } from './verb';
import { deployVerb } from './verbs/deploy-verb';
import { extendVerb } from './verbs/extend-verb';
import { preflightVerb } from './verbs/preflight-verb';
import { scaleVerb } from './verbs/scale-verb';
import { startVerb } from './verbs/start-verb';
import { statusVerb } from './verbs/status-verb';
import { sweepVerb } from './verbs/sweep-verb';
import { teardownVerb } from './verbs/teardown-verb';
import { verifyVerb } from './verbs/verify-verb';
import { watchVerb } from './verbs/watch-verb';

/** A verb that the command line asks for, with what commander read. */
export interface VerbRequest {
  readonly verb: Verb;
  readonly positionals: readonly string[];
  readonly flags: OptionValues;
}

/** What the program is made of. */
export interface ProgramOptions {
  readonly verbs: readonly Verb[];
  readonly host: LabHost;
  readonly layout: TextLayout;
  /** Runs the verb that the command line asks for. */
  readonly onRequest: (request: VerbRequest) => Promise<void>;
}

/** Builds the commander program from the table of verbs. It throws instead of exiting, and prints only the help that was asked for. */
export function labProgram(options: ProgramOptions): Command {
  const { host, layout } = options;
  const program = new Command('lab')
    .description(manifest.description)
    .version(manifest.version, '-V, --version', 'print the version of the lab')
    .option('--json', 'print the result, or the error, as JSON on stdout')
    .option('--verbose', 'show where an error came from')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // An error reaches the caller as an exception, which renders it.
      writeErr: () => undefined,
      getOutHelpWidth: () => layout.width,
    })
    .configureHelp({ showGlobalOptions: true, styleTitle: layout.style.heading })
    .addHelpText('after', `\n${exitCodeHelp(layout)}`);
  for (const verb of options.verbs) {
    const command = program.command(verb.name).summary(verb.summary).description(verb.description);
    for (const positional of verb.positionals ?? []) {
      command.argument(positional.name, positional.summary);
    }
    for (const flag of verb.flags) {
      command.addOption(flag);
    }
    command.action(() => options.onRequest({ verb, positionals: command.args, flags: command.opts() }));
  }
  return program;
}

function exitCodeHelp(layout: TextLayout): string {
  const lines = EXIT_CODE_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`);
  return [layout.style.heading('Exit codes:'), ...lines].join('\n');
}

/** Every verb of the command line, in the order of a class. */
export const VERBS: readonly Verb[] = [
  startVerb,
  planVerb,
  rehearseVerb,
  preflightVerb,
  deployVerb,
  statusVerb,
  watchVerb,
  scaleVerb,
  verifyVerb,
  extendVerb,
  teardownVerb,
  sweepVerb,
];
