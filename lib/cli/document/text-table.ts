// No library: a Korean character takes two columns, some columns wrap, and the text stays without a frame, so that it can be cut and searched.
import { withFullStop } from '../../words';
import { displayWidth, padToWidth, printableText, type TextLayout, wrapText } from '../terminal/text-layout';
import { isShown, type Table, type TableCell, type TableColumn, type TableRow } from './document';

const GAP = '  ';
const INDENT = '  ';
const NARROWEST_FLEXIBLE_COLUMN = 10;

/** A table for a terminal or a pipe, its columns laid out by spaces alone, so that it can be piped, cut and searched. */
export function tableText(table: Pick<Table, 'columns' | 'rows'>, layout: TextLayout): readonly string[] {
  const isColumnShown = (_: unknown, index: number): boolean => isShown(table.columns[index] ?? {}, 'terminal');
  const columns = table.columns.filter(isColumnShown);
  const rows = table.rows.filter((row) => isShown(row, 'terminal')).map((row) => ({ ...row, cells: row.cells.filter(isColumnShown) }));
  const widths = columnWidths(columns, rows, layout);
  const lines = rows.flatMap((row) => rowLines(columns, row, widths, layout));
  if (columns.every(({ heading = '' }) => heading === '')) return lines;
  const headings = columns.map((column, index) => layout.style.muted(padded(column.heading ?? '', column, widths[index])));
  return [joinCells(headings), ...lines];
}

/** A cell as one text; the items of a list become sentences. */
export function cellText(cell: TableCell = ''): string {
  if (typeof cell === 'string') return printableText(cell);
  return printableText('text' in cell ? cell.text : cell.map(withFullStop).join(' '));
}

/** Width of each column: what its texts need. Flexible columns share what is left, the narrow ones first, so that the widest are wrapped. */
function columnWidths(columns: readonly TableColumn[], rows: readonly TableRow[], { width, isTerminal }: TextLayout): readonly number[] {
  const texts = columns.map(({ heading = '' }, index) => [heading, ...rows.map(({ cells }) => cellText(cells[index]))]);
  const widths = texts.map((column) => Math.max(...column.map(displayWidth)));
  const flexible = columns.flatMap(({ isFlexible }, index) => isFlexible ? [index] : []).toSorted((a, b) => (widths[a] ?? 0) - (widths[b] ?? 0));
  const fixed = widths.reduce((sum, columnWidth, index) => sum + (flexible.includes(index) ? 0 : columnWidth), 0);
  let left = width - INDENT.length - GAP.length * (columns.length - 1) - fixed;
  for (const [rank, index] of flexible.entries()) {
    const longestWord = Math.max(...(texts[index] ?? []).flatMap((text) => text.split(/\s+/)).map(displayWidth));
    const room = Math.max(Math.floor(left / (flexible.length - rank)), isTerminal ? NARROWEST_FLEXIBLE_COLUMN : longestWord);
    widths[index] = Math.min(widths[index] ?? 0, room);
    left -= widths[index];
  }
  return widths;
}

function rowLines(columns: readonly TableColumn[], row: TableRow, widths: readonly number[], layout: TextLayout): readonly string[] {
  const wrapped = columns.map(({ isFlexible }, index) => {
    const text = cellText(row.cells[index]);
    return isFlexible ? wrapText(text, widths[index] ?? 0, layout.isTerminal) : [text];
  });
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => joinCells(columns.map((column, index) => {
    const text = wrapped[index]?.[line] ?? '';
    const isLast = index === columns.length - 1;
    return paintOf(row, index, layout)(isLast && !column.isFigure ? text : padded(text, column, widths[index]));
  })));
}

/** How a cell looks: a total is strong, a cell with a tone has that, and the first cell of a row looks like a name. */
function paintOf({ cells, isTotal }: TableRow, index: number, { style }: TextLayout): (text: string) => string {
  const cell = cells[index] ?? '';
  if (isTotal) return style.strong;
  if (typeof cell === 'object' && 'tone' in cell) return style[cell.tone];
  return index === 0 ? style.name : (text) => text;
}

function padded(text: string, { isFigure }: TableColumn, width = 0): string {
  return padToWidth(text, width, isFigure ? 'right' : 'left');
}

function joinCells(cells: readonly string[]): string {
  return INDENT + cells.join(GAP);
}
