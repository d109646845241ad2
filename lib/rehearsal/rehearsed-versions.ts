import type { LabView } from '../assembly/lab-view';
import { LabError } from '../lab-error';
import type { ToolchainVersions } from './toolchain/toolchain-definition';

/**
 * Checks that a toolchain rehearses what the stack installs. Another version would be another lab.
 *
 * @throws LabError `VersionNotRehearsed`
 */
export function requireRehearsedVersions(lab: LabView, versions: ToolchainVersions): void {
  const minor = versions.kubernetes.split('.').slice(0, 2).join('.');
  if (lab.cluster.version !== minor) throw notRehearsed('Kubernetes', lab.cluster.version, versions.kubernetes);
  if (lab.karpenter.version !== versions.karpenter) {
    throw notRehearsed('Karpenter', lab.karpenter.version ?? 'the newest version', versions.karpenter);
  }
}

function notRehearsed(what: string, installed: string, rehearsed: string): LabError {
  return new LabError({
    code: 'VersionNotRehearsed',
    message: `The stack installs ${what} ${installed}, and the rehearsal runs ${what} ${rehearsed}.`,
    received: installed,
    remedy: `Set the version in lab.yaml to the one that is rehearsed, or pin the other in lib/rehearsal/toolchain/go.mod.`,
  });
}
