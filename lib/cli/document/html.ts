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
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string' || typeof part === 'number') {
    return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
  }
  return part.map(markupOf).join('');
}
