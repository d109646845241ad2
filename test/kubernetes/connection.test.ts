/** @jest-environment ./test/support/kubernetes-client-environment.js */
import { rmSync, writeFileSync } from 'node:fs';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import { connectionOf, type Connection } from '../../lib/kubernetes/connection';
import { emptyFolder } from '../assembly/write-assembly';
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

  test('fails for good when its plugin never gave credentials, and for now when it gave them before', async () => {
    const folder = emptyFolder();
    const token = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1beta1', kind: 'ExecCredential', status: { token: 'secret', expirationTimestamp: '2001-01-01T00:00:00Z' } });
    const plugin = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: '/bin/sh', args: ['-c', `test -e ${folder}/logged-in && echo '${token}'`] };
    connection = await connectionOf(kubeconfigFile({ server: 'http://127.0.0.1:1', user: { exec: plugin } }));
    await expect(connection.authenticate()).rejects.toMatchObject({ code: 'KubeconfigUnreadable', isPassing: false });
    writeFileSync(join(folder, 'logged-in'), '');
    expect((await connection.authenticate()).headers).toMatchObject({ Authorization: 'Bearer secret' });
    rmSync(join(folder, 'logged-in'));
    await expect(connection.authenticate()).rejects.toMatchObject({ code: 'KubeconfigUnreadable', isPassing: true });
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
