import { UsageError } from '../errors/usage-error';

/** Kubernetes keeps `spec.replicas` in 32 bits. */
const MOST_REPLICAS = 2_147_483_647;

/**
 * Reads a number of pods.
 *
 * @param name what the number is called: `--replicas`
 * @param least the smallest that makes sense
 * @throws UsageError `InvalidReplicas`
 */
export function replicaCount(name: string, text: string, least: number): number {
  const replicas = /^\d+$/.test(text) ? Number(text) : -1;
  if (replicas >= least && replicas <= MOST_REPLICAS) return replicas;
  throw new UsageError({
    code: 'InvalidReplicas',
    message: `${name} takes a whole number of pods, ${least} or more.`,
    received: text,
    remedy: 'The exercise scales to 5, and back to 0.',
  });
}
