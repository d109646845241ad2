import { appendFile, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseJson, textAt } from '../../json';
import { LabError } from '../../lab-error';
import type { Environment } from '../../run-command';
import type { RunContext } from '../../run-context';
import { type Platform, runsLayerPrograms } from '../platform';
import { builtName, type GoProgram, goProgramGroups, linkerFlags, runGo } from './go-programs';
import { copyKarpenterCharts } from './karpenter-charts';
import { KARPENTER_MODULE, MODULE_PATCHES, patchModule } from './module-patches';
import { GO_BUILD_FLAGS, type ToolchainDefinition } from './toolchain-definition';
import { copyWritable } from './writable-tree';

/** What to build the Go programs from, and where. */
export interface BuildGoProgramsOptions {
  readonly definition: ToolchainDefinition;
  /** Absolute path of the program `go`. */
  readonly goCommand: string;
  /**
   * The computer to build for.
   *
   * @default - this one
   */
  readonly target?: Platform;
  /** Absolute path of an empty folder that receives `bin`, `crds` and `charts`. */
  readonly targetDirectory: string;
  readonly env: Environment;
}

const DOWNLOAD_STEP = 'Download Go modules';
const BUILD_STEP = 'Build Kubernetes and Karpenter';

/** The folder with the CRDs in Karpenter's module. */
const CRDS_FOLDER = join('pkg', 'apis', 'crds');

/**
 * Seconds of one core to compile a byte of source, and the bytes that stand for the fixed time of a
 * package. Measured over the 3,090 packages of the programs with their flags: this line explains nine
 * tenths of the time.
 */
const SECONDS_PER_BYTE = 4e-6;
const BYTES_PER_PACKAGE = 30_000;

/** Bytes of source that take as long to compile as a program takes to link. */
const BYTES_PER_LINK = 1_500_000;

/** Memory in bytes that the largest package needs while it is compiled. */
const BYTES_PER_COMPILER = 1.5 * 2 ** 30;

/**
 * Builds Kubernetes, etcd, kwok and Karpenter. What an interrupted build has
 * compiled stays in Go's build cache.
 *
 * @throws LabError `ToolchainBuildFailed` or `UpstreamChanged`
 */
export async function buildGoPrograms(options: BuildGoProgramsOptions, run: RunContext): Promise<void> {
  const moduleDirectory = join(options.targetDirectory, 'module');
  const temporaryDirectory = join(options.targetDirectory, 'tmp');
  await mkdir(moduleDirectory);
  await mkdir(temporaryDirectory);
  const go = async (args: readonly string[], onErrorLine?: (line: string) => void): Promise<string> => (await runGo({
    command: options.goCommand, args, moduleDirectory, temporaryDirectory, target: options.target, env: options.env, onErrorLine,
  }, run)).stdout;

  const flags = [...GO_BUILD_FLAGS, `-ldflags=${linkerFlags(options.definition.versions)}`];
  const goBuild = { ...options, moduleDirectory, flags, go, groups: goProgramGroups({ buildsLayerPrograms: !runsLayerPrograms(options.target) }) };
  const packages = await prepareModule(goBuild, run);
  await build(goBuild, packages, run);
  await rm(moduleDirectory, { recursive: true });
  await rm(temporaryDirectory, { recursive: true });
}

interface GoBuild extends BuildGoProgramsOptions {
  readonly moduleDirectory: string;
  readonly flags: readonly string[];
  readonly groups: readonly (readonly GoProgram[])[];
  /** Runs Go in the module, and gives its output. */
  readonly go: (args: readonly string[], onErrorLine?: (line: string) => void) => Promise<string>;
}

/** Downloads every module, changes one of them, and lists the packages. */
async function prepareModule({ definition, targetDirectory, moduleDirectory, flags, groups, go }: GoBuild, { onProgress }: RunContext): Promise<readonly GoPackage[]> {
  onProgress({ step: DOWNLOAD_STEP, state: 'started' });
  await copyFile(definition.goModFile, join(moduleDirectory, 'go.mod'));
  await copyFile(definition.goSumFile, join(moduleDirectory, 'go.sum'));

  let downloaded = 0;
  const onErrorLine = (line: string): void => {
    const module = /^go: downloading (\S+ \S+)/.exec(line)?.[1];
    if (module === undefined) return;
    downloaded += 1;
    onProgress({ step: DOWNLOAD_STEP, state: 'running', detail: module, fraction: Math.min(downloaded / definition.moduleCount, 1) });
  };

  const downloadedFolder = async (module: string): Promise<string> => {
    const folder = textAt(parseJson(await go(['mod', 'download', '-json', module], onErrorLine)), 'Dir');
    if (folder === undefined) throw notDownloaded(module);
    return folder;
  };
  const karpenter = await downloadedFolder(KARPENTER_MODULE);
  await copyWritable(join(karpenter, CRDS_FOLDER), join(targetDirectory, 'crds'));
  await copyKarpenterCharts(karpenter, join(targetDirectory, 'charts'), definition.versions.karpenter);
  for (const patch of MODULE_PATCHES) {
    await patchModule({ patch, moduleDirectory: await downloadedFolder(patch.module), targetDirectory: join(moduleDirectory, patch.folder) });
    await appendFile(join(moduleDirectory, 'go.mod'), `\nreplace ${patch.module} => ./${patch.folder}\n`);
  }

  const listed = await go(['list', '-deps', ...flags, '-f', GO_LIST_FORMAT, ...groups.flat().map(({ importPath }) => importPath)], onErrorLine);
  const packages = await parseGoPackages(listed);
  onProgress({ step: DOWNLOAD_STEP, state: downloaded === 0 ? 'skipped' : 'finished', detail: `${packages.length} packages` });
  return packages;
}

async function build({ targetDirectory, flags, groups, go }: GoBuild, packages: readonly GoPackage[], run: RunContext): Promise<void> {
  const work = new Map(packages.filter(({ isStale }) => isStale).map(({ importPath, sourceBytes }) => [importPath, sourceBytes + BYTES_PER_PACKAGE]));
  const programCount = groups.flat().length;
  const totalWork = [...work.values()].reduce((sum, bytes) => sum + bytes, 0) + programCount * BYTES_PER_LINK;
  const parallelism = compilerCount();
  run.onProgress({ step: BUILD_STEP, state: 'started', detail: `${work.size} packages to compile` });
  const meter = new ProgressMeter({ step: BUILD_STEP, totalWork, expectedSeconds: (totalWork * SECONDS_PER_BYTE) / parallelism }, run);

  const binDirectory = join(targetDirectory, 'bin');
  await mkdir(binDirectory);
  for (const group of groups) {
    const groupDirectory = join(targetDirectory, 'built');
    await mkdir(groupDirectory);
    // With -v, Go prints each package that it begins to compile.
    await go(
      ['build', '-v', '-p', String(parallelism), ...flags, '-o', groupDirectory, ...group.map(({ importPath }) => importPath)],
      (line) => {
        const bytes = work.get(line);
        if (bytes !== undefined) meter.advance(bytes, line);
        work.delete(line);
      },
    );
    for (const { name, importPath } of group) {
      await rename(join(groupDirectory, builtName(importPath)), join(binDirectory, name));
      meter.advance(BYTES_PER_LINK, name);
    }
    await rm(groupDirectory, { recursive: true });
  }
  run.onProgress({ step: BUILD_STEP, state: 'finished', detail: `${programCount} programs` });
}

/** How many compilers run at once: as many as there are cores, and as memory holds. */
function compilerCount(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_COMPILER)));
}

function notDownloaded(module: string): LabError {
  return new LabError({
    code: 'ToolchainBuildFailed',
    message: 'Go downloaded a module and did not say where to.',
    received: module,
    remedy: 'Check that go mod download -json works in another folder, then run the command again.',
  });
}

/** A Go package that the programs need. */
export interface GoPackage {
  readonly importPath: string;
  /** Whether Go must compile or link it: its build cache does not hold it. */
  readonly isStale: boolean;
  /** Bytes of its Go files: how long it takes to compile follows from them. */
  readonly sourceBytes: number;
}

/** Template for `go list -f` that {@link parseGoPackages} reads. */
const GO_LIST_FORMAT = '{{.ImportPath}}\t{{.Stale}}\t{{.Dir}}\t{{join .GoFiles ","}}';

/** Reads what `go list` wrote. */
export async function parseGoPackages(output: string): Promise<readonly GoPackage[]> {
  const lines = output.split('\n').filter((line) => line !== '');
  return Promise.all(lines.map(async (line) => {
    const [importPath = '', stale = '', directory = '', files = ''] = line.split('\t');
    const isStale = stale === 'true';
    return { importPath, isStale, sourceBytes: isStale ? await bytesOf(directory, files) : 0 };
  }));
}

async function bytesOf(directory: string, files: string): Promise<number> {
  const names = files.split(',').filter((name) => name !== '');
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What a meter measures. */
export interface ProgressMeterOptions {
  /** The step in whose name it reports. */
  readonly step: string;
  /** All work of the step, in any unit. */
  readonly totalWork: number;
  /** Seconds that the step will take, estimated before it begins. */
  readonly expectedSeconds: number;
}

/** Weight of the expected time beside the measured one, as a fraction of all work. */
const EXPECTATION_WEIGHT = 0.05;

/** Milliseconds between two reports: a reader cannot follow more. */
const REPORT_INTERVAL_MILLISECONDS = 250;

/** Turns work done into the fraction of a step and the seconds that it will still take. */
export class ProgressMeter {
  private readonly startedAt: number;
  private reportedAt = -Infinity;
  private doneWork = 0;

  constructor(private readonly options: ProgressMeterOptions, private readonly run: RunContext) {
    this.startedAt = run.clock.nowMillis();
  }

  /** Counts work as done. Reports it, unless the last report is less than a quarter of a second old. */
  advance(work: number, detail: string): void {
    this.doneWork += work;
    const now = this.run.clock.nowMillis();
    if (now - this.reportedAt < REPORT_INTERVAL_MILLISECONDS) return;
    this.reportedAt = now;

    const { step, totalWork, expectedSeconds } = this.options;
    const fraction = totalWork === 0 ? 1 : Math.min(this.doneWork / totalWork, 1);
    const elapsedSeconds = (now - this.startedAt) / 1000;
    // The expectation counts like a little work that is already measured: its part shrinks as real measurements grow.
    const totalSeconds = (elapsedSeconds + EXPECTATION_WEIGHT * expectedSeconds) / (fraction + EXPECTATION_WEIGHT);
    this.run.onProgress({ step, state: 'running', detail, fraction, remainingSeconds: Math.round(totalSeconds * (1 - fraction)) });
  }
}
