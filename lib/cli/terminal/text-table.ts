import { displayWidth, padToWidth, printableText, type TextLayout, wrapText } from './text-layout';

const GAP = '  ';
const INDENT = '  ';
const NARROWEST_FLEXIBLE_COLUMN = 12;

/** A column of a table. */
export interface TextColumn {
  /**
   * What stands above it. A table without any heading has no heading line.
   *
   * @default - nothing
   */
  readonly heading?: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /**
   * Whether the column takes the room that is left and wraps its text. One column of a table can.
   *
   * @default false
   */
  readonly isFlexible?: boolean;
  /**
   * Colour of its cells.
   *
   * @default - none
   */
  readonly paint?: (text: string) => string;
}

/** A row of a table, one cell a column. */
export interface TextRow {
  readonly cells: readonly string[];
  /**
   * Whether it sums up the rows above it.
   *
   * @default false
   */
  readonly isTotal?: boolean;
}

/** Lays out columns by spaces alone, so that the text can be piped, cut and searched. */
export function textTable(columns: readonly TextColumn[], rows: readonly TextRow[], layout: TextLayout): readonly string[] {
  const widths = columnWidths(columns, rows, layout.width);
  const headings = columns.map((column) => column.heading ?? '');
  const lines = rows.flatMap((row) => rowLines(columns, row, widths, layout));
  if (headings.every((heading) => heading === '')) {
    return lines;
  }
  const headingLine = joinCells(columns.map((column, index) =>
    layout.style.muted(padToWidth(headings[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))));
  return [headingLine, ...lines];
}

function columnWidths(columns: readonly TextColumn[], rows: readonly TextRow[], width: number): readonly number[] {
  const natural = columns.map((column, index) => Math.max(
    displayWidth(column.heading ?? ''),
    ...rows.map((row) => displayWidth(printableText(row.cells[index] ?? ''))),
  ));
  const flexible = columns.findIndex((column) => column.isFlexible);
  const taken = natural.reduce((sum, columnWidth, index) => sum + (index === flexible ? 0 : columnWidth), 0);
  const left = width - INDENT.length - GAP.length * (columns.length - 1) - taken;
  return natural.map((columnWidth, index) =>
    index === flexible ? Math.min(columnWidth, Math.max(left, NARROWEST_FLEXIBLE_COLUMN)) : columnWidth);
}

function rowLines(columns: readonly TextColumn[], row: TextRow, widths: readonly number[], layout: TextLayout): readonly string[] {
  const wrapped = columns.map((column, index) => {
    const cell = row.cells[index] ?? '';
    return column.isFlexible ? wrapText(cell, widths[index] ?? 0) : [printableText(cell)];
  });
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => joinCells(columns.map((column, index) => {
    const cell = wrapped[index]?.[line] ?? '';
    const isLast = index === columns.length - 1;
    const align = column.align ?? 'left';
    const padded = isLast && align === 'left' ? cell : padToWidth(cell, widths[index] ?? 0, align);
    const painted = column.paint === undefined ? padded : column.paint(padded);
    return row.isTotal ? layout.style.strong(painted) : painted;
  })));
}

function joinCells(cells: readonly string[]): string {
  return INDENT + cells.join(GAP);
}
