import { join } from 'node:path';
import { LabError } from '../lab-error';

/** Folder of all rehearsals within the project. Git ignores it. */
const REHEARSALS_FOLDER = join('.lab', 'rehearsals');

/** Name of a rehearsal that the user does not name. */
export const DEFAULT_REHEARSAL = 'default';

/** Names that are safe as a folder and as part of a kubeconfig's context. */
const NAME_PATTERN = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Whether a rehearsal can have this name. */
export function isRehearsalName(name: string): boolean {
  return NAME_PATTERN.test(name);
}

/** Where everything of a rehearsal is. All paths are absolute. */
export interface RehearsalPaths {
  /** The folder that holds everything else, except the lock. */
  readonly directory: string;
  /** Held while the rehearsal is started or stopped. */
  readonly lockFile: string;
  readonly recordFile: string;
  /** Kubeconfig of the instructor, who comes in as on EKS: by a token. */
  readonly kubeconfig: string;
  /** Logs of the processes, except those that kwokctl starts. */
  readonly logsDirectory: string;
  /** Home of the processes, so that none writes to the user's home. */
  readonly homeDirectory: string;
  /** Temporary files of the processes. */
  readonly temporaryDirectory: string;
  /** Processes of the cluster's control plane, as the account has started them: JSON. */
  readonly controlPlaneProcesses: string;
  /** Files of the cluster's control plane. */
  readonly controlPlaneDirectory: string;
  /** kubectl's cache of what the API server serves. */
  readonly kubectlCacheDirectory: string;
  /** Node images that moto knows. */
  readonly imagesFile: string;
  /** What the process of the account is started with. */
  readonly accountConfiguration: string;
  /** File that the account writes once it answers. */
  readonly accountReadyFile: string;
  /** Files of the account: code of functions, their logs. */
  readonly accountDirectory: string;
  /** What keeps the lab from working, as the account finds it: JSON lines. */
  readonly findingsFile: string;
  /** Which statement of which policy allowed what, as the account sees it: JSON lines. */
  readonly policyUsesFile: string;
  /** Shell lines that point a terminal at the rehearsal. */
  readonly environmentFile: string;
}

/** Folder of all rehearsals of a project. */
export function rehearsalsDirectory(projectDirectory: string): string {
  return join(projectDirectory, REHEARSALS_FOLDER);
}

/**
 * Where everything of a rehearsal is.
 *
 * @throws LabError `RehearsalNameRefused` when the name cannot be a folder and a cluster
 */
export function rehearsalPaths(projectDirectory: string, name: string): RehearsalPaths {
  if (!isRehearsalName(name)) {
    throw new LabError({
      code: 'RehearsalNameRefused',
      message: 'A rehearsal cannot have this name.',
      received: name,
      remedy: 'Use up to 40 small letters, digits and hyphens, with a letter or digit at both ends.',
    });
  }
  const directory = join(rehearsalsDirectory(projectDirectory), name);
  const within = (file: string): string => join(directory, file);
  return {
    directory,
    lockFile: `${directory}.lock`,
    recordFile: within('rehearsal.json'),
    kubeconfig: within('kubeconfig'),
    logsDirectory: within('logs'),
    homeDirectory: within('home'),
    temporaryDirectory: within('tmp'),
    controlPlaneProcesses: within('control-plane.json'),
    controlPlaneDirectory: within('control-plane'),
    kubectlCacheDirectory: within('kubectl-cache'),
    imagesFile: within('node-images.json'),
    accountConfiguration: within('account.json'),
    accountReadyFile: within('account.port'),
    accountDirectory: within('account'),
    findingsFile: within('findings.jsonl'),
    policyUsesFile: within('policy-uses.jsonl'),
    environmentFile: within('environment.sh'),
  };
}
