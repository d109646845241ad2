import { LabError } from '../../lab-error';

/** The user pressed Ctrl-C. */
export class InterruptedError extends LabError {
  constructor(cause: unknown) {
    super({
      code: 'Interrupted',
      message: 'The command was interrupted before it was done.',
      remedy: 'Run the same command again. It starts from what it finds.',
      cause,
    });
  }
}
