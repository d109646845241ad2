import { LabError } from '../../lab-error';
import { runKubectl, type Kubectl } from './kubectl';

/**
 * Applies Karpenter's CRDs, and waits until the API server serves them.
 *
 * @param directory folder of the CRDs
 * @throws LabError `CrdsRefused`
 */
export async function applyCrds(kubectl: Kubectl, directory: string): Promise<void> {
  for (const args of [
    ['apply', '--server-side', '--filename', directory],
    ['wait', '--for', 'condition=Established', '--timeout', '30s', '--filename', directory],
  ]) {
    const result = await runKubectl(kubectl, args);
    if (result.exitCode === 0) continue;
    throw new LabError({
      code: 'CrdsRefused',
      message: `The API server refused Karpenter's CRDs: ${result.stderr}`,
      received: directory,
      remedy: 'Pin versions of Karpenter and Kubernetes in lib/rehearsal/toolchain/go.mod that go together.',
    });
  }
}
