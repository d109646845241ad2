/** Markup that is safe to put into a page: made by {@link html}, which escapes what it is given. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What can stand in a template: markup as it is, text and numbers escaped, lists one after the other. */
export type HtmlPart = Html | string | number | readonly HtmlPart[];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Template tag for HTML and SVG. Every value is escaped unless it is markup already. Attributes must be in quotes. */
export function html(template: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(template.reduce((markup, text, index) => `${markup}${markupOf(parts[index - 1] ?? '')}${text}`));
}

function markupOf(part: HtmlPart): string {
  if (part instanceof Html) {
    return part.markup;
  }
  if (typeof part === 'string' || typeof part === 'number') {
    return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
  }
  return part.map(markupOf).join('');
}

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
