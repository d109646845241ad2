import type { SweepResult } from '../../actions/sweep/sweep-result';
import type { TextLayout } from '../text/text-layout';
import { wrapText } from '../text/wrap-text';
import { countsText, keptText, leftoversText } from './leftovers-text';

const SENTENCES: Readonly<Record<SweepResult['outcome'], string>> = {
  clean: 'Nothing of the lab is left.',
  remained: 'Something of the lab is left.',
  listed: 'This is what a sweep would remove. Nothing was changed.',
  declined: 'Nothing was changed.',
};

/** What became of the lab's leftovers. */
export function sweepText(result: SweepResult, layout: TextLayout): readonly string[] {
  const { outcome, found, counts, kept, remaining, isBillableLeft } = result;
  const isDone = outcome === 'clean' || outcome === 'remained';
  const sentence = found.length === 0 && outcome !== 'remained' ? SENTENCES.clean : SENTENCES[outcome];
  const billed = isDone && isBillableLeft ? ' AWS bills for it.' : '';
  return [
    ...wrapText(`${sentence}${billed}`, layout.width).map(outcome === 'remained' ? layout.style.bad : layout.style.strong),
    ...(isDone ? countsText(counts, layout) : leftoversText('Leftovers', found, layout)),
    ...keptText(kept, layout),
    ...(isDone ? leftoversText('Left', remaining, layout) : []),
  ];
}
