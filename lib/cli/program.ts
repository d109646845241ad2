import { Command, type CommanderError, type OptionValues } from '@commander-js/extra-typings';
import manifest from '../../package.json';
import { classVerbs } from './class/class-verbs';
import { commandLineError, EXIT_CODE_MEANINGS } from './errors';
import type { LabHost } from './host';
import { gradeVerb } from './class/grade-verb';
import { guideVerb } from './class/guide-verb';
import { planVerb } from './plan/plan-verb';
import { rehearseVerb } from './rehearse/rehearse-verb';
import type { TextLayout } from './terminal/text-layout';
import type { Verb, VerbGroup } from './verb';
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
  readonly verbs: readonly (Verb | VerbGroup)[];
  readonly host: LabHost;
  readonly layout: TextLayout;
  /** Runs the verb that the command line asks for. */
  readonly onRequest: (request: VerbRequest) => Promise<void>;
  /** Gets the help that names the verbs, where the command line names none. */
  readonly onVerbMissing: (help: string) => void;
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
      writeErr: (help) => options.onVerbMissing(help),
      // An error reaches the caller as an exception, which renders it.
      outputError: () => undefined,
      getOutHelpWidth: () => layout.width,
      getErrHelpWidth: () => layout.width,
    })
    .configureHelp({ showGlobalOptions: true, styleTitle: layout.style.heading })
    .addHelpText('after', `\n${exitCodeHelp(layout)}`);
  for (const entry of options.verbs) {
    if ('verbs' in entry) addGroup(program, entry, options.onRequest);
    else addVerb(program, entry, options.onRequest);
  }
  return program;
}

function addGroup(program: Command, { name, summary, description, verbs }: VerbGroup, onRequest: ProgramOptions['onRequest']): void {
  const group = program.command(name).summary(summary).description(description).exitOverride((error) => {
    throw isHelp(error) ? error : commandLineError(error, `lab ${name} --help`);
  });
  for (const verb of verbs) addVerb(group, verb, onRequest);
}

function addVerb(parent: Command, verb: Verb, onRequest: ProgramOptions['onRequest']): void {
  const command = parent.command(verb.name).summary(verb.summary).description(verb.description);
  for (const positional of verb.positionals ?? []) {
    command.argument(positional.name, positional.summary);
  }
  for (const flag of verb.flags) {
    command.addOption(flag);
  }
  command.action(() => onRequest({ verb, positionals: command.args, flags: command.opts() }));
}

/** Whether commander ended because it has shown help, or the version. */
export function isHelp({ code, exitCode }: CommanderError): boolean {
  // The code of `help VERB` is the process's exit code, which another failure may have set.
  return exitCode === 0 || code === 'commander.help';
}

function exitCodeHelp(layout: TextLayout): string {
  const lines = EXIT_CODE_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`);
  return [layout.style.heading('Exit codes:'), ...lines].join('\n');
}

/** Every verb of the command line, in the order of a class. */
export const VERBS: readonly (Verb | VerbGroup)[] = [
  startVerb,
  planVerb,
  rehearseVerb,
  preflightVerb,
  deployVerb,
  statusVerb,
  watchVerb,
  scaleVerb,
  verifyVerb,
  classVerbs,
  guideVerb,
  gradeVerb,
  extendVerb,
  teardownVerb,
  sweepVerb,
];
