import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { teardownRightsCheck } from '../../lib/preflight/teardown-rights-check';
import { ACCOUNT, awsError, MockAccount } from './account';

describe('the check of the rights to tear down', () => {
  let account: MockAccount;
  const check = () => teardownRightsCheck.run(account.context());
  const comeAs = (arn: string): void => void account.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: arn });

  beforeEach(() => {
    account = new MockAccount();
  });

  test('passes when the role behind the session may do everything, and asks by the ARN of the role with its path', async () => {
    await expect(check()).resolves.toMatchObject({ outcome: 'pass' });
    const [simulation] = account.iam.commandCalls(SimulatePrincipalPolicyCommand);
    expect(simulation?.args[0].input).toMatchObject({ PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/instructor` });
    expect(simulation?.args[0].input.ActionNames).toContain('ec2:TerminateInstances');
  });

  test('warns when some requests are not allowed, and names them and the policy that allows them', async () => {
    account.mayDo((action) => !action.startsWith('ec2:Delete'));
    await expect(check()).resolves.toMatchObject({
      outcome: 'warn',
      evidence: expect.stringMatching(/not allow 5 requests of a teardown: ec2:DeleteLaunchTemplate, .* and ec2:DeleteVpcEndpoints/),
      remedy: expect.stringContaining('docs/teardown-policy.json'),
    });
  });

  test('needs no simulation for the root user', async () => {
    comeAs(`arn:aws:iam::${ACCOUNT}:root`);
    await expect(check()).resolves.toMatchObject({ outcome: 'pass' });
    expect(account.iam.commandCalls(SimulatePrincipalPolicyCommand)).toEqual([]);
  });

  test('warns that it could not check a federated session', async () => {
    comeAs(`arn:aws:sts::${ACCOUNT}:federated-user/kim`);
    await expect(check()).resolves.toMatchObject({ outcome: 'warn', evidence: expect.stringContaining('Not checked') });
  });

  test('fails when IAM does not let the caller simulate: the run of the checks makes a warning of it', async () => {
    account.iam.on(SimulatePrincipalPolicyCommand).rejects(awsError('AccessDenied', 'not authorized to perform: iam:SimulatePrincipalPolicy'));
    await expect(check()).rejects.toMatchObject({ code: 'AwsAccessDenied', received: 'iam:SimulatePrincipalPolicy' });
  });
});
