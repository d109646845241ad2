import { textStyle, wrapText } from '../../lib/cli/terminal/text-layout';
import { textTable } from '../../lib/cli/terminal/text-table';

const layout = { width: 40, style: textStyle({ hasColor: false, hasLineDrawing: false }) };

test('aligns figures to the right under their heading', () => {
  const lines = textTable([{ heading: 'What' }, { heading: 'USD/h', align: 'right' }], [
    { cells: ['NAT gateway', '0.0590'] },
    { cells: ['Total', '10.0590'], isTotal: true },
  ], layout);
  expect(lines).toEqual([
    '  What           USD/h',
    '  NAT gateway   0.0590',
    '  Total        10.0590',
  ]);
});

test('wraps the flexible column and leaves the others whole', () => {
  const lines = textTable([{}, { isFlexible: true }], [{ cells: ['Karpenter', 'an interruption queue and five rules for it'] }], layout);
  expect(lines).toEqual([
    '  Karpenter  an interruption queue and',
    '             five rules for it',
  ]);
});

test('counts Korean characters as two columns', () => {
  expect(textTable([{}, {}], [{ cells: ['노드', 'x'] }, { cells: ['node', 'y'] }], layout)).toEqual(['  노드  x', '  node  y']);
});

test('breaks a word that is longer than the line', () => {
  expect(wrapText('arn:aws:iam::111122223333:role/instructor', 20)).toEqual(['arn:aws:iam::1111222', '23333:role/instructo', 'r']);
});

test('keeps an empty text as one empty line', () => {
  expect(wrapText('', 20)).toEqual(['']);
});
