import { readFileSync } from 'node:fs';
import { parseJson, textAt } from '../../assembly/json';

/** An error in Karpenter's log. */
export interface LogError {
  readonly message: string;
  /** What went wrong below, such as AWS's answer. */
  readonly error: string;
  /** Kind of the object that Karpenter was at work on; empty for none. */
  readonly kind: string;
  /** Name of that object; empty for none. */
  readonly name: string;
}

/** Errors in Karpenter's log, in their order. A line that is still being written is left out. */
export function logErrors(file: string): readonly LogError[] {
  return readFileSync(file, 'utf8').split('\n')
    .filter((line) => line.includes('"level":"ERROR"') && line.endsWith('}'))
    .map((line) => {
      const entry = parseJson(line);
      const message = textAt(entry, 'message') ?? '';
      return {
        message,
        error: textAt(entry, 'error') ?? message,
        kind: textAt(entry, 'controllerKind') ?? '',
        name: textAt(entry, 'name') ?? '',
      };
    });
}
