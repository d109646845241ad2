import type { Violation } from './violation';

/** Number of an AWS account, or nothing. */
export const ACCOUNT_PATTERN = /^(\d{12})?$/;

/** What {@link accountViolation} accepts. */
export const ACCOUNT_ALLOWED = 'the 12 digits of an AWS account, in quotes, or ""';

/** Refuses what is no account number. */
export function accountViolation(value: string): Violation | undefined {
  return ACCOUNT_PATTERN.test(value) ? undefined : {
    allowed: ACCOUNT_ALLOWED,
    remedy: 'Write the number without spaces or hyphens, in quotes: `aws sts get-caller-identity --query Account` prints yours.',
  };
}
