import type { Html } from './html';

/**
 * What a verb has to say, described once. A terminal shows it by `renderText`, a page by `renderPage`.
 *
 * Texts are plain. On a page, what stands between backticks is shown as code.
 */
export interface LabDocument {
  readonly title: string;
  /** @default 'strong' */
  readonly tone?: Tone;
  /** What the title adds: in brackets behind it in a terminal, below it on a page. @default - nothing */
  readonly subtitle?: string;
  /** Figures at a glance, each with what it means: `['0.273 USD/h', 'idle']`. @default - none */
  readonly glance?: readonly Named[];
  /** Sections without content are left out. @default - the title says it all */
  readonly sections?: readonly Section[];
  /** What to do next, below everything else. @default - nothing */
  readonly next?: readonly Section[];
  /** Last line of the page. @default - none */
  readonly footer?: string;
  /** Names of nodes in tables and timelines. A terminal leaves out what they all end in; a pipe and a page do not. @default - none */
  readonly nodeNames?: readonly string[];
}

/** How a text looks, by what it means. */
export type Tone = 'strong' | 'muted' | 'name' | 'good' | 'caution' | 'bad';

/** Where a document is shown. */
export type Medium = 'terminal' | 'page';

/** A name, or a figure, and what belongs to it. */
export type Named = readonly [name: string, text: string];

/** A part of a document below a heading. */
export interface Section {
  readonly heading: string;
  /** How it ended, in a word or two. @default - nothing to say */
  readonly badge?: { readonly text: string; readonly tone?: 'good' | 'caution' | 'bad' };
  /** What the heading adds. @default - nothing */
  readonly aside?: string;
  /**
   * Whether it matters most. It stands first on a page, which is read from its beginning, and last in a terminal, which is read
   * from its end. Of several, the first one given is the outermost.
   *
   * @default false
   */
  readonly isKey?: boolean;
  /** @default - on both */
  readonly only?: Medium;
  readonly blocks: readonly Block[];
}

/** A piece of a section. A string is a paragraph, an array of strings a list. */
export type Block = string | readonly string[] | Paragraph | Facts | Commands | Notices | Table | Outcomes | Timeline | Drawing;

/** A paragraph that has a tone, or stands in one medium alone. */
export interface Paragraph {
  readonly kind: 'paragraph';
  readonly text: string;
  /** @default - plain */
  readonly tone?: Tone;
  /** @default - on both */
  readonly only?: Medium;
}

/** Names, each with one value or several. */
export interface Facts {
  readonly kind: 'facts';
  readonly facts: readonly (readonly [name: string, value: string | readonly string[]])[];
  /** Whether the values are commands, which are never wrapped. @default false */
  readonly areCommands?: boolean;
}

/** Lines to type, ready to be copied. One that begins with `# ` says what the next are for. */
export interface Commands {
  readonly kind: 'commands';
  readonly lines: readonly string[];
}

/** Warnings or problems, each with its name, a text and what to do about it. */
export interface Notices {
  readonly kind: 'notices';
  readonly tone: 'caution' | 'bad';
  readonly notices: readonly { readonly name: string; readonly text: string; readonly remedy?: string }[];
}

/** Rows of cells. The first cell names its row. */
export interface Table {
  readonly kind: 'table';
  /** What it shows, above it on a page. @default - what the section's heading says */
  readonly caption?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** Rows that a terminal shows; it says how many more there are. @default - all */
  readonly mostRows?: number;
  /** Whether each row is a paragraph in a terminal: its name, its figures in brackets, and its texts. @default false */
  readonly isProse?: boolean;
  /** @default - on both */
  readonly only?: Medium;
}

/** A column of a table. */
export interface TableColumn {
  /** @default - none: in a terminal, a table without any has no line for them */
  readonly heading?: string;
  /** Whether its cells are figures, aligned right. @default false */
  readonly isFigure?: boolean;
  /** Whether a terminal wraps its cells where room is short. @default false */
  readonly isFlexible?: boolean;
  /** Whether its cells are code. @default false */
  readonly isCode?: boolean;
  /** @default - on both */
  readonly only?: Medium;
}

/** A row of a table, one cell a column. */
export interface TableRow {
  readonly cells: readonly TableCell[];
  /** Whether it sums up the rows above it. @default false */
  readonly isTotal?: boolean;
  /** @default - on both */
  readonly only?: Medium;
}

/** Plain text, text with a tone, or a list, whose items a terminal puts one after the other as sentences. */
export type TableCell = string | { readonly text: string; readonly tone: Tone } | readonly string[];

/** Steps or checks, one below the other, each with how it ended. */
export interface Outcomes {
  readonly kind: 'outcomes';
  readonly items: readonly OutcomeItem[];
  /** Where to find the lines of evidence that a terminal leaves out: `with --json`. */
  readonly elsewhere: string;
}

/** A step or a check, and how it ended. */
export interface OutcomeItem {
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'unknown';
  /** How long it took. @default - not said */
  readonly aside?: string;
  /** A command that belongs to it. @default - none */
  readonly command?: string;
  /** What it showed, line by line. A terminal shows all lines of what failed, and the first of the rest. */
  readonly evidence: readonly string[];
}

/** Spans of time below each other on one axis, in seconds. */
export interface Timeline {
  readonly kind: 'timeline';
  /** Name of the drawing, for a screen reader. */
  readonly title: string;
  /** What the drawing shows, below it. */
  readonly caption: string;
  readonly spans: readonly TimelineSpan[];
  /** A moment that the drawing marks. @default - none */
  readonly mark?: { readonly atSeconds: number; readonly label: string };
}

/** A span of a timeline. */
export interface TimelineSpan {
  readonly label: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Its length, or its end. */
  readonly figure: string;
  /** @default - nothing to add */
  readonly detail?: string;
  /** What else there is to know of it, in a tooltip. @default - nothing */
  readonly tooltip?: string;
  /** Whether it is drawn paler than the others. @default false */
  readonly isMuted?: boolean;
  /** @default - on both */
  readonly only?: Medium;
}

/** A drawing. A terminal has none. */
export interface Drawing {
  readonly kind: 'drawing';
  readonly markup: Html;
  readonly caption: string;
}

/** Whether something is shown in a medium. */
export function isShown({ only }: { readonly only?: Medium }, medium: Medium): boolean {
  return only === undefined || only === medium;
}

/** The sections with content for a medium, in the order of that medium, each with those of its blocks that have content. */
export function shownSections({ sections = [], next = [] }: LabDocument, medium: Medium): readonly Section[] {
  const key = sections.filter(({ isKey }) => isKey);
  const others = sections.filter(({ isKey }) => isKey !== true);
  const ordered = medium === 'page' ? [...key, ...others, ...next] : [...others, ...key.toReversed(), ...next];
  return ordered.filter((section) => isShown(section, medium))
    .map((section) => ({ ...section, blocks: section.blocks.filter((block) => hasContent(block, medium)) }))
    .filter(({ blocks }) => blocks.length > 0);
}

function hasContent(block: Block, medium: Medium): boolean {
  if (typeof block === 'string') return block !== '';
  if (!('kind' in block)) return block.length > 0;
  switch (block.kind) {
    case 'paragraph': return isShown(block, medium);
    case 'facts': return block.facts.length > 0;
    case 'commands': return block.lines.length > 0;
    case 'notices': return block.notices.length > 0;
    case 'table': return isShown(block, medium) && block.rows.length > 0;
    case 'outcomes': return block.items.length > 0;
    case 'timeline': return block.spans.length > 0;
    case 'drawing': return medium === 'page';
  }
}

/**
 * Makes a table. A column that is plain text is given by its heading, a row by its cells.
 *
 * @example
 * table([flexible('Node'), 'Type', figures('USD/h')], nodes.map(({ name, type, price }) => [name, type, price]));
 */
export function table(
  columns: readonly (string | TableColumn)[], rows: readonly (readonly TableCell[] | TableRow)[], options: Partial<Omit<Table, 'columns' | 'rows'>> = {},
): Table {
  return {
    ...options,
    kind: 'table',
    columns: columns.map((column) => typeof column === 'string' ? { heading: column } : column),
    rows: rows.map((row) => 'cells' in row ? row : { cells: row }),
  };
}

/** A column of figures, aligned right. */
export function figures(heading: string): TableColumn {
  return { heading, isFigure: true };
}

/** A column that a terminal wraps where room is short. */
export function flexible(heading = ''): TableColumn {
  return { heading, isFlexible: true };
}

/** A paragraph with a tone. */
export function toned(tone: Tone, text: string, only?: Medium): Paragraph {
  return { kind: 'paragraph', text, tone, only };
}

/** The key section that says whether something passed, and why. */
export function verdictSection(verdict: 'passed' | 'failed', sentence: string): Section {
  const tone = verdict === 'passed' ? 'good' : 'bad';
  return { heading: 'Verdict', badge: { text: verdict, tone }, isKey: true, blocks: [toned(tone, sentence)] };
}
