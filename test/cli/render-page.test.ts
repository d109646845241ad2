import type { LabDocument } from '../../lib/cli/document/document';
import { renderPage } from '../../lib/cli/document/render-page';
import { markupProblems } from './markup-check';

const pageOf = (document: Partial<LabDocument>): string => renderPage({ title: 'Title', ...document });

const headingsOf = (page: string): readonly string[] => [...page.matchAll(/<h2>([^<]*)/g)].flatMap(([, heading]) => heading ?? []);

test('puts what matters most first, and what to do next last', () => {
  const section = (heading: string, isKey = false) => ({ heading, isKey, blocks: [heading] });
  const page = pageOf({ sections: [section('Steps'), section('Verdict', true), section('Problems', true)], next: [section('Next')] });
  expect(headingsOf(page)).toEqual(['Verdict', 'Problems', 'Steps', 'Next']);
});

test('leaves out sections, columns and rows without anything to show, and those of a terminal', () => {
  const page = pageOf({ sections: [
    { heading: 'Empty', blocks: [[], { kind: 'timeline', title: '', caption: '', spans: [] }] },
    { heading: 'Terminal', only: 'terminal', blocks: ['hidden'] },
    { heading: 'Table', blocks: [{
      kind: 'table',
      columns: [{ heading: 'A' }, { heading: 'hidden', only: 'terminal' }, { heading: 'B', isFigure: true }],
      rows: [{ cells: ['a', 'hidden', '1'] }, { cells: ['hidden', '', ''], only: 'terminal' }],
    }] },
  ] });
  expect(headingsOf(page)).toEqual(['Table']);
  expect(page.replace(/<style>[^<]*<\/style>/, '')).not.toContain('hidden');
  expect(page).toContain('<tr><th scope="row">a</th><td class="figure">1</td></tr>');
});

test('shows every kind of block, well-formed and escaped', () => {
  const page = pageOf({
    subtitle: '<sub>',
    glance: [['<1>', '<figure>']],
    sections: [{ heading: '<h>', badge: { text: '<b>', tone: 'bad' }, aside: '<aside>', blocks: [
      '<p>', ['<li>'],
      { kind: 'paragraph', text: '<lead>', tone: 'strong' },
      { kind: 'facts', facts: [['<name>', '<value>']] },
      { kind: 'commands', lines: ['<command>'] },
      { kind: 'notices', tone: 'caution', notices: [{ name: '<code>', text: '<text>', remedy: '<remedy>' }] },
      { kind: 'table', caption: '<caption>', columns: [{ heading: '<heading>' }, { isCode: true }], rows: [{ cells: [['<cell>'], { text: '<toned>', tone: 'good' }] }] },
      { kind: 'outcomes', elsewhere: '', items: [{ title: '<title>', outcome: 'failed', aside: '<aside>', command: '<command>', evidence: ['<evidence>'] }] },
      { kind: 'timeline', title: '<timeline>', caption: '<caption>', mark: { atSeconds: 1, label: '<mark>' }, spans: [{ label: '<span>', fromSeconds: 0, toSeconds: 2, figure: '<figure>', tooltip: '<tooltip>' }] },
    ] }],
    footer: '<footer>',
  });
  expect(markupProblems(page)).toEqual([]);
  for (const text of ['sub', '1', 'h', 'b', 'aside', 'p', 'li', 'lead', 'name', 'value', 'command', 'code', 'text', 'remedy', 'caption', 'heading', 'cell', 'toned', 'title', 'evidence', 'mark', 'span', 'figure', 'tooltip', 'footer']) {
    expect(page).toContain(`&lt;${text}&gt;`);
  }
});

test('shows what stands between backticks as code', () => {
  expect(pageOf({ footer: 'Made by `lab plan` & <me>.' })).toContain('<footer>Made by <code>lab plan</code> &amp; &lt;me&gt;.</footer>');
});

test('names a table for a screen reader, by its own caption or by its section', () => {
  const table = { kind: 'table', columns: [{ heading: 'A' }], rows: [{ cells: ['a'] }] } as const;
  const page = pageOf({ sections: [{ heading: 'Nodes', blocks: [table, { ...table, caption: 'All nodes' }] }] });
  expect(page).toContain('<caption class="unseen">Nodes</caption>');
  expect(page).toContain('<caption>All nodes</caption>');
});
