import { readFileSync, writeFileSync } from 'node:fs';
import { LabError } from '../../lab-error';
import type { ProcessEnvironment } from '../process/process-environment';
import type { RehearsalPaths } from '../rehearsal-paths';
import type { RehearsalPorts } from '../rehearsal';
import type { RehearsalPrograms } from '../rehearsal-programs';
import type { Toolchain } from '../toolchain/toolchain';

/** All that the process of an account is told. It is a file of JSON; nothing in it is secret. */
export interface AccountConfiguration {
  /** Name of the rehearsal, after which its control plane is named. */
  readonly rehearsal: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** AWS seconds that one real second stands for, where a part only waits. */
  readonly compression: number;
  readonly paths: RehearsalPaths;
  readonly ports: RehearsalPorts;
  readonly toolchain: Toolchain;
  readonly programs: RehearsalPrograms;
  /** Environment of every process that the account starts. */
  readonly environment: ProcessEnvironment;
  /** Absolute path of the folder of the lab, whose packages functions find. */
  readonly projectDirectory: string;
}

/** Writes the file that the process is started with. */
export function writeAccountConfiguration(configuration: AccountConfiguration): void {
  writeFileSync(configuration.paths.accountConfiguration, `${JSON.stringify(configuration, undefined, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads the file that {@link writeAccountConfiguration} wrote.
 *
 * @throws LabError `AccountMisused`
 */
export function readAccountConfiguration(file: string | undefined): AccountConfiguration {
  try {
    return JSON.parse(readFileSync(file ?? '', 'utf8')) as AccountConfiguration;
  } catch (cause) {
    throw new LabError({
      code: 'AccountMisused',
      message: 'The played account was started without a configuration that it can read.',
      received: file,
      remedy: 'Start a rehearsal with npm run rehearse: it writes the file, and starts the account with it.',
      cause,
    });
  }
}
