import type { LabDocument } from './document';
import { html, Html } from './html';
import { DRAWING_STYLE } from './page-style';
import { textShape } from './svg-shapes';

/** Drawings of a document, below its title and its figures at a glance. */
export interface Picture extends Pick<LabDocument, 'title' | 'subtitle' | 'glance'> {
  /** Each with what it shows. */
  readonly drawings: readonly { readonly heading: string; readonly drawing: Html }[];
}

const WIDTH = 1080;
const MARGIN = 24;
const HEAD_HEIGHT = 84;
const HEADING_HEIGHT = 40;

/** A picture as an SVG file that needs nothing else, such as a README shows. */
export function renderPicture({ title, subtitle = '', glance = [], drawings }: Picture): string {
  let top = HEAD_HEIGHT;
  const placed = drawings.map(({ heading, drawing }) => {
    const height = drawingHeight(drawing);
    const shape = html`${textShape(heading, { x: MARGIN, y: top + 24, width: WIDTH }, 'title')}
${placedDrawing(drawing, top + HEADING_HEIGHT, height)}`;
    top += HEADING_HEIGHT + height;
    return shape;
  });
  const [width, height] = [WIDTH + 2 * MARGIN, top + MARGIN];
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>${DRAWING_STYLE}</style>
<rect width="${width}" height="${height}" fill="var(--page)" />
${textShape([title, subtitle].filter((text) => text !== '').join(', '), { x: MARGIN, y: 34, width: WIDTH }, 'title')}
${textShape(glance.map(([figure, meaning]) => `${figure} ${meaning}`).join(', '), { x: MARGIN, y: 60, width: 1.2 * WIDTH }, 'small')}
${placed}
</svg>
`.markup;
}

const VIEW_BOX = /^<svg class="drawing" viewBox="0 0 \d+ (?<height>[\d.]+)"/;

function drawingHeight({ markup }: Html): number {
  const height = Number(VIEW_BOX.exec(markup)?.groups?.['height']);
  if (Number.isNaN(height)) throw new Error('A drawing has no view box.');
  return height;
}

/** The drawing at its own place within the picture. */
function placedDrawing({ markup }: Html, y: number, height: number): Html {
  return new Html(markup.replace('<svg class="drawing"', `<svg class="drawing" x="${MARGIN}" y="${y}" width="${WIDTH}" height="${height}"`));
}
