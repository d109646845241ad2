import colors from 'picocolors';
import type { OutputStream } from '../host';

/** Colours and drawing characters for one stream. Without colour every function returns its text as it is. */
export interface TextStyle {
  readonly strong: (text: string) => string;
  readonly muted: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly name: (text: string) => string;
  readonly good: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly bad: (text: string) => string;
  /** One character of a horizontal line. */
  readonly rule: string;
  /** One character of a bar in a chart. */
  readonly bar: string;
  /** What a list item begins with. */
  readonly bullet: string;
}

/** What a stream can show. */
export interface TextStyleOptions {
  readonly hasColor: boolean;
  /** Whether it shows line-drawing characters; otherwise ASCII takes their place. */
  readonly hasLineDrawing: boolean;
}

/** Makes the style for a stream. */
export function textStyle(options: TextStyleOptions): TextStyle {
  const color = colors.createColors(options.hasColor);
  return {
    strong: color.bold,
    muted: color.dim,
    heading: (text) => color.bold(color.cyan(text)),
    name: color.cyan,
    good: color.green,
    caution: color.yellow,
    bad: (text) => color.bold(color.red(text)),
    rule: options.hasLineDrawing ? '─' : '-',
    bar: options.hasLineDrawing ? '█' : '#',
    bullet: options.hasLineDrawing ? '•' : '*',
  };
}

/** The room that a text has, and how it may look. */
export interface TextLayout {
  /** Columns in a line. */
  readonly width: number;
  /** Whether a person reads it on a terminal. In a pipe no word is broken and no name is shortened. */
  readonly isTerminal: boolean;
  readonly style: TextStyle;
}

const DEFAULT_COLUMNS = 80;
const NARROWEST_COLUMNS = 60;
const WIDEST_COLUMNS = 110;

/** Whether a person reads the stream on a terminal that can move its cursor and draw. */
export function isInteractive(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The layout that suits a stream: colour and line drawing for a person's terminal, plain text of 80 columns for anything else. */
export function streamLayout(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): TextLayout {
  const isCapable = isInteractive(stream, env);
  // https://no-color.org: present and not empty.
  const isColorRefused = (env['NO_COLOR'] ?? '') !== '';
  const isTerminal = stream.isTTY === true;
  const columns = isTerminal ? stream.columns ?? DEFAULT_COLUMNS : DEFAULT_COLUMNS;
  return {
    width: Math.min(WIDEST_COLUMNS, Math.max(NARROWEST_COLUMNS, columns)),
    isTerminal,
    style: textStyle({ hasColor: isCapable && !isColorRefused, hasLineDrawing: isCapable }),
  };
}

const WIDE = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u;

/** Terminal columns that the text takes. Korean, Chinese and Japanese characters take two. */
export function displayWidth(text: string): number {
  return Array.from(text).reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0);
}

/** The text filled with spaces to a number of terminal columns. */
export function padToWidth(text: string, width: number, align: 'left' | 'right'): string {
  const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + padding : padding + text;
}

const INVISIBLE = /[\p{Cc}\p{Cf}]+/gu;

/** The text with control and format characters taken out, so that a name can't steer the terminal. */
export function printableText(text: string): string {
  return text.replace(INVISIBLE, ' ');
}

/** The text, or as much of its beginning as fits with an ellipsis after it. */
export function cutText(text: string, columns: number, ellipsis = '…'): string {
  if (displayWidth(text) <= columns) {
    return text;
  }
  const characters = Array.from(text);
  while (characters.length > 0 && displayWidth(characters.join('')) + displayWidth(ellipsis) > columns) {
    characters.pop();
  }
  return characters.join('').trimEnd() + ellipsis;
}

/**
 * Breaks text into lines of at most `width` columns, at spaces where it can.
 *
 * @param canBreakWords whether a word that is longer than a line is broken; otherwise its line is longer
 * @default true
 */
export function wrapText(text: string, width: number, canBreakWords = true): readonly string[] {
  const words = printableText(text).split(/\s+/).filter((word) => word !== '');
  const lines: string[] = [];
  let line = '';
  for (const piece of canBreakWords ? words.flatMap((word) => splitWord(word, width)) : words) {
    const longer = line === '' ? piece : `${line} ${piece}`;
    if (line === '' || displayWidth(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = piece;
    }
  }
  return [...lines, line];
}

/** A paragraph, indented below its heading. */
export function paragraph(text: string, { width, isTerminal }: TextLayout): readonly string[] {
  return wrapText(text, width - 2, isTerminal).map((line) => `  ${line}`);
}

function splitWord(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && displayWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** Moves the cursor of a terminal up by so many lines and clears everything from there. */
export function eraseLines(count: number): string {
  return count === 0 ? '' : `\u001b[${count}A\u001b[0J`;
}
