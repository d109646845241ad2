import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { Environment } from '../../run-command';
import type { RehearsalPaths } from '../rehearsal-paths';

/**
 * Environment variable that every process of a rehearsal inherits. It holds the rehearsal's folder, so
 * that a process whose start was never written down is still known to belong to it.
 */
export const MARKER = 'KARPENTER_LAB_REHEARSAL';

/** Environment of every process of a rehearsal. */
export type ProcessEnvironment = Readonly<Record<string, string>>;

/**
 * The whole environment of a rehearsal's processes. Of the user's it has only the PATH, and so no AWS
 * credentials: no process can reach an account. Home and temporary folder are the rehearsal's own.
 *
 * @param binDirectory folder of the toolchain's programs
 * @param env the user's environment
 */
export function processEnvironment(paths: RehearsalPaths, binDirectory: string, env: Environment): ProcessEnvironment {
  mkdirSync(paths.homeDirectory, { recursive: true });
  mkdirSync(paths.temporaryDirectory, { recursive: true });
  return {
    // The toolchain first: kwokctl takes kubectl from the PATH.
    PATH: [binDirectory, env['PATH'] ?? ''].join(delimiter),
    HOME: paths.homeDirectory,
    TMPDIR: paths.temporaryDirectory,
    LANG: 'C.UTF-8',
    [MARKER]: paths.directory,
  };
}

/** The variables that AWS SDKs need: a region, worthless keys, and no requests to an instance's metadata. */
export function awsEnvironment(region: string) {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_EC2_METADATA_DISABLED: 'true',
  } as const;
}
