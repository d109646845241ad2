const VOID_ELEMENTS = new Set(['meta', 'link']);
const TOKEN = /<!DOCTYPE html>|<style>[^<]*<\/style>|<(?<closing>\/?)(?<name>[a-zA-Z][\w-]*)(?:\s+[\w:-]+="[^"<>]*")*\s*(?<selfClosing>\/?)>|[^<]+|</g;
const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|#39);)/;

/** What is wrong with the markup of a page: tags that don't pair, attributes without quotes, characters that should be escaped. */
export function markupProblems(page: string): readonly string[] {
  const problems: string[] = [];
  const open: string[] = [];
  for (const token of page.matchAll(TOKEN)) {
    const { name, closing, selfClosing } = token.groups ?? {};
    if (name === undefined) {
      if (token[0] === '<' || (!token[0].startsWith('<') && STRAY_AMPERSAND.test(token[0]))) {
        problems.push(`stray character at ${page.slice(token.index, token.index + 60)}`);
      }
    } else if (closing === '/') {
      const expected = open.pop();
      if (expected !== name) {
        problems.push(`</${name}> closes <${expected ?? 'nothing'}>`);
      }
    } else if (selfClosing !== '/') {
      open.push(name);
    } else if (!VOID_ELEMENTS.has(name) && !SVG_SHAPES.has(name)) {
      problems.push(`<${name} /> is not closed in HTML`);
    }
  }
  return [...problems, ...open.map((name) => `<${name}> is not closed`)];
}

const SVG_SHAPES = new Set(['rect', 'line', 'polyline', 'path']);
