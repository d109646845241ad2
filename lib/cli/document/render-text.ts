import { counted } from '../../words';
import { displayWidth, padToWidth, paragraph, printableText, type TextLayout, wrapText } from '../terminal/text-layout';
import {
  type Block, type Facts, isShown, type LabDocument, type OutcomeItem, type Outcomes, type Section, shownSections, type Table, type TableCell, type Timeline,
  type TimelineSpan, type Tone,
} from './document';
import { cellText, tableText } from './text-table';

/** A document as lines for a terminal or a pipe. */
export function renderText(document: LabDocument, layout: TextLayout): readonly string[] {
  const { title, tone = 'strong', subtitle, glance = [], nodeNames = [] } = document;
  const { style, width, isTerminal } = layout;
  const titleLine = subtitle === undefined ? title : `${title} (${subtitle})`;
  const sharedEnd = isTerminal ? sharedEndOf(nodeNames) : '';
  const glanced = glance.length === 0 ? [] : [`${glance.map((figure) => figure.join(' ')).join(', ')}.`];
  return [
    // One line in a pipe, so that it can be searched.
    ...wrapText(titleLine, isTerminal ? width : Infinity).map(style[tone]),
    ...glanced.flatMap((text) => wrapText(text, width, isTerminal)),
    ...(sharedEnd === '' ? [] : wrapText(`Names of nodes end in ${sharedEnd}, which is left out here.`, width).map(style.muted)),
    ...shownSections(document, 'terminal').flatMap((section) => ['', ...sectionText(section, sharedEnd, layout)]),
  ];
}

/** What all names end in, from a dot on: `.ap-northeast-2.compute.internal`. Empty where they share no such end. */
function sharedEndOf([first = '', ...others]: readonly string[]): string {
  const ends = [...first.matchAll(/\./g)].map(({ index }) => first.slice(index));
  return ends.find((end) => others.every((name) => name.endsWith(end))) ?? '';
}

function sectionText({ heading, badge, aside, blocks }: Section, sharedEnd: string, layout: TextLayout): readonly string[] {
  const ends = [...(badge === undefined ? [] : [badge.text.toUpperCase()]), ...(aside === undefined ? [] : [aside])].join(', ');
  return [headingLine(heading, ends, layout), ...blocks.flatMap((block) => blockText(block, sharedEnd, layout))];
}

/** A heading, a rule to the end of the line, and the badge and the aside at its end. */
function headingLine(heading: string, end: string, { style, width }: TextLayout): string {
  const shown = printableText(heading);
  const shownEnd = end === '' ? '' : ` ${printableText(end)}`;
  const rule = style.rule.repeat(Math.max(2, width - displayWidth(shown) - 1 - displayWidth(shownEnd)));
  return `${style.heading(shown)} ${style.muted(rule)}${style.strong(shownEnd)}`;
}

function blockText(block: Block, sharedEnd: string, layout: TextLayout): readonly string[] {
  const { style } = layout;
  if (typeof block === 'string') return paragraph(block, layout);
  if (!('kind' in block)) return listText(block, layout);
  switch (block.kind) {
    case 'paragraph': return paragraph(block.text, layout).map(block.tone === undefined ? String : style[block.tone]);
    case 'facts': return factsText(block, layout);
    // Never wrapped, so that they can be copied.
    case 'commands': return block.lines.map((line) => `  ${style[line.startsWith('# ') ? 'muted' : 'name'](printableText(line))}`);
    case 'notices': return block.notices.flatMap(({ name, text, remedy = '' }) => namedParagraph(name, `${text} ${remedy}`, style[block.tone], layout));
    case 'table': return block.isProse ? proseText(block, layout) : limitedTable(withoutEnd(block, sharedEnd), layout);
    case 'outcomes': return outcomesText(block, layout);
    case 'timeline': return tableText(withoutEnd(timelineTable(block, layout), sharedEnd), layout);
    case 'drawing': return [];
  }
}

function listText(items: readonly string[], layout: TextLayout): readonly string[] {
  return items.flatMap((item) => wrapText(item, layout.width - 4, layout.isTerminal)
    .map((line, index) => `  ${index === 0 ? layout.style.muted(layout.style.bullet) : ' '} ${line}`));
}

function factsText({ facts, areCommands = false }: Facts, layout: TextLayout): readonly string[] {
  const rows = facts.map(([name, value]) => {
    const text = [value].flat().join(', ');
    return { cells: areCommands ? [{ text: name, tone: 'muted' }, { text, tone: 'name' }] as const : [name, text] };
  });
  return tableText({ columns: [{}, { isFlexible: !areCommands }], rows }, layout);
}

/** A paragraph that begins with the name of what it is about, and hangs below it. */
function namedParagraph(name: string, text: string, paint: (name: string) => string, layout: TextLayout): readonly string[] {
  const shownName = `${wrapText(name, layout.width - 6).join(' ')}:`;
  return wrapText(`${shownName} ${text}`, layout.width - 4, layout.isTerminal).map((line, index) =>
    index === 0 ? `  ${paint(line.slice(0, shownName.length))}${line.slice(shownName.length)}` : `    ${line}`);
}

function proseText({ columns, rows }: Table, layout: TextLayout): readonly string[] {
  return rows.flatMap(({ cells: [name, ...others] }) => {
    const texts = (isFigure: boolean): string => others.filter((_, index) => (columns[index + 1]?.isFigure ?? false) === isFigure).map(cellText).join(' ');
    return namedParagraph(`${cellText(name)} (${texts(true)})`, texts(false), layout.style.name, layout);
  });
}

function limitedTable(table: Table, layout: TextLayout): readonly string[] {
  const { rows, mostRows = rows.length } = table;
  const more = rows.length <= mostRows ? [] : [`  ${layout.style.muted(`and ${counted(rows.length - mostRows)} more, with --json`)}`];
  return [...tableText({ ...table, rows: rows.slice(0, mostRows) }, layout), ...more];
}

/** The table without the end that the names of nodes share. */
function withoutEnd(table: Table, sharedEnd: string): Table {
  const shortCell = (cell: TableCell): TableCell => typeof cell === 'string' ? cell.replaceAll(sharedEnd, '') : cell;
  return { ...table, rows: table.rows.map((row) => ({ ...row, cells: row.cells.map(shortCell) })) };
}

/** Share of a line that the bars of a timeline may take. */
const BAR_SHARE = 0.25;

function timelineTable({ spans }: Timeline, layout: TextLayout): Table {
  const shown = spans.filter((span) => isShown(span, 'terminal'));
  const endSeconds = Math.max(0, ...spans.map(({ toSeconds }) => toSeconds));
  return {
    kind: 'table',
    columns: [{ isFlexible: true }, { isFigure: true }, {}, { isFlexible: true }],
    rows: shown.map((span) => ({ cells: [span.label, span.figure, { text: barText(span, endSeconds, layout), tone: 'name' }, span.detail ?? ''] })),
  };
}

function barText({ fromSeconds, toSeconds }: TimelineSpan, endSeconds: number, { width, style }: TextLayout): string {
  const columns = Math.floor(width * BAR_SHARE);
  const columnsPerSecond = endSeconds > 0 ? columns / endSeconds : 0;
  const start = Math.min(columns - 1, Math.floor(fromSeconds * columnsPerSecond));
  const length = Math.max(1, Math.round((toSeconds - fromSeconds) * columnsPerSecond));
  return ' '.repeat(start) + style.bar.repeat(Math.min(length, columns - start));
}

const MARKS: Readonly<Record<OutcomeItem['outcome'], readonly [word: string, tone: Tone]>> = {
  passed: ['ok', 'good'],
  failed: ['FAIL', 'bad'],
  skipped: ['skip', 'muted'],
  unknown: ['?', 'muted'],
};
const MARK_COLUMNS = 6;
const INDENT = ' '.repeat(2 + MARK_COLUMNS);

/** How many lines of evidence are shown of an item that did not fail. */
const MOST_EVIDENCE = 8;

function outcomesText({ items, elsewhere }: Outcomes, layout: TextLayout): readonly string[] {
  const { style, width } = layout;
  const room = width - INDENT.length;
  return items.flatMap(({ title, outcome, aside = '', command, evidence }) => {
    const [mark, tone] = MARKS[outcome];
    const [firstLine = '', ...moreTitle] = wrapText(title, room - displayWidth(aside) - 1);
    const shown = outcome === 'failed' ? evidence : evidence.slice(0, MOST_EVIDENCE);
    const hidden = evidence.length - shown.length;
    return [
      `  ${style[tone](padToWidth(mark, MARK_COLUMNS, 'left'))}${padToWidth(firstLine, room - displayWidth(aside), 'left')}${style.muted(aside)}`,
      ...moreTitle.map((line) => `${INDENT}${line}`),
      ...(command === undefined ? [] : [`${INDENT}${style.name(`$ ${printableText(command)}`)}`]),
      ...shown.flatMap((line) => evidenceLines(line, room)).map((line) => `${INDENT}${style.muted(line)}`),
      ...(hidden > 0 ? [`${INDENT}${style.muted(`and ${hidden} more lines, ${elsewhere}`)}`] : []),
    ];
  });
}

/** A line as it is, columns and all, where there is room for it; otherwise wrapped. */
function evidenceLines(line: string, room: number): readonly string[] {
  const asItIs = printableText(line).trimEnd();
  return displayWidth(asItIs) <= room ? [asItIs] : wrapText(line, room);
}
