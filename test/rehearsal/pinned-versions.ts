import { resolve } from 'node:path';
import { readToolchainDefinition } from '../../lib/rehearsal/toolchain/toolchain-definition';

/** The versions that this project pins for a rehearsal. */
export const PINNED_VERSIONS = readToolchainDefinition(resolve(__dirname, '../..')).versions;
