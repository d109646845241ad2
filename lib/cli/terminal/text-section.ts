import { displayWidth, padToWidth, printableText, type TextLayout, wrapText } from './text-layout';

/** A heading with a line after it, and what the heading wants to add at the end of that line. */
export function sectionHeading(title: string, aside: string, layout: TextLayout): string {
  const { style, width } = layout;
  const end = aside === '' ? '' : ` ${aside}`;
  const rule = style.rule.repeat(Math.max(2, width - displayWidth(title) - 1 - displayWidth(end)));
  return `${style.heading(title)} ${style.muted(rule)}${aside === '' ? '' : ` ${style.strong(aside)}`}`;
}

/** A paragraph, indented below its heading. */
export function paragraph(text: string, layout: TextLayout): readonly string[] {
  return wrapText(text, layout.width - 2).map((line) => `  ${line}`);
}

/** A paragraph that begins with the name of what it is about, and hangs below it. */
export function namedParagraph(name: string, text: string, paint: (name: string) => string, layout: TextLayout): readonly string[] {
  const shownName = `${wrapText(name, layout.width - 6).join(' ')}:`;
  return wrapText(`${shownName} ${text}`, layout.width - 4).map((line, index) =>
    index === 0 ? `  ${paint(line.slice(0, shownName.length))}${line.slice(shownName.length)}` : `    ${line}`);
}

/** A list, one item a paragraph. */
export function bulletList(items: readonly string[], layout: TextLayout): readonly string[] {
  return items.flatMap((item) => wrapText(item, layout.width - 4)
    .map((line, index) => `  ${index === 0 ? layout.style.muted(layout.style.bullet) : ' '} ${line}`));
}

/** Something that was done or looked at, and how it ended. */
export interface OutcomeItem {
  readonly title: string;
  /** A word before the title, and what it means. */
  readonly mark: { readonly word: string; readonly kind: 'good' | 'bad' | 'neutral' };
  /** What stands at the end of the title's line. @default - nothing */
  readonly aside?: string;
  /** A command that belongs to it. @default - none */
  readonly command?: string;
  /** What it showed, line by line. */
  readonly evidence: readonly string[];
}

/** Lines of evidence that are shown of what did not fail. Of what failed all are. */
const MOST_EVIDENCE = 8;

const MARK_COLUMNS = 6;
const INDENT = ' '.repeat(2 + MARK_COLUMNS);

/**
 * What was done or looked at, one below the other: how each ended, its command, and what it showed.
 *
 * @param elsewhere where the lines are that are left out, such as `with --json`
 */
export function outcomeList(items: readonly OutcomeItem[], elsewhere: string, layout: TextLayout): readonly string[] {
  return items.flatMap((item) => outcomeText(item, elsewhere, layout));
}

function outcomeText(item: OutcomeItem, elsewhere: string, layout: TextLayout): readonly string[] {
  const aside = item.aside ?? '';
  const [title, ...moreTitle] = wrapText(item.title, layout.width - INDENT.length - displayWidth(aside) - 1);
  return [
    `  ${markOf(item, layout)}${padToWidth(title ?? '', layout.width - INDENT.length - displayWidth(aside), 'left')}${layout.style.muted(aside)}`,
    ...moreTitle.map((line) => `${INDENT}${line}`),
    // Never wrapped, so that it can be copied.
    ...(item.command === undefined ? [] : [`${INDENT}${layout.style.name(`$ ${printableText(item.command)}`)}`]),
    ...evidenceText(item, elsewhere, layout),
  ];
}

function markOf({ mark }: OutcomeItem, { style }: TextLayout): string {
  const padded = padToWidth(mark.word, MARK_COLUMNS, 'left');
  switch (mark.kind) {
    case 'good': return style.good(padded);
    case 'bad': return style.bad(padded);
    case 'neutral': return style.muted(padded);
  }
}

function evidenceText({ mark, evidence }: OutcomeItem, elsewhere: string, layout: TextLayout): readonly string[] {
  const shown = mark.kind === 'bad' ? evidence : evidence.slice(0, MOST_EVIDENCE);
  const hidden = evidence.length - shown.length;
  return [
    ...shown.flatMap((line) => evidenceLines(line, layout)),
    ...(hidden > 0 ? [`${INDENT}${layout.style.muted(`and ${hidden} more lines, ${elsewhere}`)}`] : []),
  ];
}

/** A line as it is, columns and all, where there is room for it; otherwise wrapped. */
function evidenceLines(line: string, layout: TextLayout): readonly string[] {
  const room = layout.width - INDENT.length;
  const asItIs = printableText(line).trimEnd();
  return (displayWidth(asItIs) <= room ? [asItIs] : wrapText(line, room)).map((text) => `${INDENT}${layout.style.muted(text)}`);
}
