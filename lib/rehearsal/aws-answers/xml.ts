/** An XML element with text, or with elements. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly XmlElement[];
}

/** An element with text, or with elements. */
export function xmlElement(name: string, content: string | readonly XmlElement[]): XmlElement {
  return { name, content };
}

/**
 * A whole document.
 *
 * @param namespace the root's `xmlns`
 */
export function xmlDocument(root: string, elements: readonly XmlElement[], namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${escaped(namespace)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${elements.map(written).join('')}</${root}>`;
}

function written({ name, content }: XmlElement): string {
  const inner = typeof content === 'string' ? escaped(content) : content.map(written).join('');
  return `<${name}>${inner}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
