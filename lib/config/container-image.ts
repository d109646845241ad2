import type { Violation } from './violation';

/** A registry's host, a repository and a tag or digest. */
export const IMAGE_PATTERN = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/** What {@link imageViolation} accepts. */
export const IMAGE_ALLOWED = 'registry/repository:tag or registry/repository@sha256:digest';

/** Refuses an image that names no version of itself. */
export function imageViolation(value: string): Violation | undefined {
  if (!IMAGE_PATTERN.test(value)) {
    return { allowed: IMAGE_ALLOWED, remedy: 'Write registry, repository and tag, such as public.ecr.aws/eks-distro/kubernetes/pause:3.7.' };
  }
  return value.endsWith(':latest')
    ? { allowed: `${IMAGE_ALLOWED}; not latest`, remedy: 'Name a version: latest is another image tomorrow.' }
    : undefined;
}
