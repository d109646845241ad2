import { cpuMillis, mebibytes } from '../estimates/quantity';
import type { Violation } from './violation';

/** CPU in cores with up to three decimals (`0.5`), or in thousandths (`500m`). */
export const CPU_PATTERN = /^(\d+(\.\d{1,3})?|\d+m)$/;

/** Memory with its unit. Kubernetes would take a bare number for bytes. */
export const MEMORY_PATTERN = /^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$/;

/** What {@link cpuViolation} accepts. */
export const CPU_ALLOWED = 'CPU in quotes, from "1m": cores such as "1" or "0.5", or thousandths such as "500m"';

/** What {@link memoryLimitViolation} accepts. */
export const MEMORY_ALLOWED = 'at least 2Gi, with a unit: Mi, Gi, Ti, M, G or T';

/** Memory of the smallest instance that Karpenter would choose, in MiB. */
const SMALLEST_NODE_MEMORY_MIB = 2048;

/** Refuses what is no CPU request, and a request of nothing. */
export function cpuViolation(value: string): Violation | undefined {
  return CPU_PATTERN.test(value) && cpuMillis(value) > 0 ? undefined : {
    allowed: CPU_ALLOWED,
    remedy: 'Write cores such as "1", or thousandths such as "500m". Without a request a pod makes no node.',
  };
}

/** Refuses a memory limit that has no unit or holds no node at all. */
export function memoryLimitViolation(value: string): Violation | undefined {
  if (!MEMORY_PATTERN.test(value)) {
    return { allowed: MEMORY_ALLOWED, remedy: 'Write a number and its unit, such as 400Gi: without one Kubernetes reads bytes.' };
  }
  return mebibytes(value) < SMALLEST_NODE_MEMORY_MIB
    ? { allowed: MEMORY_ALLOWED, remedy: 'Raise it, to 400Gi for example: no instance is smaller than 2Gi, so Karpenter would launch none.' }
    : undefined;
}
