import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A Go package that the programs need. */
export interface GoPackage {
  readonly importPath: string;
  /** Whether Go must compile or link it: its build cache does not hold it. */
  readonly isStale: boolean;
  /** Bytes of its Go files: how long it takes to compile follows from them. */
  readonly sourceBytes: number;
}

/** Template for `go list -f` that {@link parseGoPackages} reads. */
export const GO_LIST_FORMAT = '{{.ImportPath}}\t{{.Stale}}\t{{.Dir}}\t{{join .GoFiles ","}}';

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
