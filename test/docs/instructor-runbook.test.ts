import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { codesInSource } from './codes-in-source';

const ROOT = resolve(__dirname, '../..');

/** One entry of the runbook: what stands below the heading of a code. */
interface Entry {
  readonly code: string;
  readonly lines: readonly string[];
}

const runbook = readFileSync(resolve(ROOT, 'docs/instructor-runbook.md'), 'utf8');

const entries: readonly Entry[] = runbook.split(/^#{2,3} /m).flatMap((section) => {
  const [heading = '', ...lines] = section.trimEnd().split('\n');
  return runbook.includes(`\n### ${heading}\n`) ? [{ code: heading, lines }] : [];
});

const PARTS = ['Description', 'Investigation', 'Resolution'];

describe('the runbook', () => {
  const { codes, unread } = codesInSource(ROOT, ['lib', 'bin']);

  it('is compared with every code: all places that give one can be read', () => {
    expect(unread).toEqual([]);
    expect(codes.size).toBeGreaterThan(100);
    // One of each way to give a code: in an object, in a table, as a constant, as an argument, in a warning.
    expect([...codes.keys()]).toEqual(expect.arrayContaining(['StackMissing', 'UnknownVerb', 'DefectFound', 'AwsThrottled', 'NoDeadline', 'PythonTooOld']));
  });

  it('has an entry for every code of the source', () => {
    const known = new Set(entries.map(({ code }) => code));
    expect([...codes].filter(([code]) => !known.has(code)).map(([code, files]) => `${code} of ${files.join(', ')}`)).toEqual([]);
  });

  it('has no entry for a code that nothing raises, and none twice', () => {
    expect(entries.map(({ code }) => code).filter((code, index, all) => !codes.has(code) || all.indexOf(code) !== index)).toEqual([]);
  });

  it.each(entries)('says of $code what it is, where to look, and what to do', ({ lines }) => {
    const written = lines.filter((line) => line.startsWith('- **'));
    expect(written.map((line) => /^- \*\*(\w+)\*\*: \S.{10,}/.exec(line)?.[1])).toEqual(PARTS);
  });

  it('leads to headings and files that are there', () => {
    const anchors = new Set([...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-')));
    const links = [...runbook.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => link.startsWith('#') && !anchors.has(link.slice(1)))).toEqual([]);
    for (const link of links.filter((other) => other.endsWith('.md'))) {
      expect(readFileSync(resolve(ROOT, 'docs', link), 'utf8')).not.toBe('');
    }
  });
});
