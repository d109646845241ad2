import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../lab-error';

/** Programs of this project that run as processes of a rehearsal. Absolute paths. */
export interface RehearsalPrograms {
  /** Answers AWS calls: `aws-answers/main.ts`. */
  readonly awsAnswers: string;
  /** Keeps Karpenter's log: `karpenter-log/main.ts`. */
  readonly karpenterLog: string;
}

/**
 * The programs as `npm run build` makes them.
 *
 * @throws LabError `ProgramsNotBuilt`
 */
export function rehearsalPrograms(projectDirectory: string): RehearsalPrograms {
  return {
    awsAnswers: built(projectDirectory, 'aws-answers.js'),
    karpenterLog: built(projectDirectory, 'karpenter-log.js'),
  };
}

function built(projectDirectory: string, name: string): string {
  const file = join(projectDirectory, 'dist', name);
  if (existsSync(file)) return file;
  throw new LabError({
    code: 'ProgramsNotBuilt',
    message: 'A program of the rehearsal is not built.',
    received: file,
    remedy: 'Run npm run build in the folder of the lab, then run the command again.',
  });
}
