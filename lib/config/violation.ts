import type * as z from 'zod';

/** Why a value is refused, in the words its author reads. */
export interface Violation {
  /** What would be accepted, as a noun phrase: `a whole number from 2 to 10`. */
  readonly allowed: string;
  /** What to do about it, as an instruction. */
  readonly remedy: string;
}

/** A check of one value: says why it is refused, or nothing. */
export type Check<T> = (value: T) => Violation | undefined;

/** Makes a {@link Check} a refinement of a schema; the {@link Violation} travels in the issue's `params`. */
export function refusing<T>(check: Check<T>): (value: T, context: z.core.$RefinementCtx<T>) => void {
  return (value, context) => {
    const violation = check(value);
    if (violation !== undefined) {
      context.addIssue({ code: 'custom', message: violation.allowed, params: { violation } });
    }
  };
}

/** Refuses a list that names the same thing twice. */
export function repeatedItem(values: readonly string[]): Violation | undefined {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  return repeated === undefined ? undefined : {
    allowed: 'each value once',
    remedy: `Remove the second ${repeated}.`,
  };
}
