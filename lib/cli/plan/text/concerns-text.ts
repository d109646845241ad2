import type { PlanResult } from '../../../actions/plan-result';
import { countedText } from '../../format/quantity-text';
import { withFullStop } from '../../format/sentence-text';
import type { TextLayout } from '../../text/text-layout';
import { namedParagraph, sectionHeading } from '../../text/text-section';

/** What will be created, by concern, with the number of resources in each. */
export function concernsText({ concerns }: PlanResult, layout: TextLayout): readonly string[] {
  const total = concerns.reduce((sum, concern) => sum + concern.resourceCount, 0);
  return [
    sectionHeading('What will be created', countedText(total, 'resource'), layout),
    ...concerns.flatMap((concern) => namedParagraph(
      `${concern.name} (${concern.resourceCount})`, concern.lines.map(withFullStop).join(' '), layout.style.name, layout)),
  ];
}
