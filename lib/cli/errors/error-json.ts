import { InvalidConfig, type ConfigProblem } from '../../config/problems';
import { LabError } from '../../lab-error';
import { DEFECT_CODE, DEFECT_REMEDY, defectMessage, errorStack } from './defect';
import { errorSentence } from './error-sentence';
import { receivedText } from './received-text';

/** An error as a script reads it. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** @default - no single value is at fault */
    readonly received?: string;
    readonly remedy: string;
    /** @default - the error is not about the configuration */
    readonly problems?: readonly ConfigProblem[];
    /** @default - given with `--verbose` only */
    readonly stack?: string;
  };
}

/** Makes the JSON that stands in the place of the result. */
export function errorDocument(error: unknown, isVerbose: boolean): ErrorDocument {
  const stack = isVerbose ? { stack: errorStack(error) } : {};
  if (!(error instanceof LabError)) {
    return { error: { code: DEFECT_CODE, message: defectMessage(error), remedy: DEFECT_REMEDY, ...stack } };
  }
  return {
    error: {
      code: error.code,
      message: errorSentence(error),
      ...(error.received === undefined ? {} : { received: receivedText(error.received) }),
      remedy: error.remedy,
      ...(error instanceof InvalidConfig ? { problems: error.problems } : {}),
      ...stack,
    },
  };
}
