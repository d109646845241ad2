import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../lab-error';
import { copyWritable } from './writable-tree';

/** Text of a module's file that is replaced before it is built. */
export interface TextReplacement {
  /** Path within the module. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** How often `from` stands in the file. Any other count means that upstream has changed. */
  readonly count: number;
}

/** What is changed in a module, and why. */
export interface ModulePatch {
  /** Path of the Go module. */
  readonly module: string;
  /** Name of its changed copy. */
  readonly folder: string;
  readonly replacements: readonly TextReplacement[];
}

/** The Go module of Karpenter for AWS. */
export const KARPENTER_MODULE = 'github.com/aws/karpenter-provider-aws';

/**
 * The one change that a rehearsal makes to Karpenter, on a copy in its cache: metrics and health probes listen on loopback.
 * Upstream's listen on all interfaces, as a pod must.
 */
export const MODULE_PATCHES: readonly ModulePatch[] = [
  {
    module: 'sigs.k8s.io/karpenter',
    folder: 'karpenter',
    replacements: [{
      file: 'pkg/operator/operator.go',
      from: 'fmt.Sprintf(":%d"',
      to: 'fmt.Sprintf("127.0.0.1:%d"',
      count: 2,
    }],
  },
];

/** A module to copy and change. */
export interface PatchModuleOptions {
  readonly patch: ModulePatch;
  /** Absolute path of the module as Go has downloaded and verified it. */
  readonly moduleDirectory: string;
  /** Absolute path of the copy, which is made. */
  readonly targetDirectory: string;
}

/**
 * Makes a changed copy of a Go module.
 *
 * @throws LabError `UpstreamChanged` when a replacement does not fit exactly
 */
export async function patchModule(options: PatchModuleOptions): Promise<void> {
  await copyWritable(options.moduleDirectory, options.targetDirectory);
  for (const replacement of options.patch.replacements) {
    const file = join(options.targetDirectory, replacement.file);
    await writeFile(file, replaced(await readFile(file, 'utf8'), replacement, options.patch.module));
  }
}

/**
 * Replaces a text in a file of a module.
 *
 * @throws LabError `UpstreamChanged` when it stands there more or less often than expected
 */
export function replaced(content: string, replacement: TextReplacement, module: string): string {
  const parts = content.split(replacement.from);
  const count = parts.length - 1;
  if (count === replacement.count) return parts.join(replacement.to);
  throw new LabError({
    code: 'UpstreamChanged',
    message: `${module} holds the text that the rehearsal replaces in ${replacement.file} ${count} times, not ${replacement.count}.`,
    received: replacement.from,
    remedy: 'Pin the version in lib/rehearsal/toolchain/go.mod that the replacement was written for, or adapt lib/rehearsal/toolchain/module-patches.ts.',
  });
}
