import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fakeProgram, temporaryFolder } from '../rehearsal/fake-program';

const SCRIPT = join(__dirname, '../../scripts/real-account-check.sh');

/** Runs the script with an `aws` that belongs to this account, and an npm that must not be reached. */
function run(env: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  fakeProgram(folder, 'aws', 'echo 111122223333');
  fakeProgram(folder, 'kubectl', 'exit 0');
  fakeProgram(folder, 'npm', 'echo npm was reached >&2', 'exit 1');
  const { status, stderr } = spawnSync('bash', [SCRIPT], { env: { PATH: `${folder}:/usr/bin:/bin`, ...env }, encoding: 'utf8' });
  return { status, stderr: stderr.trim() };
}

describe('the check on a real account', () => {
  it.each([[{}], [{ LAB_REAL_ACCOUNT: '' }], [{ LAB_REAL_ACCOUNT: '1111' }], [{ LAB_REAL_ACCOUNT: '1111222233334' }]])('fails when the account is not named: %j', (env) => {
    expect(run(env)).toEqual({ status: 2, stderr: 'Refused: set LAB_REAL_ACCOUNT to the twelve digits of the account that this may use.' });
  });

  it('fails when the credentials are of another account, before it builds anything', () => {
    expect(run({ LAB_REAL_ACCOUNT: '444455556666' })).toEqual({ status: 2, stderr: 'Refused: your credentials are of account 111122223333, not of 444455556666.' });
  });

  it('goes on with the account that was named', () => {
    expect(run({ LAB_REAL_ACCOUNT: '111122223333' })).toEqual({ status: 1, stderr: 'npm was reached' });
  });
});
