import { html, type Html, type HtmlPart } from './html';
import { PAGE_STYLE } from './page-style';

/** A page of a verb: its head line, its figures at a glance, and what follows. */
export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly cards: readonly PageCard[];
  readonly sections: readonly Html[];
  readonly footer: HtmlPart;
}

/** A figure at a glance, and what it means. */
export interface PageCard {
  readonly figure: string;
  readonly meaning: string;
}

/** A whole page that needs nothing else: no script, no font, no picture from anywhere. */
export function pageMarkup(page: Page): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${page.title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${page.title}</h1>
<p class="muted">${page.subtitle}</p>
<ul class="cards">${page.cards.map(({ figure, meaning }) => html`<li><b>${figure}</b><span>${meaning}</span></li>`)}</ul>
</header>
<main>
${page.sections.map((section) => html`<section>
${section}
</section>
`)}</main>
<footer>${page.footer}</footer>
</body>
</html>
`.markup;
}
