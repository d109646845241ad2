import type { PlanResult } from '../../../actions/plan-result';
import { countedText } from '../../format/quantity-text';
import type { TextLayout } from '../../text/text-layout';
import { namedParagraph, sectionHeading } from '../../text/text-section';

/** What to change or to know before money is spent. */
export function warningsText({ warnings }: PlanResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Warnings', warnings.length === 0 ? 'none' : countedText(warnings.length, 'warning'), layout),
    ...warnings.flatMap((warning) =>
      namedParagraph(warning.code, `${warning.message} ${warning.remedy}`, layout.style.caution, layout)),
  ];
}
