import { displayWidth } from './display-width';
import { printableText } from './printable-text';

/** Breaks text into lines of at most `width` columns, at spaces where it can. */
export function wrapText(text: string, width: number): readonly string[] {
  const words = printableText(text).split(/\s+/).filter((word) => word !== '');
  const lines: string[] = [];
  let line = '';
  for (const piece of words.flatMap((word) => splitWord(word, width))) {
    const longer = line === '' ? piece : `${line} ${piece}`;
    if (displayWidth(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = piece;
    }
  }
  return [...lines, line];
}

function splitWord(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && displayWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
