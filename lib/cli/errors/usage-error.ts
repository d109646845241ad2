import { LabError } from '../../lab-error';

/** A command line that can't be followed. Nothing has been started when it is raised. */
export class UsageError extends LabError {}
