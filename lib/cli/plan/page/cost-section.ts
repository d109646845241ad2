import type { CostEstimate, CostLine, PlanResult, UnpricedInstances } from '../../../actions/plan-result';
import { amountText, moreThan, unitPriceText } from '../../format/money-text';
import { countText } from '../../format/quantity-text';
import { html, type Html } from '../../html/html';
import { pageTable, type PageRow } from '../../html/page-table';
import { scaledOutPrice } from '../scaled-out-price';

/** The bill per hour and for the class, or why there is none. */
export function costSection({ cost }: PlanResult): Html {
  return html`<h2>Cost${cost.unpriced === undefined ? [] : html`<span class="badge bad">incomplete</span>`}</h2>
${cost.unavailable === undefined ? bill(cost) : html`<p class="lead">${cost.unavailable}</p>`}`;
}

function bill(cost: CostEstimate): Html {
  const { unpriced = [] } = cost;
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  return html`<p class="lead">A class of ${cost.classHours} h, scaled out for ${cost.scaledOutHours} h of it: ${moreThan(cost)}${amountText(cost.classTotal)}</p>
${pageTable('USD per hour, list price', [
    { heading: 'What' }, { heading: 'Count', isFigure: true }, { heading: 'USD/h each', isFigure: true }, { heading: 'USD/h', isFigure: true },
  ], [
    ...cost.idleLines.map(billRow),
    ...unpriced.map(unpricedRow),
    totalRow(`Idle${missing}`, cost.idlePerHour),
    ...cost.scaledOutLines.map(billRow),
    totalRow(`With the exercise scaled out${missing}`, scaledOutPrice(cost)),
  ])}
<p class="muted">Prices of ${cost.ratesAsOf} (rates), ${cost.instancePricesAsOf} (instances); see lib/estimates/prices. Sources: ${cost.priceSources.join('; ')}.</p>
<p class="muted">Not included: ${cost.notIncluded.join(', ')}.</p>`;
}

function billRow(line: CostLine): PageRow {
  return { cells: [line.what, countText(line.quantity), unitPriceText(line.unitPricePerHour), unitPriceText(line.pricePerHour)] };
}

function unpricedRow({ what, quantity }: UnpricedInstances): PageRow {
  return { cells: [what, quantity === undefined ? 'unknown' : countText(quantity), 'unknown', 'unknown'] };
}

function totalRow(what: string, pricePerHour: number): PageRow {
  return { cells: [what, '', '', unitPriceText(pricePerHour)], isTotal: true };
}
