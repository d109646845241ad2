import { distance } from 'fastest-levenshtein';

/** Most edits between a word and what was probably meant, as a part of the word's length. */
const MAX_EDITS_PER_LETTER = 0.4;

/** Fewest letters of a beginning that stands for the whole name: `clus`, `api`, but not `a`. */
const MIN_PREFIX_LETTERS = 3;

/** Fewest letters of a last word in which a slip is recognized: `replicsa` for `replicas`, but not `session` for `version`. */
const MIN_SLIP_LETTERS = 8;

/**
 * The known keys that were most probably meant by an unknown one: of the same group first, then of
 * another, such as `inflate.replicas` for `replicas`; then one that has the word in its name, such as
 * `clusterName` for `cluster`. Several where they are equally near. Empty where none is near.
 */
export function nearestKeys(unknownKey: string, knownKeys: readonly string[]): readonly string[] {
  const ofGroup = knownKeys.filter((key) => groupOf(key) === groupOf(unknownKey));
  const shallowFirst = knownKeys.toSorted((a, b) => a.split('.').length - b.split('.').length);
  const attempts = [
    () => sameName(unknownKey, ofGroup),
    () => knownKeys.filter((key) => nameOf(key) === nameOf(unknownKey)),
    () => ofGroup.filter((key) => groupOf(key) === '' && isNameOfKey(unknownKey, key)),
    () => sameName(unknownKey, knownKeys),
    () => nearestByName(unknownKey, ofGroup),
    () => nearestByName(unknownKey, knownKeys),
    () => shallowFirst.filter((key) => isNameOfKey(unknownKey, key)).slice(0, 1),
  ];
  return attempts.map((attempt) => attempt()).find((found) => found.length > 0) ?? [];
}

function sameName(unknownKey: string, knownKeys: readonly string[]): readonly string[] {
  return knownKeys.filter((key) => singular(nameOf(key)) === singular(nameOf(unknownKey)));
}

function nearestByName(unknownKey: string, knownKeys: readonly string[]): readonly string[] {
  const name = nameOf(unknownKey);
  const edits = (key: string): number => distance(name.toLowerCase(), nameOf(key).toLowerCase());
  const fewest = Math.min(...knownKeys.map(edits));
  return fewest <= Math.max(1, name.length * MAX_EDITS_PER_LETTER) ? knownKeys.filter((key) => edits(key) === fewest) : [];
}

/**
 * Whether a word without a group names a known key in part: its last word (`replicas`, `cpu`), a slip of that, the beginning of it
 * (`instance`), or one of the words that it is made of (`cidr`, `gateway`). The plural is the same word.
 */
export function isNameOfKey(word: string, known: string): boolean {
  if (word.includes('.')) return false;
  const name = nameOf(known);
  const given = singular(word);
  return given === singular(name)
    || (given.length >= MIN_PREFIX_LETTERS && name.toLowerCase().startsWith(given))
    || (given.length >= MIN_SLIP_LETTERS - 1 && name.length >= MIN_SLIP_LETTERS && isSlipOf(given, singular(name)))
    || wordsOf(name).some((part) => given.length >= MIN_PREFIX_LETTERS && given === singular(part));
}

/** The words of a name in camel case: `nat` and `Gateways` of `natGateways`. */
function wordsOf(name: string): readonly string[] {
  return name.split(/(?=[A-Z])/);
}

function singular(word: string): string {
  return word.toLowerCase().replace(/(?<=..)s$/, '');
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
