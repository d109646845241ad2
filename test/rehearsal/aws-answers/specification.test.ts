import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULE = /\[([a-z]+-[a-z-]+)\]/g;

const rulesIn = (text: string): readonly string[] => [...new Set([...text.matchAll(RULE)].map(([, name]) => name ?? ''))].sort();

/** Titles of the tests in this folder. */
function titles(): string {
  return readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('specification'))
    .flatMap((name) => readFileSync(join(__dirname, name), 'utf8').split('\n'))
    .filter((line) => /^\s*it[.(]/.test(line))
    .join('\n');
}

describe('the specification of the AWS answers', () => {
  it('has a test for each rule, and a rule for each name in a test', () => {
    const specified = rulesIn(readFileSync(join(__dirname, '../../../docs/rehearsal-aws-answers.md'), 'utf8'));
    expect(specified.length).toBeGreaterThan(30);
    expect(rulesIn(titles())).toEqual(specified);
  });
});
