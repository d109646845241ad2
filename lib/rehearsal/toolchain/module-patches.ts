import { copyFile, readFile, writeFile } from 'node:fs/promises';
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

/** A file of this project that is put into a module before it is built. */
export interface AddedFile {
  /** Path within the folder of the toolchain's pins. */
  readonly source: string;
  /** Path within the module. */
  readonly target: string;
}

/** What is changed in a module, and why. */
export interface ModulePatch {
  /** Path of the Go module. */
  readonly module: string;
  /** Name of its changed copy. */
  readonly folder: string;
  readonly replacements: readonly TextReplacement[];
  readonly addedFiles: readonly AddedFile[];
}

/** The Go module of Karpenter for AWS. */
export const KARPENTER_MODULE = 'github.com/aws/karpenter-provider-aws';

/**
 * The two changes that a rehearsal makes to Karpenter, on copies in its cache:
 * - the simulated CreateFleet weighs every launch template of a request, as EC2 does. Upstream's takes
 *   the first, so the same pods get another instance type now and then;
 * - metrics and health probes listen on loopback. Upstream's listen on all interfaces, as a pod must.
 */
export const MODULE_PATCHES: readonly ModulePatch[] = [
  {
    module: KARPENTER_MODULE,
    folder: 'karpenter-provider-aws',
    replacements: [{
      file: 'kwok/ec2/ec2.go',
      from: 'ltConfig := input.LaunchTemplateConfigs[0]',
      to: 'ltConfig := c.cheapestConfig(input)',
      count: 1,
    }],
    addedFiles: [{ source: 'patches/cheapest_config.go', target: 'kwok/ec2/cheapest_config.go' }],
  },
  {
    module: 'sigs.k8s.io/karpenter',
    folder: 'karpenter',
    replacements: [{
      file: 'pkg/operator/operator.go',
      from: 'fmt.Sprintf(":%d"',
      to: 'fmt.Sprintf("127.0.0.1:%d"',
      count: 2,
    }],
    addedFiles: [],
  },
];

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
