import { textStyle, wrapText } from '../../lib/cli/terminal/text-layout';
import { tableText } from '../../lib/cli/document/text-table';

const layout = { width: 40, isTerminal: true, style: textStyle({ hasColor: false, hasLineDrawing: false }) };

test('aligns figures to the right under their heading', () => {
  const lines = tableText({
    columns: [{ heading: 'What' }, { heading: 'USD/h', isFigure: true }],
    rows: [{ cells: ['NAT gateway', '0.0590'] }, { cells: ['Total', '10.0590'], isTotal: true }],
  }, layout);
  expect(lines).toEqual([
    '  What           USD/h',
    '  NAT gateway   0.0590',
    '  Total        10.0590',
  ]);
});

test('wraps the flexible column and leaves the others whole', () => {
  const lines = tableText({ columns: [{}, { isFlexible: true }], rows: [{ cells: ['Karpenter', 'an interruption queue and five rules for it'] }] }, layout);
  expect(lines).toEqual([
    '  Karpenter  an interruption queue and',
    '             five rules for it',
  ]);
});

test('gives each flexible column a share of the room, the widest the least of what it needs', () => {
  const lines = tableText({ columns: [{ isFlexible: true }, {}, { isFlexible: true }], rows: [{ cells: ['short one', '1', 'a text that is far too long for its column'] }] }, layout);
  expect(lines).toEqual([
    '  short one  1  a text that is far too',
    '                long for its column',
  ]);
});

test('breaks no word in a pipe, and keeps its columns', () => {
  const name = 'ip-10-11-72-27.ap-northeast-2.compute.internal';
  const lines = tableText({ columns: [{ isFlexible: true }, {}], rows: [{ cells: [name, 'Ready'] }, { cells: ['ip-1', 'Ready'] }] }, { ...layout, isTerminal: false });
  expect(lines).toEqual([`  ${name}  Ready`, `  ip-1${' '.repeat(name.length - 4)}  Ready`]);
});

test('counts Korean characters as two columns', () => {
  expect(tableText({ columns: [{}, {}], rows: [{ cells: ['노드', 'x'] }, { cells: ['node', 'y'] }] }, layout)).toEqual(['  노드  x', '  node  y']);
});

test('breaks a word that is longer than the line', () => {
  expect(wrapText('arn:aws:iam::111122223333:role/instructor', 20)).toEqual(['arn:aws:iam::1111222', '23333:role/instructo', 'r']);
});

test('keeps an empty text as one empty line', () => {
  expect(wrapText('', 20)).toEqual(['']);
});
