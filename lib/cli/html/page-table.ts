import { html, type Html, type HtmlPart } from './html';

/** A column of a table on the page. */
export interface PageColumn {
  readonly heading: string;
  /**
   * Whether its cells are figures, aligned right.
   *
   * @default false
   */
  readonly isFigure?: boolean;
}

/** A row of a table on the page. The first cell names the row. */
export interface PageRow {
  readonly cells: readonly HtmlPart[];
  /**
   * Whether it sums up the rows above it.
   *
   * @default false
   */
  readonly isTotal?: boolean;
}

/** A table with a caption and headers that a screen reader can tell. */
export function pageTable(caption: string, columns: readonly PageColumn[], rows: readonly PageRow[]): Html {
  return html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${figureClass(column)}>${column.heading}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr${row.isTotal ? html` class="total"` : []}>${row.cells.map((cell, index) => index === 0
    ? html`<th scope="row">${cell}</th>`
    : html`<td${figureClass(columns[index])}>${cell}</td>`)}</tr>
`)}</tbody>
</table></div>`;
}

function figureClass(column: PageColumn | undefined): HtmlPart {
  return column?.isFigure ? html` class="figure"` : [];
}
