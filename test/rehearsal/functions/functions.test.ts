import { CreateActivityCommand, SFNClient } from '@aws-sdk/client-sfn';
import { isRegistryPassword } from '../../../lib/rehearsal/functions/registry-password';
import { postJson } from '../aws-answers/answering';
import { type PlayingAccount, startPlayingAccount } from './playing-account';

describe('functions of an account', () => {
  let playing: PlayingAccount;
  beforeAll(async () => {
    playing = await startPlayingAccount();
  });
  afterAll(() => playing.stop());

  it('leave other services to others', async () => {
    const { status } = await postJson(playing.client.endpoint, 'ssm', 'AmazonSSM.GetParameter', '{}');
    expect(status).toBe(501);
  });

  it('give out passwords of the public registry', async () => {
    const answer = await postJson(playing.client.endpoint, 'ecr-public', 'SpencerFrontendService.GetAuthorizationToken', '{}');
    const { authorizationData } = await answer.json() as { authorizationData: { authorizationToken: string; expiresAt: number } };
    const [user, password = ''] = Buffer.from(authorizationData.authorizationToken, 'base64').toString('utf8').split(':');
    expect(user).toBe('AWS');
    expect(isRegistryPassword(password)).toBe(true);
    expect(authorizationData.expiresAt).toBeGreaterThan(Date.now() / 1000 + 11 * 3600);
  });

  it('fails for an operation of Step Functions that is not played, by its name', async () => {
    await expect(new SFNClient(playing.client).send(new CreateActivityCommand({ name: 'a' }))).rejects.toThrow('does not play Step Functions\' CreateActivity');
  });
});
