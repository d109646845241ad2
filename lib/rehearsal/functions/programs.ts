import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionsOptions } from './functions-options';

/** Folders of a layer whose programs come onto the PATH: `bin` as in Lambda, the others as the CDK's kubectl handler puts them there. */
const PROGRAM_FOLDERS = ['bin', 'kubectl', 'helm', 'awscli'];

/** Interpreter that programs of layers name, and that this computer does not have. */
const LAMBDA_PYTHON = '#!/var/lang/bin/python';

/** Where the programs of a function's layers come from, and how helm's stand-in is set up. */
export interface LayerProgramsOptions extends Pick<FunctionsOptions, 'python' | 'helm' | 'charts' | 'programs' | 'chartTimeoutFloorSeconds'> {
  /** Absolute paths of the unzipped layers. */
  readonly layers: readonly string[];
  /** Empty folder for what stands before the layers' own programs. */
  readonly directory: string;
  readonly compression: number;
}

/**
 * Puts together the programs that the layers of a function bring.
 *
 * @returns folders for the PATH, the first one first
 */
export function layerPrograms(options: LayerProgramsOptions): readonly string[] {
  const { layers, directory, programs } = options;
  mkdirSync(directory, { recursive: true });
  const folders = layers.flatMap((layer) => PROGRAM_FOLDERS.map((folder) => join(layer, folder)).filter((folder) => existsSync(folder)));
  const brought = new Map<string, string>();
  for (const folder of folders) {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (!brought.has(name) && statSync(file).isFile()) brought.set(name, file);
    }
  }
  for (const [name, file] of brought) {
    if (name === 'helm') writeScript(join(directory, name), helmCommand(options, programs?.helm ?? file));
    else if (name === 'kubectl' && programs !== undefined) symlinkSync(programs.kubectl, join(directory, name));
    else if (startsWith(file, LAMBDA_PYTHON)) writeScript(join(directory, name), [options.python, file]);
  }
  return [directory, ...folders];
}

function helmCommand({ helm, charts, compression, chartTimeoutFloorSeconds }: LayerProgramsOptions, real: string): readonly string[] {
  return [
    process.execPath, helm, '--helm', real, '--charts', charts,
    '--compression', String(compression), '--timeout-floor', String(chartTimeoutFloorSeconds ?? 30), '--',
  ];
}

/** Writes a program that runs a command with its own arguments behind. */
function writeScript(file: string, command: readonly string[]): void {
  writeFileSync(file, `#!/bin/sh\nexec ${command.map((part) => `'${part.replaceAll('\'', String.raw`'\''`)}'`).join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
}

function startsWith(file: string, text: string): boolean {
  const bytes = Buffer.alloc(Buffer.byteLength(text));
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
  return bytes.toString('utf8') === text;
}
