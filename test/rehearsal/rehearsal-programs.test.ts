import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keepPrograms, keptPrograms, requireBuiltPrograms } from '../../lib/rehearsal/rehearsal-programs';
import { labErrorOf } from '../assembly/lab-error-of';
import { temporaryFolder } from './fake-program';

const FILES = ['dist/account.js', 'dist/eks-token.js', 'dist/node-runtime.js', 'dist/helm.js', 'lib/rehearsal/functions/python-runtime/main.py'];

function builtProject(): string {
  const project = temporaryFolder();
  for (const file of FILES) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), 'as it was started');
  }
  return project;
}

describe('the programs of a rehearsal', () => {
  it('are its own: what is built afterwards leaves them as they are', () => {
    const project = builtProject();
    const directory = join(project, '.lab/rehearsals/default');
    const kept = keepPrograms(project, directory);
    for (const file of FILES) writeFileSync(join(project, file), 'built anew');
    expect(kept).toEqual(keptPrograms(directory));
    expect(Object.values<string>({ ...kept }).map((file) => readFileSync(file, 'utf8'))).toEqual(FILES.map(() => 'as it was started'));
    expect(Object.values<string>({ ...kept }).every((file) => file.startsWith(`${directory}/`))).toBe(true);
  });

  it('come with the maps by which their errors name a line of the source', () => {
    const project = builtProject();
    writeFileSync(join(project, 'dist/account.js.map'), '{}');
    expect(existsSync(`${keepPrograms(project, join(project, 'rehearsal')).account}.map`)).toBe(true);
  });

  it('fails when one is not built, and names it', () => {
    expect(labErrorOf(() => requireBuiltPrograms(temporaryFolder()))).toMatchObject({ code: 'ProgramsNotBuilt', received: expect.stringContaining('dist/account.js') as string });
    expect(() => requireBuiltPrograms(builtProject())).not.toThrow();
  });
});
