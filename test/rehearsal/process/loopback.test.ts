import { createServer } from 'node:net';
import { freePorts, LOOPBACK } from '../../../lib/rehearsal/process/loopback';

describe('free ports', () => {
  it('are as many as asked for, all different, below those of outgoing connections', async () => {
    const ports = Object.values(await freePorts([...'abcdefghij']));
    expect(new Set(ports).size).toBe(10);
    for (const port of ports) expect(port >= 20_000 && port < 32_768).toBe(true);
  });

  it('can be listened on', async () => {
    const { port } = await freePorts(['port']);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, LOOPBACK, resolve);
    });
    const others = await freePorts([...'abcde']);
    expect(Object.values(others)).not.toContain(port);
    await new Promise((resolve) => server.close(resolve));
  });
});
