import type * as z from 'zod';

/** What a reader needs to know of a key, besides its type and default. */
export interface FieldDocumentation {
  /** One sentence of purpose, then what zero or empty means. */
  readonly description: string;
  /** What is accepted, as a noun phrase. */
  readonly allowed: string;
  /**
   * What to do about a value of the wrong type or size.
   *
   * @default - an instruction made from `allowed` and the default
   */
  readonly remedy?: string;
  /**
   * Where AWS, Kubernetes or Karpenter describes it.
   *
   * @default - no page of its own
   */
  readonly link?: string;
  /**
   * Values to show where the default shows none.
   *
   * @default - the default is the example
   */
  readonly examples?: readonly unknown[];
}

/** Attaches what a reader needs to know of a key. It goes into the JSON Schema, the reference and the errors. */
export function documented<T extends z.ZodType>(schema: T, documentation: FieldDocumentation): T {
  return schema.meta({ ...documentation });
}
