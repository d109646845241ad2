import type { PlanResult, SecurityPosture } from '../../../actions/plan-result';
import { html, type Html, type HtmlPart } from '../../html/html';
import { adminsText, apiExposure } from '../security-sentences';
import { pageTable } from '../../html/page-table';

/** Who reaches the Kubernetes API, who is admin, and what else a reviewer asks. */
export function securitySection({ security }: PlanResult): Html {
  const exposure = apiExposure(security);
  return html`<h2>Security${exposure.isOpenToEverybody ? html`<span class="badge bad">API open to the internet</span>` : []}</h2>
${pageTable('Who can do what', [{ heading: 'Question' }, { heading: 'Answer' }], [
    { cells: ['From where is the Kubernetes API reached?', exposure.text] },
    { cells: ['Who is cluster admin?', adminsCell(security)] },
  ])}
<ul>${security.facts.map((fact) => html`<li>${fact}</li>`)}</ul>`;
}

function adminsCell(security: SecurityPosture): HtmlPart {
  return security.admins.length === 0
    ? adminsText(security)
    : html`<ul>${security.admins.map((admin) => html`<li><code>${admin}</code></li>`)}</ul>`;
}
