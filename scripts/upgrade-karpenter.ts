// Raises Karpenter to another release: pins, schemas, go.mod and go.sum, and the documents that are written from them.
// Then it says what a person must read.
//
//   npm run upgrade:karpenter -- 1.14.3
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { versions } from '../lib/config/versions';
import { parseJson, textAt } from '../lib/json';
import { LabError } from '../lib/lab-error';
import type { ProgressEvent } from '../lib/progress';
import { runGo } from '../lib/rehearsal/toolchain/go-programs';
import { installGo } from '../lib/rehearsal/toolchain/install-programs';
import { KARPENTER_MODULE } from '../lib/rehearsal/toolchain/module-patches';
import { lookForPython } from '../lib/rehearsal/toolchain/prerequisites';
import { readToolchainDefinition } from '../lib/rehearsal/toolchain/toolchain-definition';
import { runCommand } from '../lib/run-command';
import { runContext } from '../lib/run-context';
import { CORE_MODULE, coreToPin, type KarpenterModule, requiredCore, requireOtherRelease, upgradeNotes, withRaisedPins } from './karpenter-upgrade';

const run = runContext({ onProgress: ({ step, state, detail }: ProgressEvent) => {
  if (state !== 'running') process.stderr.write(`${step}: ${[state, detail].filter(Boolean).join(', ')}\n`);
} });

async function upgradeKarpenter(version: string): Promise<void> {
  const projectDirectory = process.cwd();
  const pinned = versions.karpenter;
  requireOtherRelease(version, pinned);
  const pins = withRaisedPins(projectDirectory, pinned, version);
  const definition = readToolchainDefinition(projectDirectory);
  const workDirectory = mkdtempSync(join(tmpdir(), 'upgrade-karpenter-'));
  try {
    const goCommand = await pinnedGo(projectDirectory, workDirectory);
    const go = async (...args: readonly string[]): Promise<string> => (await runGo({
      command: goCommand, args, moduleDirectory: workDirectory, temporaryDirectory: workDirectory, env: process.env,
    }, run)).stdout;
    copyFileSync(definition.goModFile, join(workDirectory, 'go.mod'));
    copyFileSync(definition.goSumFile, join(workDirectory, 'go.sum'));
    const before = await downloaded(go, pinned);
    requireServed(await releases(go, KARPENTER_MODULE), version);
    const after = await downloaded(go, version);
    const required = requiredCore(readFileSync(join(after.directory, 'go.mod'), 'utf8'));
    const core = coreToPin(required, await releases(go, CORE_MODULE));
    await go('mod', 'edit', `-require=${KARPENTER_MODULE}@v${version}`, `-require=${CORE_MODULE}@${core}`);
    await go('mod', 'tidy');

    // Nothing in the project has changed up to here.
    for (const [file, content] of pins) writeFileSync(join(projectDirectory, file), content);
    copyFileSync(join(workDirectory, 'go.mod'), definition.goModFile);
    copyFileSync(join(workDirectory, 'go.sum'), definition.goSumFile);
    const path = [dirname(goCommand), process.env['PATH'] ?? ''].join(delimiter);
    await update(process.execPath, ['scripts/update-karpenter-schemas.mjs', version], path);
    await update('npm', ['run', '--silent', 'update:config'], path);
    const notes = [...upgradeNotes(before, after), ...(core === required ? [] : [`Upstream built this release with ${CORE_MODULE} ${required}, and the rehearsal with ${core}.`])];
    process.stdout.write([
      `Karpenter ${pinned} -> ${version}: lab.yaml, lib/config/versions.ts, charts/schemas/, go.mod and go.sum in lib/rehearsal/toolchain, lab.schema.json, docs/configuration.md.`,
      '', 'To read:', ...notes.map((note) => `- ${note}`),
      '', 'Then: npm run typecheck, npm test (read the differences of the snapshots, then npx jest -u), npm start, npm run test:rehearsal.', '',
    ].join('\n'));
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

/** Installs the pinned Go into the folder. */
async function pinnedGo(projectDirectory: string, workDirectory: string): Promise<string> {
  const python = await lookForPython({ projectDirectory, env: process.env }, run);
  if (!python.isMet) throw python.error;
  return installGo({ definition: readToolchainDefinition(projectDirectory), python: python.command, venvDirectory: join(workDirectory, 'venv'), env: process.env }, run);
}

type Go = (...args: readonly string[]) => Promise<string>;

/** The releases of a module, such as `v1.14.3`, oldest first. */
async function releases(go: Go, module: string): Promise<readonly string[]> {
  return (await go('list', '-m', '-versions', module)).trim().split(' ').slice(1);
}

/** @throws LabError `KarpenterVersionUnknown` when the module proxy has no such release */
function requireServed(served: readonly string[], version: string): void {
  if (served.includes(`v${version}`)) return;
  throw new LabError({
    code: 'KarpenterVersionUnknown',
    message: 'There is no such release of Karpenter.',
    received: version,
    remedy: `Take one of ${served.slice(-8).map((name) => name.slice(1)).join(', ')}.`,
  });
}

async function downloaded(go: Go, version: string): Promise<KarpenterModule> {
  const directory = textAt(parseJson(await go('mod', 'download', '-json', `${KARPENTER_MODULE}@v${version}`)), 'Dir');
  if (directory === undefined) throw new Error(`go mod download says no folder of ${version}`);
  return { version, directory };
}

async function update(command: string, args: readonly string[], path: string): Promise<void> {
  const result = await runCommand({ command, args, env: { ...process.env, PATH: path, GOTOOLCHAIN: 'local' }, workingDirectory: process.cwd() }, run);
  if (result.exitCode === 0) return;
  throw new LabError({
    code: 'KarpenterUpgradeUnfinished',
    message: `The pins are raised, but a file that is written from them is not: ${result.stderr.trim().split('\n').slice(-3).join(' | ')}`,
    received: [command, ...args].join(' '),
    remedy: 'Put everything back with git restore lab.yaml lab.schema.json lib charts docs, then run the command again.',
  });
}

upgradeKarpenter(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(error instanceof LabError ? `${error.message} Received: ${JSON.stringify(error.received)}\n${[error.remedy].flat().join('\n')}\n` : `${String(error)}\n`);
  process.exitCode = 1;
});
