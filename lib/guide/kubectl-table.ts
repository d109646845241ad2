/*
 * Tables as kubectl prints them. Names of other lengths shift their columns, so that whoever changes a name lays the table out anew.
 */

/** Spaces between two columns, as kubectl leaves them. */
const GAP = '   ';

/** The first line of a table: two or more headings, each in capitals, with two spaces or more between them. */
const HEADINGS = /^[A-Z][A-Z0-9()/_-]*(?: [A-Z()]+)*(?: {2,}[A-Z][A-Z0-9()/_-]*(?: [A-Z()]+)*)+ *$/;

/** A table, cell by cell. */
export interface KubectlTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A part of an output: a table, or a line that is in none. */
export type OutputPart = KubectlTable | string;

/** Reads an output part by part. A table ends at an empty line, at the end, or where another begins. */
export function outputParts(output: string): readonly OutputPart[] {
  const parts: OutputPart[] = [];
  const lines = output.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (!HEADINGS.test(line)) {
      parts.push(line);
      continue;
    }
    const starts = startsOf(line);
    const rows: (readonly string[])[] = [];
    while (index + 1 < lines.length && isRow(lines[index + 1] ?? '', starts)) {
      index += 1;
      rows.push(cellsOf(lines[index] ?? '', starts));
    }
    parts.push({ headings: cellsOf(line, starts), rows });
  }
  return parts;
}

/** The text of an output, with each table laid out as kubectl does. */
export function outputText(parts: readonly OutputPart[]): string {
  return parts.map((part) => typeof part === 'string' ? part : tableText(part)).join('\n');
}

function tableText({ headings, rows }: KubectlTable): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [headings, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP).trimEnd())
    .join('\n');
}

/** Where each column begins. */
function startsOf(headings: string): readonly number[] {
  return [...headings.matchAll(/\S+(?: \S+)*/g)].map(({ index }) => index);
}

/** Whether a line belongs to the table: a new column never begins inside of a word. */
function isRow(line: string, starts: readonly number[]): boolean {
  return line !== '' && !HEADINGS.test(line) && starts.slice(1).every((start) => line.length <= start || line[start - 1] === ' ');
}

function cellsOf(line: string, starts: readonly number[]): readonly string[] {
  return starts.map((start, column) => line.slice(start, starts[column + 1]).trim());
}
