import { inspect } from 'node:util';

/** Code of an error that the lab did not foresee. */
export const DEFECT_CODE = 'DefectFound';

/** What to do about a defect. */
export const DEFECT_REMEDY = 'This is a defect of the lab, not of your input. Report it with what the same command prints when --verbose is added.';

/** What an unforeseen error says about itself. */
export function defectMessage(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}

/** Where an error came from, with every error that led to it. */
export function errorStack(error: unknown): string {
  return inspect(error, { depth: 4 });
}
