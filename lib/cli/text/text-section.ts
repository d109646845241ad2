import { displayWidth } from './display-width';
import type { TextLayout } from './text-layout';
import { wrapText } from './wrap-text';

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
