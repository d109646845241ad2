import type { CostEstimate, CostLine, PlanResult, UnpricedInstances } from '../../../actions/plan-result';
import { amountText, moreThan, unitPriceText } from '../../format/money-text';
import { countText } from '../../format/quantity-text';
import type { TextLayout } from '../../text/text-layout';
import { paragraph, sectionHeading } from '../../text/text-section';
import { textTable, type TextRow } from '../../text/text-table';
import { pricesText } from '../prices-text';
import { scaledOutPrice } from '../scaled-out-price';

/** The bill per hour, idle and scaled out, and for the class; or why there is none. */
export function costText({ cost }: PlanResult, layout: TextLayout): readonly string[] {
  return cost.unavailable === undefined
    ? [sectionHeading('Cost', cost.unpriced === undefined ? 'USD per hour, list price' : 'INCOMPLETE, USD per hour, list price', layout), ...bill(cost, layout)]
    : [sectionHeading('Cost', 'UNKNOWN', layout), ...paragraph(cost.unavailable, layout)];
}

function bill(cost: CostEstimate, layout: TextLayout): readonly string[] {
  const { unpriced = [] } = cost;
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  const rows: readonly TextRow[] = [
    ...cost.idleLines.map(billRow),
    ...unpriced.map(unpricedRow),
    totalRow(`Idle${missing}`, cost.idlePerHour),
    ...cost.scaledOutLines.map(billRow),
    totalRow(`With the exercise scaled out${missing}`, scaledOutPrice(cost)),
  ];
  return [
    ...textTable([
      { isFlexible: true },
      { heading: 'Count', align: 'right' },
      { heading: 'Each', align: 'right' },
      { heading: 'USD/h', align: 'right' },
    ], rows, layout),
    layout.style.strong(`  Class of ${cost.classHours} h, scaled out for ${cost.scaledOutHours} h of it: ${moreThan(cost)}${amountText(cost.classTotal)}`),
    ...[pricesText(cost), `Not included: ${cost.notIncluded.join(', ')}.`]
      .flatMap((text) => paragraph(text, layout)).map(layout.style.muted),
  ];
}

function billRow(line: CostLine): TextRow {
  return { cells: [line.what, countText(line.quantity), unitPriceText(line.unitPricePerHour), unitPriceText(line.pricePerHour)] };
}

function unpricedRow({ what, quantity }: UnpricedInstances): TextRow {
  return { cells: [what, quantity === undefined ? 'unknown' : countText(quantity), 'unknown', 'unknown'] };
}

function totalRow(what: string, pricePerHour: number): TextRow {
  return { cells: [what, '', '', unitPriceText(pricePerHour)], isTotal: true };
}
