import type { PlanResult } from '../../../actions/plan-result';
import { html, type Html } from '../../html/html';

/** What to change or to know before money is spent. */
export function warningsSection({ warnings }: PlanResult): Html {
  return html`<h2>Warnings</h2>
${warnings.length === 0 ? html`<p>None.</p>` : warnings.map((warning) => html`<div class="warning">
<h3>${warning.code}</h3>
<p>${warning.message}</p>
<p><strong>Remedy:</strong> ${warning.remedy}</p>
</div>
`)}`;
}
