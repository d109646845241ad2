/** Says what the quick tests have left out. */
export default function longTestsNote(): void {
  process.stderr.write('\nNot among these: the tests that run whole rehearsals (35 minutes, with Python): npm run test:rehearsal\n');
}
