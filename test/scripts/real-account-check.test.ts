import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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

const OPEN = JSON.stringify({ checks: [{ name: 'Stack', outcome: 'warn', evidence: 'It is there.' }, { name: 'Access', outcome: 'pass', evidence: 'The API answers 203.0.113.7/32.' }] });

/** Runs the script to its end with programs that only write down what they are asked; these of them fail. */
function walk(env: Readonly<Record<string, string>>, ...failing: readonly string[]) {
  return walkWith(OPEN, env, ...failing);
}

/** {@link walk} with what the preflight says as JSON. */
function walkWith(preflight: string, env: Readonly<Record<string, string>>, ...failing: readonly string[]) {
  const folder = temporaryFolder();
  const log = join(folder, 'asked');
  writeFileSync(log, '');
  const lines = (prefix: string) => [`asked="${prefix}$*"`, `echo "$asked" >> ${log}`, ...failing.map((start) => `case "$asked" in "${start}"*) exit 1;; esac`)];
  fakeProgram(folder, 'aws', 'echo 111122223333');
  fakeProgram(folder, 'npm', 'exit 0');
  fakeProgram(folder, 'npx', ...lines('npx '));
  fakeProgram(folder, 'kubectl', 'if [ "$1" = create ]; then cat > /dev/null; fi', ...lines('kubectl '));
  fakeProgram(folder, 'node', 'if [ "$1" = -p ]; then', `case "$2" in *Access*) exec ${process.execPath} "$@";; *) echo 2036-12-01T09:00Z; exit;; esac`, 'fi', 'shift 2',
    `case "$*" in *--json) printf '%s' '${preflight}';; esac`, ...lines('lab '));
  const { status, stderr } = spawnSync('bash', [SCRIPT], {
    env: { PATH: `${folder}:/usr/bin:/bin`, LAB_REAL_ACCOUNT: '111122223333', LAB_REAL_ACCOUNT_YES: '1', ...env }, encoding: 'utf8',
  });
  return { status, stderr: stderr.trim(), asked: readFileSync(log, 'utf8').trim().split('\n').filter((line) => !line.startsWith('kubectl ') || line.startsWith('kubectl create')) };
}

const BEFORE = ['lab plan --assembly cdk.out -c expiresAt=2036-12-01T09:00Z', 'lab preflight --assembly cdk.out --json', 'lab preflight --assembly cdk.out', 'lab deploy --yes --assembly cdk.out --update-kubeconfig'];
const CLASS = ['lab scale 5 --wait --yes', 'lab verify', 'kubectl create -f -', 'lab extend 1h --yes'];

describe('the check on a real account', () => {
  it('walks the class with a NodePool of a student and a moved deadline, to the teardown', () => {
    expect(walk({})).toEqual({ status: 0, stderr: '', asked: [...BEFORE, ...CLASS, 'lab teardown --yes'] });
  });

  it('ends by the plain CDK and the sweep where that is asked for', () => {
    expect(walk({ LAB_REAL_ACCOUNT_END: 'destroy' })).toEqual({ status: 0, stderr: '', asked: [...BEFORE, ...CLASS, 'npx cdk destroy --force --app cdk.out', 'lab sweep --yes'] });
  });

  it.each([
    ['the plain CDK', 'npx cdk destroy', ['npx cdk destroy --force --app cdk.out'], 'destroy'],
    ['the sweep', 'lab sweep', ['npx cdk destroy --force --app cdk.out', 'lab sweep --yes'], 'sweep'],
  ])('fails when %s does, after a teardown all the same', (_, failing, asked, failed) => {
    expect(walk({ LAB_REAL_ACCOUNT_END: 'destroy' }, failing)).toEqual({ status: 1, stderr: `Failed: ${failed}`, asked: [...BEFORE, ...CLASS, ...asked, 'lab teardown --yes'] });
  });

  it('fails when the deployment does, after the teardown', () => {
    expect(walk({}, 'lab deploy')).toEqual({ status: 1, stderr: 'Failed: deploy', asked: [...BEFORE, 'lab teardown --yes'] });
  });

  it('fails when another check of the preflight does, with its table, and deploys nothing', () => {
    expect(walk({}, 'lab preflight --assembly cdk.out')).toEqual({ status: 1, stderr: 'Failed: preflight', asked: BEFORE.slice(0, 3) });
  });

  it.each([
    ['nobody could use the lab', { checks: [{ name: 'Access', outcome: 'warn', evidence: 'The API answers from inside the VPC only.', remedy: 'Set apiAccess in lab.yaml or with -c.' }] }, 'The API answers from inside the VPC only. Set apiAccess in lab.yaml or with -c.'],
    ['the preflight ends with an error', { error: { code: 'AssemblyNotFound', message: 'There is no lab.', remedy: 'Run npm run synth.' } }, 'There is no lab. Run npm run synth.'],
    ['the check was not made', { checks: [] }, 'The preflight does not say why.'],
  ])('fails when %s, before it asks and pays', (_, preflight, why) => {
    expect(walkWith(JSON.stringify(preflight), {})).toEqual({ status: 2, stderr: `Refused: you could not use the lab. ${why}`, asked: BEFORE.slice(0, 2) });
  });

  it.each([[{}], [{ LAB_REAL_ACCOUNT: '' }], [{ LAB_REAL_ACCOUNT: '1111' }], [{ LAB_REAL_ACCOUNT: '1111222233334' }]])('fails when the account is not named: %j', (env) => {
    expect(run(env)).toEqual({ status: 2, stderr: 'Refused: set LAB_REAL_ACCOUNT to the twelve digits of the account that this may use.' });
  });

  it('fails when the end is neither of the two, before it asks AWS', () => {
    expect(run({ LAB_REAL_ACCOUNT: '111122223333', LAB_REAL_ACCOUNT_END: 'delete' })).toEqual({ status: 2, stderr: 'Refused: LAB_REAL_ACCOUNT_END is teardown or destroy, not delete.' });
  });

  it('fails when the credentials are of another account, before it builds anything', () => {
    expect(run({ LAB_REAL_ACCOUNT: '444455556666' })).toEqual({ status: 2, stderr: 'Refused: your credentials are of account 111122223333, not of 444455556666.' });
  });

  it('goes on with the account that was named', () => {
    expect(run({ LAB_REAL_ACCOUNT: '111122223333' })).toEqual({ status: 1, stderr: 'npm was reached' });
  });
});
