import { LabError } from '../lab-error';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The URL of a server on this machine. A rehearsal creates and deletes: it must never do so in an
 * AWS account.
 *
 * @throws LabError `EndpointNotLocal` for any other URL
 */
export function requireLoopback(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)) return url;
  throw new LabError({
    code: 'EndpointNotLocal',
    message: 'The rehearsal was pointed at an address that is not on this machine.',
    received: endpoint,
    remedy: 'Give a URL on loopback, such as http://127.0.0.1:5000.',
  });
}
