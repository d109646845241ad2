const INVISIBLE = /[\p{Cc}\p{Cf}]+/gu;

/** The text with control and format characters taken out, so that a name can't steer the terminal. */
export function printableText(text: string): string {
  return text.replace(INVISIBLE, ' ');
}
