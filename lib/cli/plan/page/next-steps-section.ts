import type { PlanResult } from '../../../actions/plan-result';
import type { AssemblyFlags } from '../../flags/assembly-flag';
import { html, type Html } from '../../html/html';
import { nextSteps } from '../next-steps';
import { pageTable } from '../../html/page-table';

/** What to do now, one command a step. */
export function nextStepsSection(plan: PlanResult, flags: AssemblyFlags): Html {
  return html`<h2>Next steps</h2>
${pageTable('From here to the end of the class', [{ heading: 'Step' }, { heading: 'Command' }],
    nextSteps(plan, flags).map((step) => ({ cells: [step.what, html`<code>${step.command}</code>`] })))}`;
}
