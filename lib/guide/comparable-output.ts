import { type GuideNames, withWrittenNames } from './guide-names';
import { type KubectlTable, outputParts, outputText } from './kubectl-table';

/** Letters and digits of which Kubernetes makes the random ends of names. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

/** A kind of value that is another at each run, and the values that the guide shows instead, in the order in which they appear. */
interface ChangingValue {
  readonly pattern: RegExp;
  readonly shown: readonly string[];
}

/** Node by node, pod by pod: whatever is told apart in an output stays apart in what the guide shows. */
const CHANGING: readonly ChangingValue[] = [
  // The hash of a pod's ReplicaSet is known by what follows it.
  { pattern: new RegExp(`(?<=[a-z0-9]-)${RANDOM}{7,10}(?=-${RANDOM}{5}(?![\\w-]))`, 'g'), shown: ['6c8f9d7b54', '7d94b5c6f8', '5b7c8d6f49', '84d6c7b5f9', '9f5b6d8c74'] },
  { pattern: new RegExp(`(?<=[a-z0-9]-)${RANDOM}{5}(?![\\w-])`, 'g'), shown: ['4kx7q', '8mzc2', 'b6wnt', 'd9grl', 'f5vhs', 'h2pjx', 'k7tdb', 'm4qzf', 'p8lcw', 'r6nkg', 't9bvx', 'w5hsd', 'z2jmr', 'c8fqp', 'g4dlt', 'j7xbn'] },
  {
    pattern: /(?<![\w-])ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?!\d)/g,
    shown: ['ip-10-11-21-140', 'ip-10-11-85-63', 'ip-10-11-150-92', 'ip-10-11-33-201', 'ip-10-11-97-18', 'ip-10-11-170-75', 'ip-10-11-8-46', 'ip-10-11-112-230', 'ip-10-11-140-57'],
  },
  { pattern: /(?<![\w-])i-[0-9a-f]{17}(?!\w)/g, shown: ['i-0a4b7c1d9e2f35a68', 'i-0c82e5f1a7b3d4960', 'i-0f6d1b9c3e58a7240', 'i-07b3e9d2c4a61f580', 'i-0d5a8c2f7b1e94630', 'i-02e7f4b8d6c19a350'] },
  { pattern: /(?<![\w-])ami-[0-9a-f]{17}(?!\w)/g, shown: ['ami-0b5e8d2c7f4a19360', 'ami-0d7a3f9b1c6e82450', 'ami-09c4e6b8a2d5f7130'] },
  { pattern: /(?<=[a-z]{2}(?:-[a-z]+)+-\d)[a-f](?![\w-])/g, shown: ['a', 'b', 'c'] },
  { pattern: /(?<=[a-z]{3,5}\d-az)\d(?!\w)/g, shown: ['1', '2', '3'] },
];

/** What differs from run to run without telling anything apart. */
const INDIFFERENT: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, '2026-12-01T01:00:00Z'],
  [/(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/g, '3f1c8a52-6d4e-4b97-a0c8-5e2d7f9b1a34'],
  [/(?<!\w)[0-9a-f]{32}(?!\w)/g, '9d4b7e2f5a8c1036b9e4d7f2a5c81036'],
];

/** Columns whose cells are times or addresses, and what the guide shows there; each pod gets an address of its own. */
const COLUMNS: Readonly<Record<string, string>> = { 'AGE': '60s', 'LAST SEEN': '60s', 'FIRST SEEN': '60s', 'IP': '10.11.64.25' };

/** Addresses that the guide shows for pods, in the order in which they appear. */
const SHOWN_ADDRESSES = [25, 31, 38, 42, 57, 63, 76, 84, 91, 19, 12, 47, 55, 68, 73, 99].map((last) => `10.11.64.${last}`);

/** What `kubectl wait` says of each object, in the order of names that are random. */
const CONDITION_MET = / condition met$/;

/** Lines that tell how far a command is: their number differs. */
const WAITING = /^Waiting for deployment /;

/**
 * Makes the outputs of one page comparable: names and values that differ from run to run become those that the guide shows, the same
 * ones for the same node or pod in all of the page's outputs, and rows that differ only in them stand in a fixed order. Feed it the
 * outputs of a page in their order.
 *
 * @param names of the reader whose outputs they are
 */
export function comparableOutputs(names: GuideNames): (output: string) => string {
  const known = CHANGING.map(() => new Map<string, string>());
  const shownValue = (text: string): string => CHANGING.reduce((changed, { pattern, shown }, kind) => {
    return changed.replaceAll(pattern, (value) => {
      const values = known[kind] ?? new Map<string, string>();
      const found = values.get(value) ?? shown[values.size % shown.length] ?? value;
      values.set(value, found);
      return found;
    });
  }, INDIFFERENT.reduce((changed, [pattern, shown]) => changed.replaceAll(pattern, shown), text));
  const inOrder = (lines: readonly string[]): readonly string[] => {
    const masked = lines.map((line) => ({ line, mask: maskOf(line) })).toSorted((a, b) => compare(a.mask, b.mask));
    return inRuns(masked.map(({ line, mask }) => ({ mask, shown: shownValue(line) }))).flat().map(({ shown }) => shown);
  };
  const shownTable = ({ headings, rows }: KubectlTable): KubectlTable => {
    const cells = rows.map((row) => row.map((cell, column) => cell === '' || cell === '<none>' ? cell : COLUMNS[headings[column] ?? ''] ?? withWrittenNames(cell, names)));
    return { headings, rows: inOrder(cells.map((row) => row.join('\t'))).map((row) => withAddress(row.split('\t'), headings)) };
  };
  const addresses = new Map<string, string>();
  const withAddress = (row: readonly string[], headings: readonly string[]): readonly string[] => {
    const name = row[headings.indexOf('NAME')] ?? '';
    const address = addresses.get(name) ?? SHOWN_ADDRESSES[addresses.size % SHOWN_ADDRESSES.length] ?? '';
    return row.map((cell, column) => {
      if (headings[column] !== 'IP' || cell !== COLUMNS.IP) return cell;
      addresses.set(name, address);
      return address;
    });
  };
  return (output) => {
    const lines = output.replaceAll('\r', '').split('\n').filter((line) => !WAITING.test(line)).map((line) => line.trimEnd());
    const parts = outputParts(lines.join('\n').replaceAll(/^\n+|\n+$/g, '')).map((part) => typeof part === 'string' ? withWrittenNames(part, names) : shownTable(part));
    return outputText(linesInRuns(parts, shownValue));
  };
}

/** Lines next to each other that differ only in changing values, and all those of `kubectl wait`, stand in the order of what is shown. */
function linesInRuns(parts: readonly (KubectlTable | string)[], shownValue: (text: string) => string): readonly (KubectlTable | string)[] {
  const waited = inRuns(parts.map((part, index) => typeof part === 'string' && CONDITION_MET.test(part) ? { mask: 'waited', shown: part, order: maskOf(part) } : { mask: String(index), shown: part, order: '' }))
    .flatMap((run) => run.toSorted((a, b) => compare(a.order, b.order)).map(({ shown }) => shown));
  const marked = waited.map((part, index) => typeof part === 'string' ? { mask: maskOf(part), shown: shownValue(part) } : { mask: `table ${index}`, shown: part });
  return inRuns(marked).flat().map(({ shown }) => shown);
}

/** Sorts each run of neighbours with the same mask. */
function inRuns<T extends { readonly mask: string; readonly shown: KubectlTable | string }>(items: readonly T[]): readonly (readonly T[])[] {
  const runs: T[][] = [];
  for (const item of items) {
    if (runs.at(-1)?.[0]?.mask === item.mask) runs.at(-1)?.push(item);
    else runs.push([item]);
  }
  return runs.map((run) => run.toSorted((a, b) => typeof a.shown === 'string' && typeof b.shown === 'string' ? compare(a.shown, b.shown) : 0));
}

/** A text without what changes from run to run. A digit stands for that, as the end of a pod's name is known by the letter or digit before it. */
function maskOf(text: string): string {
  return [...CHANGING.map(({ pattern }) => pattern), ...INDIFFERENT.map(([pattern]) => pattern)].reduce((masked, pattern) => masked.replaceAll(pattern, '0'), text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** {@link comparableOutputs} for an output that stands alone. */
export function comparable(output: string, names: GuideNames): string {
  return comparableOutputs(names)(output);
}
