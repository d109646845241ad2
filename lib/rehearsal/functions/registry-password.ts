import { randomBytes } from 'node:crypto';
import { parseJson, textAt } from '../../json';

/** Host of the public registry. */
export const ECR_PUBLIC_HOST = 'public.ecr.aws';

/** What a password of the account says of itself. */
const PURPOSE = 'rehearsal of public.ecr.aws';

/** A password for the public registry, as `aws ecr-public get-login-password` prints it: it says when it ends. */
export function registryPassword(expiresAt: Date): string {
  return Buffer.from(JSON.stringify({ purpose: PURPOSE, expiresAt: expiresAt.toISOString(), salt: randomBytes(16).toString('hex') })).toString('base64');
}

/** Whether it is a password that the account gave out, and that has not ended. */
export function isRegistryPassword(password: string): boolean {
  try {
    const content = parseJson(Buffer.from(password, 'base64').toString('utf8'));
    return textAt(content, 'purpose') === PURPOSE && new Date(textAt(content, 'expiresAt') ?? 0) > new Date();
  } catch {
    return false;
  }
}
