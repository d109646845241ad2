import {
  type Block, type Commands, type Facts, isShown, type LabDocument, type Notices, type OutcomeItem, type Outcomes, type Section, shownSections, type Table,
  type TableCell, type TableColumn, type Tone,
} from './document';
import { html, type Html, type HtmlPart } from './html';
import { PAGE_STYLE } from './page-style';
import { timelineDrawing } from './timeline-drawing';

/** A document as a whole page that needs nothing else: no script, no font, no picture from anywhere. */
export function renderPage(document: LabDocument): string {
  const { title, subtitle = '', glance = [], footer = '' } = document;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="muted">${subtitle}</p>
<ul class="cards">${glance.map(([figure, meaning]) => html`<li><b>${figure}</b><span>${meaning}</span></li>`)}</ul>
</header>
<main>
${shownSections(document, 'page').map(sectionMarkup)}</main>
<footer>${withCode(footer)}</footer>
</body>
</html>
`.markup;
}

function sectionMarkup({ heading, badge, aside, blocks }: Section, index: number): Html {
  return html`<section>
<h2>${heading}${badge === undefined ? [] : badgeMarkup(badge.text, badge.tone)}</h2>
${aside === undefined ? [] : html`<p class="muted">${aside}</p>
`}${blocks.map((block) => html`${blockMarkup(block, heading, `timeline${index}`)}
`)}</section>
`;
}

function badgeMarkup(text: string, tone?: Tone): Html {
  return html`<span class="${['badge', ...(tone === undefined ? [] : [tone])].join(' ')}">${text}</span>`;
}

/** @param id the beginning of the ids in the block: each id must be unique on the page */
function blockMarkup(block: Block, heading: string, id: string): Html {
  if (typeof block === 'string') return html`<p>${withCode(block)}</p>`;
  if (!('kind' in block)) return listMarkup(block);
  switch (block.kind) {
    case 'paragraph': return html`<p${block.tone === undefined ? [] : html` class="${block.tone === 'muted' ? 'muted' : 'lead'}"`}>${withCode(block.text)}</p>`;
    case 'facts': return factsMarkup(block);
    case 'commands': return commandsMarkup(block);
    case 'notices': return noticesMarkup(block);
    case 'table': return tableMarkup(block, heading);
    case 'outcomes': return outcomesMarkup(block);
    case 'timeline': return figureMarkup(timelineDrawing(block, id), block.caption);
    case 'drawing': return figureMarkup(block.markup, block.caption);
  }
}

/** The text with what stands between backticks as code. */
function withCode(text: string): HtmlPart {
  return text.split(/`([^`]+)`/).map((part, index) => index % 2 === 1 ? html`<code>${part}</code>` : part);
}

function listMarkup(items: readonly string[]): Html {
  return html`<ul>${items.map((item) => html`<li>${withCode(item)}</li>`)}</ul>`;
}

function figureMarkup(drawing: Html, caption: string): Html {
  return html`<figure>
${drawing}
<figcaption>${caption}</figcaption>
</figure>`;
}

function factsMarkup({ facts, areCommands }: Facts): Html {
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt>${[value].flat().map((text) => html`<dd>${areCommands ? html`<code>${text}</code>` : withCode(text)}</dd>`)}
`)}</dl>`;
}

function commandsMarkup({ lines }: Commands): Html {
  return html`<pre>${lines.join('\n')}</pre>`;
}

function noticesMarkup({ tone, notices }: Notices): Html {
  return html`${notices.map(({ name, text, remedy }) => html`<div class="notice ${tone}">
<h3>${name}</h3>
<p>${withCode(text)}</p>
${remedy === undefined ? [] : html`<p><strong>Remedy:</strong> ${withCode(remedy)}</p>
`}</div>
`)}`;
}

/** A table with a caption and headers that a screen reader can tell. */
function tableMarkup({ caption, columns, rows }: Table, heading: string): Html {
  const isColumnShown = (_: unknown, index: number): boolean => isShown(columns[index] ?? {}, 'page');
  const shown = columns.filter(isColumnShown);
  return html`<div class="scroll"><table>
<caption${caption === undefined ? html` class="unseen"` : []}>${caption ?? heading}</caption>
<thead><tr>${shown.map((column) => html`<th scope="col"${figureClass(column)}>${column.heading ?? ''}</th>`)}</tr></thead>
<tbody>
${rows.filter((row) => isShown(row, 'page')).map(({ cells, isTotal }) => html`<tr${isTotal ? html` class="total"` : []}>${
    cells.filter(isColumnShown).map((cell, index) => cellMarkup(cell, shown[index] ?? {}, index === 0))}</tr>
`)}</tbody>
</table></div>`;
}

function cellMarkup(cell: TableCell, column: TableColumn, isFirst: boolean): Html {
  const content = column.isCode ? html`<code>${cellText(cell)}</code>` : cellContent(cell);
  return isFirst ? html`<th scope="row">${content}</th>` : html`<td${figureClass(column)}>${content}</td>`;
}

function cellContent(cell: TableCell): HtmlPart {
  return Array.isArray(cell) ? listMarkup(cell) : withCode(cellText(cell));
}

function cellText(cell: TableCell): string {
  if (typeof cell === 'string') return cell;
  return 'text' in cell ? cell.text : cell.join(' ');
}

function figureClass({ isFigure }: TableColumn): HtmlPart {
  return isFigure ? html` class="figure"` : [];
}

const OUTCOME_TONES: Readonly<Record<OutcomeItem['outcome'], Tone>> = { passed: 'good', failed: 'bad', skipped: 'caution', unknown: 'caution' };

function outcomesMarkup({ items }: Outcomes): Html {
  return html`<ol class="steps">${items.map(({ title, outcome, aside, command, evidence }) => html`<li>
<h3>${title}${badgeMarkup(outcome, OUTCOME_TONES[outcome])}${aside === undefined ? [] : html` <span class="muted">${aside}</span>`}</h3>
${command === undefined ? [] : html`<p><code>${command}</code></p>`}
${evidence.length === 0 ? [] : html`<pre>${evidence.join('\n')}</pre>`}
</li>
`)}</ol>`;
}
