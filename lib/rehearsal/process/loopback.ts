import { createServer, type Server } from 'node:net';
import { LabError } from '../../lab-error';

/** The only address that a rehearsal listens on. */
export const LOOPBACK = '127.0.0.1';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set([LOOPBACK, 'localhost', '[::1]']);

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK_HOSTS.has(new URL(url).hostname);
}

/**
 * The URL of a server on this machine. A rehearsal creates and deletes: it must never do so in an
 * AWS account.
 *
 * @throws LabError `EndpointNotLocal` for any other URL
 */
export function requireLoopback(endpoint: string): URL {
  const url = isLoopback(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol === 'http:') return url;
  throw new LabError({
    code: 'EndpointNotLocal',
    message: 'The rehearsal was pointed at an address that is not on this machine.',
    received: endpoint,
    remedy: 'Give a URL on loopback, such as http://127.0.0.1:5000.',
  });
}

/**
 * Ports from which a rehearsal takes its own: below those that Linux gives to outgoing connections,
 * which could otherwise take a port between its choice and its use.
 *
 * @see https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html `ip_local_port_range`
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_767;

/**
 * Finds loopback ports that nobody listens on, one for each name. Two rehearsals that start at once
 * rarely meet, because the search begins at a random port.
 *
 * @throws LabError `PortsExhausted` when there are not enough
 */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Readonly<Record<Name, number>>> {
  const count = names.length;
  const span = HIGHEST_PORT - LOWEST_PORT + 1;
  const first = Math.floor(Math.random() * span);
  const found: { readonly port: number; readonly server: Server }[] = [];
  try {
    for (let step = 0; step < span && found.length < count; step++) {
      const port = LOWEST_PORT + ((first + step) % span);
      const server = await listen(port);
      if (server !== undefined) found.push({ port, server });
    }
    if (found.length === count) return Object.fromEntries(names.map((name, index) => [name, found[index]?.port])) as Record<Name, number>;
  } finally {
    await Promise.all(found.map(async ({ server }) => close(server)));
  }
  throw new LabError({
    code: 'PortsExhausted',
    message: `A rehearsal needs ${count} free ports between ${LOWEST_PORT} and ${HIGHEST_PORT}, and there are ${found.length}.`,
    received: found.length,
    remedy: 'Stop rehearsals that nobody needs: npm run rehearse -- --status lists them.',
  });
}

async function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}
