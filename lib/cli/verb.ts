import type { ProgressListener } from '../progress';
import type { RunContext } from '../run-context';
import type { LabDocument } from './document/document';
import type { ExitCode } from './errors';
import type { LabHost } from './host';

/** A flag of a verb. */
export interface VerbFlag {
  /** As commander reads it: `-c, --context <key=value>`. */
  readonly flags: string;
  readonly summary: string;
  /**
   * Value without the flag, shown in the help.
   *
   * @default - the flag is absent
   */
  readonly defaultValue?: string;
  /**
   * Checks the text and turns it into the flag's value; `previous` is the value so far when the flag is repeated.
   *
   * @default - the text as it was written
   */
  readonly parse?: (text: string, previous: unknown) => unknown;
}

/** A positional argument of a verb. */
export interface VerbArgument {
  /** As commander reads it: `<replicas>`. */
  readonly name: string;
  readonly summary: string;
}

/** A verb on its way: what the user wrote, and where it runs. */
export interface Invocation {
  /** The verb's flags by their long names in camelCase. The verb states their types next to its table of flags. */
  readonly flags: <Flags extends object>() => Flags;
  readonly positionals: readonly string[];
  readonly host: LabHost;
  /** Tells the user what goes on, apart from the result. */
  readonly note: (text: string) => void;
  /** What the verb's action gets: the user's Ctrl-C, where its progress is shown, and the clock. */
  readonly run: RunContext;
  /** Shows the progress of an action. */
  readonly progress: ProgressListener;
  /** Shows a part of the result as soon as it is there. With `--json` nothing: the result comes as a whole. */
  readonly show: (document: LabDocument) => void;
  /** Shows news as it comes, in the form that suits who reads it. */
  readonly live: (news: LiveNews) => void;
}

/** News of something that goes on, in its three forms. */
export interface LiveNews {
  /** For a terminal: how it all stands, drawn over what stood there before. */
  readonly screen: LabDocument;
  /** For a pipe: what is new, line by line. */
  readonly lines: readonly string[];
  /** With `--json`: what is new, each on a line of its own. */
  readonly items: readonly object[];
}

/** What a verb came to. The command line renders it: the verb itself prints nothing. */
export interface VerbOutcome {
  /** What `--json` prints. @default - everything has been told by {@link Invocation.live} */
  readonly result?: object;
  /** The same for people, without what has been shown already. @default - everything has been told by {@link Invocation.live} */
  readonly document?: LabDocument;
  readonly exitCode: ExitCode;
  /** Whether Ctrl-C is how the verb ends, so that it is no interruption. @default false */
  readonly isEndedByUser?: boolean;
}

/** One line of the table of verbs. */
export interface Verb {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What the verb's own help says before its flags. */
  readonly description: string;
  /** @default - none */
  readonly positionals?: readonly VerbArgument[];
  readonly flags: readonly VerbFlag[];
  readonly run: (invocation: Invocation) => Promise<VerbOutcome>;
}
