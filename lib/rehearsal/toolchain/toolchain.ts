import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../lab-error';
import type { ToolchainVersions } from './toolchain-definition';

/** The programs of a rehearsal, built and ready to run. All paths are absolute. */
export interface Toolchain {
  readonly directory: string;
  /** Folder of the programs, and of nothing else. */
  readonly binDirectory: string;
  readonly karpenter: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kwok: string;
  readonly kwokctl: string;
  readonly kubectl: string;
  /** moto's server. */
  readonly motoServer: string;
  /** Folder of Karpenter's CRDs. */
  readonly crdsDirectory: string;
  readonly versions: ToolchainVersions;
}

/** The toolchain in a folder of the cache. */
export function toolchainIn(directory: string, versions: ToolchainVersions): Toolchain {
  const binDirectory = join(directory, 'bin');
  const program = (name: string): string => join(binDirectory, name);
  return {
    directory,
    binDirectory,
    karpenter: program('karpenter'),
    etcd: program('etcd'),
    kubeApiserver: program('kube-apiserver'),
    kubeControllerManager: program('kube-controller-manager'),
    kubeScheduler: program('kube-scheduler'),
    kwok: program('kwok'),
    kwokctl: program('kwokctl'),
    kubectl: program('kubectl'),
    motoServer: program('moto_server'),
    crdsDirectory: join(directory, 'crds'),
    versions,
  };
}

/** Programs of this project that run as processes of a rehearsal. Absolute paths. */
export interface RehearsalPrograms {
  /** Answers AWS calls: `aws-answers/main.ts`. */
  readonly awsAnswers: string;
  /** Keeps Karpenter's log: `karpenter-log/main.ts`. */
  readonly karpenterLog: string;
}

/**
 * The programs as `npm run build` makes them.
 *
 * @throws LabError `ProgramsNotBuilt`
 */
export function rehearsalPrograms(projectDirectory: string): RehearsalPrograms {
  return {
    awsAnswers: built(projectDirectory, 'aws-answers.js'),
    karpenterLog: built(projectDirectory, 'karpenter-log.js'),
  };
}

function built(projectDirectory: string, name: string): string {
  const file = join(projectDirectory, 'dist', name);
  if (existsSync(file)) return file;
  throw new LabError({
    code: 'ProgramsNotBuilt',
    message: 'A program of the rehearsal is not built.',
    received: file,
    remedy: 'Run npm run build in the folder of the lab, then run the command again.',
  });
}
