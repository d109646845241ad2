import tearDown from './tear-down';

/** Ends the quick tests, and says what they have left out. */
export default function longTestsNote(): void {
  tearDown();
  process.stderr.write('\nNot among these: the tests that run whole rehearsals (40 minutes, with Python): npm run test:rehearsal\n');
}
