import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../lab-error';

/** Programs of this project that run as processes of a rehearsal. Absolute paths. */
export interface RehearsalPrograms {
  /** The account: `account-process/main.ts`. */
  readonly account: string;
  /** Makes tokens for kubectl: `eks/token-command.ts`. */
  readonly eksToken: string;
  /** Runs functions for Node.js: `functions/node-runtime/main.ts`. */
  readonly nodeRuntime: string;
  /** Runs functions for Python: `functions/python-runtime/main.py`. */
  readonly pythonRuntime: string;
  /** The helm that functions find first: `functions/helm/main.ts`. */
  readonly helm: string;
}

/** Where the programs are in the folder of the lab, once `npm run build` has made them. */
const PROGRAM_FILES = {
  account: 'dist/account.js',
  eksToken: 'dist/eks-token.js',
  nodeRuntime: 'dist/node-runtime.js',
  pythonRuntime: 'lib/rehearsal/functions/python-runtime/main.py',
  helm: 'dist/helm.js',
} as const satisfies RehearsalPrograms;

/**
 * Requires that the programs are built.
 *
 * @throws LabError `ProgramsNotBuilt`
 */
export function requireBuiltPrograms(projectDirectory: string): void {
  const missing = Object.values(PROGRAM_FILES).map((file) => join(projectDirectory, file)).find((file) => !existsSync(file));
  if (missing === undefined) return;
  throw new LabError({
    code: 'ProgramsNotBuilt',
    message: 'A program of the rehearsal is not built.',
    received: missing,
    remedy: 'Run npm run build in the folder of the lab, then run the command again.',
  });
}

/**
 * The programs that a rehearsal runs: copies in its own folder, which a later build leaves as they are.
 *
 * @param directory absolute path of the rehearsal's folder
 */
export function keptPrograms(directory: string): RehearsalPrograms {
  const kept = (file: string): string => join(directory, 'programs', basename(file));
  const { account, eksToken, nodeRuntime, pythonRuntime, helm } = PROGRAM_FILES;
  return { account: kept(account), eksToken: kept(eksToken), nodeRuntime: kept(nodeRuntime), pythonRuntime: kept(pythonRuntime), helm: kept(helm) };
}

/** Copies the programs into the folder of a rehearsal. Below the project they find its packages as in `dist/`. */
export function keepPrograms(projectDirectory: string, directory: string): RehearsalPrograms {
  const programs = keptPrograms(directory);
  for (const [name, file] of Object.entries(PROGRAM_FILES)) {
    const target = programs[name as keyof RehearsalPrograms];
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(projectDirectory, file), target);
    if (existsSync(join(projectDirectory, `${file}.map`))) copyFileSync(join(projectDirectory, `${file}.map`), `${target}.map`);
  }
  return programs;
}
