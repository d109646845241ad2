import type { InferOptions, Option, OptionValues } from '@commander-js/extra-typings';
import type { RunContext } from '../run-context';
import type { LabDocument } from './document/document';
import type { ExitCode } from './errors';
import type { LabHost } from './host';

/** A flag of a verb, as commander reads it. */
export type VerbFlag = Option<string, unknown, unknown, unknown, boolean, unknown>;

/**
 * What the user wrote after the flags of a verb, by their long names in camelCase. Each has the type that its declaration gives it.
 *
 * @example
 * FlagsOf<readonly [Option<'--dry-run'>]> // { dryRun?: true }
 */
export type FlagsOf<Flags extends readonly VerbFlag[]> = Flags extends readonly [...infer Others extends readonly VerbFlag[], infer Last]
  ? Last extends Option<infer Usage, infer Preset, infer Default, infer Parsed, infer IsMandatory, infer Choice>
    ? InferOptions<FlagsOf<Others>, Usage, Default, Parsed, IsMandatory, Preset, Choice>
    : never
  : object;

/** A positional argument of a verb. */
export interface VerbArgument {
  /** As commander reads it: `<replicas>`. */
  readonly name: string;
  readonly summary: string;
}

/** One call of a verb: what the user wrote, and how the verb reaches the world. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly host: LabHost;
  /** Tells the user something that is not a part of the result. */
  readonly note: (text: string) => void;
  /** What the verb's action gets: the user's Ctrl-C, where its progress is shown, and the clock. */
  readonly run: RunContext;
  /** Shows a part of the result as soon as it is there. With `--json` nothing: the result comes as a whole. */
  readonly show: (document: LabDocument) => void;
  /** Shows news as it comes, in the form that suits who reads it. */
  readonly live: (news: LiveNews) => void;
}

/** News of something that goes on, in a form for each kind of reader. */
export interface LiveNews {
  /** For a terminal: the whole state, drawn over the one before. */
  readonly screen: LabDocument;
  /** For a pipe: what is new, line by line. */
  readonly lines: readonly string[];
  /** With `--json`: what is new, each on a line of its own. */
  readonly items: readonly object[];
}

/** How a verb ended. The command line shows it: the verb itself prints nothing. */
export interface VerbOutcome {
  /** What `--json` prints. @default - {@link Invocation.live} has shown everything */
  readonly result?: object;
  /** The same for people, without what has been shown already. @default - {@link Invocation.live} has shown everything */
  readonly document?: LabDocument;
  readonly exitCode: ExitCode;
  /** Whether Ctrl-C is the usual end of the verb, and not an interruption. @default false */
  readonly isEndedByUser?: boolean;
}

/** A verb and what its help says. */
interface VerbDescription {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What the verb's own help says before its flags. */
  readonly description: string;
  /** @default - none */
  readonly positionals?: readonly VerbArgument[];
}

/** A verb with flags of its own. */
interface VerbDefinition<Flags extends readonly VerbFlag[]> extends VerbDescription {
  /** Must be a constant of its own: the compiler does not infer the type of an `Option` that is made inside of the definition. */
  readonly flags: Flags;
  readonly run: (invocation: Invocation, flags: FlagsOf<Flags>) => Promise<VerbOutcome>;
}

/** One line of the table of verbs. */
export interface Verb extends VerbDescription {
  readonly flags: readonly VerbFlag[];
  /** Takes the flags as commander has read them. */
  readonly run: (invocation: Invocation, flags: OptionValues) => Promise<VerbOutcome>;
}

/** Verbs that belong together. Each is called by the name of the group and its own: `lab class open`. */
export interface VerbGroup extends Pick<VerbDescription, 'name' | 'summary' | 'description'> {
  /** In the order of the group's help. */
  readonly verbs: readonly Verb[];
}

/**
 * Makes a verb that receives the flags that it declares, each with its type.
 *
 * @example
 * const FLAGS = [yesFlag, timeoutFlag('seconds to wait')] as const;
 * defineVerb({ name: 'sweep', summary, description, flags: FLAGS, run: (invocation, { yes, timeout }) => sweep(invocation, yes, timeout) });
 */
export function defineVerb<const Flags extends readonly VerbFlag[]>(definition: VerbDefinition<Flags>): Verb {
  // Commander makes the values out of these very flags.
  return { ...definition, run: (invocation, flags) => definition.run(invocation, flags as FlagsOf<Flags>) };
}
