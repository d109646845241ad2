/** @jest-environment ./test/support/kubernetes-client-environment.js */
import { writeFileSync } from 'node:fs';
import { Agent as HttpsAgent } from 'node:https';
import { connectionOf, type Connection } from '../../lib/kubernetes/connection';
import { kubeconfigFile } from './kubeconfig-file';

describe('the connection by a kubeconfig', () => {
  let connection: Connection | undefined;
  afterEach(() => connection?.close());

  test('leads to the server of its current context, with its token', async () => {
    connection = await connectionOf(kubeconfigFile({ server: 'http://127.0.0.1:1', user: { token: 'secret' } }));
    expect(connection.server).toBe('http://127.0.0.1:1');
    expect((await connection.authenticate()).headers).toMatchObject({ Authorization: 'Bearer secret' });
  });

  test('keeps its connections from one request to the next', async () => {
    connection = await connectionOf(kubeconfigFile({ server: 'http://127.0.0.1:1' }));
    const { agent } = await connection.authenticate();
    expect((await connection.authenticate()).agent).toBe(agent);
    expect(agent).toMatchObject({ keepAlive: true });
  });

  test('is by TLS where the server is, with the certificate authority of the kubeconfig', async () => {
    connection = await connectionOf(kubeconfigFile({ server: 'https://127.0.0.1:1', certificateAuthority: 'an authority' }));
    const { agent } = await connection.authenticate();
    expect(agent).toBeInstanceOf(HttpsAgent);
    expect(String((agent as HttpsAgent).options.ca)).toBe('an authority');
    expect(connection.certificateAuthority).toBe('an authority');
  });

  test('fails when there is no such file, with its path', async () => {
    await expect(connectionOf('/no/such/kubeconfig')).rejects.toMatchObject({ code: 'KubeconfigUnreadable', received: '/no/such/kubeconfig' });
  });

  test('fails when the file is no kubeconfig', async () => {
    const file = kubeconfigFile({ server: 'http://127.0.0.1:1' });
    writeFileSync(file, 'clusters: {');
    await expect(connectionOf(file)).rejects.toMatchObject({ code: 'KubeconfigUnreadable', message: expect.stringMatching(/^The kubeconfig cannot be read: /) });
  });

  test('fails when the current context names no cluster', async () => {
    await expect(connectionOf(kubeconfigFile({ server: 'http://127.0.0.1:1', currentContext: 'other' }))).rejects.toMatchObject({
      code: 'KubeconfigUnreadable', message: 'The current context of the kubeconfig names no cluster.',
    });
  });
});
