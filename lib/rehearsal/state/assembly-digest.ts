import { createHash } from 'node:crypto';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';

/** Digest of what an assembly would deploy. Two assemblies with the same digest rehearse the same. */
export function assemblyDigest(stack: SynthesizedStack): string {
  const content = [stack.stackName, stack.region, [...stack.resources.values()]];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
