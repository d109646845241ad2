import { join } from 'node:path';
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
