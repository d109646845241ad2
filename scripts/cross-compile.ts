// Builds the programs of a rehearsal for the other computers that it can run on. That they compile is all that it shows:
// nothing is run. A computer takes as long as a first `npm start`, and some minutes of it.
//
//   npm run cross-compile -- darwin-arm64 linux-arm64 /tmp/programs
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../lib/lab-error';
import { type Platform, REHEARSAL_PLATFORMS } from '../lib/rehearsal/platform';
import { buildGoPrograms } from '../lib/rehearsal/toolchain/build-go-programs';
import { installGo } from '../lib/rehearsal/toolchain/install-programs';
import { lookForPython } from '../lib/rehearsal/toolchain/prerequisites';
import { readToolchainDefinition } from '../lib/rehearsal/toolchain/toolchain-definition';
import { removeTree } from '../lib/rehearsal/toolchain/writable-tree';
import { runContext } from '../lib/run-context';

const nameOf = ({ system, architecture }: Platform): string => `${system}-${architecture}`;

async function crossCompile(names: readonly string[], directory: string): Promise<void> {
  const run = runContext();
  const targets = names.flatMap((name) => REHEARSAL_PLATFORMS.filter((platform) => nameOf(platform) === name));
  if (names.length === 0 || targets.length < names.length) {
    throw new LabError({
      code: 'PlatformUnknown',
      message: `Give computers to build for, of ${REHEARSAL_PLATFORMS.map(nameOf).join(', ')}, then a folder for the programs.`,
      received: names.join(' '),
      remedy: 'For example: npm run cross-compile -- darwin-arm64 linux-arm64 /tmp/programs',
    });
  }
  const definition = readToolchainDefinition(process.cwd());
  const python = await lookForPython({ projectDirectory: process.cwd(), env: process.env }, run);
  if (!python.isMet) throw python.error;
  mkdirSync(directory, { recursive: true });
  const goCommand = await installGo({ definition, python: python.command, venvDirectory: join(directory, 'venv'), env: process.env }, run);
  for (const target of targets) {
    const targetDirectory = join(directory, nameOf(target));
    await removeTree(targetDirectory);
    mkdirSync(targetDirectory);
    const started = performance.now();
    await buildGoPrograms({ definition, goCommand, targetDirectory, target, env: process.env }, run);
    const programs = readdirSync(join(targetDirectory, 'bin')).map((name) => `${name} ${Math.round(statSync(join(targetDirectory, 'bin', name)).size / 2 ** 20)} MiB`);
    process.stdout.write(`${nameOf(target)}: ${programs.length} programs in ${Math.round((performance.now() - started) / 1000)} s: ${programs.join(', ')}\n`);
  }
}

const words = process.argv.slice(2);
crossCompile(words.slice(0, -1), resolve(words.at(-1) ?? '')).catch((error: unknown) => {
  process.stderr.write(error instanceof LabError ? `${error.message} Received: ${JSON.stringify(error.received)}\n${[error.remedy].flat().join('\n')}\n` : `${String(error)}\n`);
  process.exitCode = 1;
});
