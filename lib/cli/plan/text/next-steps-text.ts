import type { PlanResult } from '../../../actions/plan-result';
import type { AssemblyFlags } from '../../flags/assembly-flag';
import { padToWidth } from '../../text/display-width';
import { printableText } from '../../text/printable-text';
import type { TextLayout } from '../../text/text-layout';
import { sectionHeading } from '../../text/text-section';
import { nextSteps } from '../next-steps';

/** What to do now. Commands are never wrapped, so that they can be copied. */
export function nextStepsText(plan: PlanResult, layout: TextLayout, flags: AssemblyFlags): readonly string[] {
  const steps = nextSteps(plan, flags);
  const width = Math.max(...steps.map((step) => step.what.length));
  return [
    sectionHeading('Next steps', '', layout),
    ...steps.map((step) => `  ${padToWidth(step.what, width, 'left')}  ${layout.style.name(printableText(step.command))}`),
  ];
}
