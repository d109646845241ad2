import type { PlanResult } from '../../../actions/plan-result';
import { countedText, countText } from '../../format/quantity-text';
import { html, type Html } from '../../html/html';
import { pageTable } from '../../html/page-table';

/** What will be created, by concern. */
export function concernsSection({ concerns }: PlanResult): Html {
  const total = concerns.reduce((sum, concern) => sum + concern.resourceCount, 0);
  return html`<h2>What will be created</h2>
${pageTable(`${countedText(total, 'CloudFormation resource')}, by concern`, [
    { heading: 'Concern' }, { heading: 'What it is' }, { heading: 'Resources', isFigure: true },
  ], concerns.map((concern) => ({
    cells: [concern.name, html`<ul>${concern.lines.map((line) => html`<li>${line}</li>`)}</ul>`, countText(concern.resourceCount)],
  })))}`;
}
