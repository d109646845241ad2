import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './prerequisites';

/** Folder of all toolchains of this user, by the XDG rules: a relative XDG_CACHE_HOME counts for nothing. */
export function toolchainCacheDirectory(env: Environment): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  const cache = isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache');
  return join(cache, 'karpenter-lab', 'toolchain');
}
