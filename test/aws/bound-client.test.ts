import { DescribeRegionsCommand, EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundTo } from '../../lib/aws/bound-client';

describe('a client that is bound to a signal', () => {
  let server: Server;
  let asked: () => void;
  const onAsked = (): Promise<void> => new Promise((resolve) => { asked = resolve; });
  const controller = new AbortController();
  let client: EC2Client;

  beforeAll(async () => {
    // It takes every request, and answers none.
    server = createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = boundTo(controller.signal, new EC2Client({
      region: 'ap-northeast-2', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }));
  });

  afterAll(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  test('ends the requests and the lists that are under way when the signal is aborted, and makes no further one', async () => {
    const first = onAsked();
    const regions = client.send(new DescribeRegionsCommand({}));
    await first;
    const second = onAsked();
    const page = paginateDescribeInstances({ client }, {}).next();
    await second;
    controller.abort();
    await expect(regions).rejects.toMatchObject({ name: 'AbortError' });
    await expect(page).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.send(new DescribeRegionsCommand({}))).rejects.toMatchObject({ name: 'AbortError' });
  });
});
