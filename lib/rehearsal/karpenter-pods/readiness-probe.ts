import { get } from 'node:http';
import { LOOPBACK } from '../process/loopback';

/**
 * Whether a program says that it is well. Karpenter's port takes connections seconds before it answers on them.
 *
 * @param path such as `/readyz`
 */
export async function answersWell(port: number, path: string, timeoutSeconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: LOOPBACK, port, path, timeout: timeoutSeconds * 1000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
