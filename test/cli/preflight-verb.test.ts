import { runLab } from '../../lib/cli/run-lab';
import { fakeHost } from './fake-host';
import { unreadyAccount } from './preflight-fixtures';

describe('lab preflight', () => {
  it('shows each check, and ends with exit code 0 when all pass', async () => {
    const host = fakeHost();
    await expect(runLab(['preflight'], host)).resolves.toBe(0);
    expect(host.stdout.text).toContain('account 111122223333, ap-northeast-2');
    expect(host.stdout.text).toMatch(/pass {2}Quota: VPCs {2}5 VPCs/);
    expect(host.stdout.text).toMatch(/Checks -+ 2 checks: 2 passed, 0 warned, 0 failed\n/);
    expect(host.stdout.text).toContain('Ready: nothing speaks against a deployment.');
  });

  it('fails when a check fails, with what to do', async () => {
    const host = fakeHost({ actions: { preflight: () => Promise.resolve(unreadyAccount) } });
    await expect(runLab(['preflight'], host)).resolves.toBe(1);
    expect(host.stdout.text).toMatch(/fail {2}Quota: VPCs/);
    expect(host.stdout.text).toContain('-> Ask for at least 6 in Service Quotas.');
    expect(host.stdout.text).toContain('3 checks: 1 passed, 1 warned, 1 failed');
  });

  it('prints the result as JSON', async () => {
    const host = fakeHost({ actions: { preflight: () => Promise.resolve(unreadyAccount) } });
    await expect(runLab(['preflight', '--json'], host)).resolves.toBe(1);
    expect(JSON.parse(host.stdout.text)).toEqual(unreadyAccount);
  });
});
