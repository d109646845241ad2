import { InvalidConfig } from '../../config/problems';
import type { LabError } from '../../lab-error';

/** What is wrong, in one sentence. A refused configuration tells its problems apart from that, one by one. */
export function errorSentence(error: LabError): string {
  return error instanceof InvalidConfig ? error.message.split('\n', 1).join('').replace(/:$/, '.') : error.message;
}
