import { distance } from 'fastest-levenshtein';

/** Most edits between a word and what was probably meant, as a part of the word's length. */
const MAX_EDITS_PER_LETTER = 0.4;

/**
 * The known key that was most probably meant by an unknown one: a key of the same group first,
 * then one of another group, such as `inflate.replicas` for `replicas`. Nothing when none is near.
 */
export function nearestKey(unknownKey: string, knownKeys: readonly string[]): string | undefined {
  const group = groupOf(unknownKey);
  return nearestByName(unknownKey, knownKeys.filter((key) => groupOf(key) === group))
    ?? nearestByName(unknownKey, knownKeys);
}

function nearestByName(unknownKey: string, knownKeys: readonly string[]): string | undefined {
  const name = nameOf(unknownKey);
  const edits = (key: string): number => distance(name.toLowerCase(), nameOf(key).toLowerCase());
  const [nearest] = [...knownKeys].sort((a, b) => edits(a) - edits(b));
  return nearest !== undefined && edits(nearest) <= Math.max(1, name.length * MAX_EDITS_PER_LETTER) ? nearest : undefined;
}

/**
 * Whether a word looks like a slip of the pen: at most two edits, or one edit or two swapped
 * letters in a word of five letters or fewer, where two edits make another word (`stage`, `scale`).
 */
export function isSlipOf(word: string, known: string): boolean {
  const edits = distance(word, known);
  return edits === 1 || (edits === 2 && (word.length > 5 || sortedLetters(word) === sortedLetters(known)));
}

function sortedLetters(word: string): string {
  return [...word].sort().join('');
}

function groupOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
