import { LabError } from '../../lib/lab-error';

/** The LabError that a call ends with; a call that ends otherwise fails the test. */
export function labErrorOf(call: () => unknown): LabError {
  try {
    call();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('The call was expected to end with a LabError');
}
