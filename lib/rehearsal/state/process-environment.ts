import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { MARKER } from '../process/marked-processes';
import type { Toolchain } from '../toolchain/toolchain';
import type { Environment } from '../toolchain/prerequisites';
import type { RehearsalPaths } from './rehearsal-paths';

/** Environment of every process of a rehearsal. */
export type ProcessEnvironment = Readonly<Record<string, string>>;

/**
 * The whole environment of a rehearsal's processes: nothing of the user's but the PATH. Above all no
 * AWS credentials, so that no process can reach an account, and a home and temporary folder of its own.
 */
export function processEnvironment(paths: RehearsalPaths, toolchain: Pick<Toolchain, 'binDirectory'>, env: Environment): ProcessEnvironment {
  mkdirSync(paths.homeDirectory, { recursive: true });
  mkdirSync(paths.temporaryDirectory, { recursive: true });
  return {
    // The toolchain first: kwokctl takes kubectl from the PATH.
    PATH: [toolchain.binDirectory, env['PATH'] ?? ''].join(delimiter),
    HOME: paths.homeDirectory,
    TMPDIR: paths.temporaryDirectory,
    LANG: 'C.UTF-8',
    [MARKER]: paths.directory,
  };
}

/** What AWS SDKs need besides: keys that are worth nothing, and no look at an instance's metadata. */
export function awsEnvironment(region: string) {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_EC2_METADATA_DISABLED: 'true',
  } as const;
}
