// Every difference between the computers that a rehearsal runs on: Linux and macOS, each on x86-64 and arm64.
import { LabError } from '../lab-error';

/** Operating systems and architectures for which a rehearsal can be built, in Node.js's words. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = { linux: ['x64', 'arm64'], darwin: ['arm64', 'x64'] };

/**
 * The error for a computer that cannot run a rehearsal, whatever is installed on it.
 *
 * @param platform @default - this computer's
 * @param architecture @default - this computer's
 */
export function platformShortfall(platform: string = process.platform, architecture: string = process.arch): LabError | undefined {
  if (PLATFORMS[platform]?.includes(architecture)) return undefined;
  return new LabError({
    code: 'PlatformUnsupported',
    message: 'A rehearsal runs on Linux and macOS, on x86-64 and arm64.',
    received: `${platform} on ${architecture}`,
    remedy: 'Run it on such a computer, or in a virtual machine or container with Linux, WSL 2 included.',
  });
}

/**
 * Whether the programs of Lambda's layers run here: they are built for Linux on x86-64. Elsewhere kubectl and helm are built
 * from Go modules.
 *
 * @param platform @default - this computer's
 * @param architecture @default - this computer's
 */
export function runsLayerPrograms(platform: string = process.platform, architecture: string = process.arch): boolean {
  return platform === 'linux' && architecture === 'x64';
}
