import { versions } from './versions';
import type { Violation } from './violation';

/** The AL2023 alias with a release date. */
export const AMI_ALIAS_PATTERN = /^al2023@v(\d{4})(\d{2})(\d{2})$/;

/** What {@link amiAliasViolation} accepts. */
export const AMI_ALIAS_ALLOWED = `al2023@vYYYYMMDD, such as ${versions.amiAlias}`;

/** Refuses an image alias that is not one AL2023 release. */
export function amiAliasViolation(value: string): Violation | undefined {
  const allowed = AMI_ALIAS_ALLOWED;
  if (value.endsWith('@latest')) {
    return { allowed, remedy: `Pin a release, such as ${versions.amiAlias}: with latest, Karpenter replaces every node the day AWS publishes an image, in the middle of a class.` };
  }
  const date = AMI_ALIAS_PATTERN.exec(value);
  if (date === null) {
    return { allowed, remedy: `Write the family al2023, @v and the release's date, such as ${versions.amiAlias}.` };
  }
  return isCalendarDay(Number(date[1]), Number(date[2]), Number(date[3])) ? undefined : {
    allowed,
    remedy: 'Correct the date: it is no day of the calendar. Releases are listed on https://github.com/awslabs/amazon-eks-ami/releases.',
  };
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  // A day that the month does not have rolls over into another month.
  return new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
}
