import { displayWidth } from './display-width';

/** The text, or as much of its beginning as fits with an ellipsis after it. */
export function cutText(text: string, columns: number, ellipsis = '…'): string {
  if (displayWidth(text) <= columns) {
    return text;
  }
  const characters = Array.from(text);
  while (characters.length > 0 && displayWidth(characters.join('')) + displayWidth(ellipsis) > columns) {
    characters.pop();
  }
  return characters.join('').trimEnd() + ellipsis;
}
