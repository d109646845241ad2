import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../lab-error';
import type { ModulePatch, TextReplacement } from './module-patches';
import { copyWritable } from './writable-tree';

/** A module to copy and change. */
export interface PatchModuleOptions {
  readonly patch: ModulePatch;
  /** Absolute path of the module as Go has downloaded and verified it. */
  readonly moduleDirectory: string;
  /** Absolute path of the copy, which is made. */
  readonly targetDirectory: string;
  /** Absolute path of the folder that added files come from. */
  readonly sourceDirectory: string;
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
  for (const { source, target } of options.patch.addedFiles) {
    await copyFile(join(options.sourceDirectory, source), join(options.targetDirectory, target));
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
