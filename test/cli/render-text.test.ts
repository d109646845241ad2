import type { LabDocument } from '../../lib/cli/document/document';
import { renderText } from '../../lib/cli/document/render-text';
import { type TextLayout, textStyle } from '../../lib/cli/terminal/text-layout';

const layoutOf = (options: Partial<TextLayout> = {}): TextLayout =>
  ({ width: 80, isTerminal: true, style: textStyle({ hasColor: false, hasLineDrawing: false }), ...options });

const textOf = (document: Partial<LabDocument>, options: Partial<TextLayout> = {}): string => renderText({ title: 'Title', ...document }, layoutOf(options)).join('\n');

const headingsOf = (text: string): readonly string[] => text.split('\n').filter((line) => / --/.test(line)).map((line) => line.replace(/ -.*/, ''));

describe('the order in a terminal', () => {
  test('puts what matters most last, and what to do next below it', () => {
    const section = (heading: string, isKey = false): object => ({ heading, isKey, blocks: [heading] });
    const text = textOf({ sections: [section('Verdict', true), section('Problems', true), section('Steps')], next: [section('Next')] } as Partial<LabDocument>);
    expect(headingsOf(text)).toEqual(['Steps', 'Problems', 'Verdict', 'Next']);
  });

  test('leaves out sections and blocks without anything to show, and those of the page', () => {
    const text = textOf({
      sections: [
        { heading: 'Empty', blocks: [[], '', { kind: 'table', columns: [{}], rows: [] }, { kind: 'outcomes', items: [], elsewhere: '' }] },
        { heading: 'Page', only: 'page', blocks: ['on the page'] },
        { heading: 'Both', blocks: ['for both', { kind: 'paragraph', text: 'for the page', only: 'page' }] },
      ],
    });
    expect(headingsOf(text)).toEqual(['Both']);
    expect(text).not.toContain('page');
  });
});

describe('names of nodes', () => {
  const nodes = ['ip-10-11-72-27.ap-northeast-2.compute.internal', 'ip-10-11-101-139.ap-northeast-2.compute.internal'];
  const document: Partial<LabDocument> = {
    nodeNames: nodes,
    sections: [{
      heading: 'Nodes',
      blocks: [
        {
          kind: 'table',
          columns: [{ heading: 'Node', isFlexible: true }, { heading: 'Type' }, { heading: 'Zone' }, { heading: 'Capacity' }],
          rows: nodes.map((name) => ({ cells: [name, 'c5a.2xlarge', 'ap-northeast-2b', 'on-demand'] })),
        },
        {
          kind: 'timeline',
          title: 'Timeline',
          caption: '',
          spans: nodes.map((name) => ({ label: 'node registered', fromSeconds: 0, toSeconds: 1, figure: '1.0 s', detail: `5 pods on ${name}` })),
        },
      ],
    }],
  };

  test('lack in a terminal what they all end in, so that none wraps in the middle of a word', () => {
    const text = textOf(document);
    expect(text).toContain('Names of nodes end in .ap-northeast-2.compute.internal, which is left out here.');
    expect(text).toMatch(/^ {2}ip-10-11-72-27 {4}c5a\.2xlarge {2}ap-northeast-2b {2}on-demand$/m);
    expect(text).toMatch(/5 pods on ip-10-11-101-139$/m);
  });

  test('are whole in a pipe, each in one piece', () => {
    const text = textOf(document, { isTerminal: false });
    for (const name of nodes) expect(text.split(name)).toHaveLength(3);
    expect(text).not.toContain('left out');
  });

  test.each([[['node-1', 'node-2']], [['a.one', 'b.two']], [[]]])('are as they are where they share no end: %j', (nodeNames) => {
    expect(textOf({ nodeNames, sections: [{ heading: 'Nodes', blocks: [{ kind: 'facts', facts: nodeNames.map((name) => [name, 'Ready']) }] }] })).not.toContain('left out');
  });

  test('of one node end at its first dot', () => {
    const text = textOf({ nodeNames: ['ip-1.ec2.internal'], sections: [{ heading: 'Nodes', blocks: [{ kind: 'table', columns: [{}], rows: [{ cells: ['ip-1.ec2.internal'] }] }] }] });
    expect(text).toMatch(/^ {2}ip-1$/m);
  });
});

test('a table says how many rows it leaves out', () => {
  const rows = ['one', 'two', 'three'].map((name) => ({ cells: [name] }));
  const text = textOf({ sections: [{ heading: 'Rows', blocks: [{ kind: 'table', columns: [{}], rows, mostRows: 1 }] }] });
  expect(text).toContain('  one\n  and 2 more, with --json');
});

test('a command is never wrapped', () => {
  const command = `kubectl ${'x'.repeat(200)}`;
  expect(textOf({ sections: [{ heading: 'Type', blocks: [{ kind: 'commands', lines: ['# Do it', command] }, { kind: 'facts', facts: [['Do it', command]], areCommands: true }] }] })
    .split(command)).toHaveLength(3);
});

test('the title is one line in a pipe', () => {
  expect(renderText({ title: 'word '.repeat(40).trim() }, layoutOf({ isTerminal: false }))).toHaveLength(1);
  expect(renderText({ title: 'word '.repeat(40).trim() }, layoutOf()).length).toBeGreaterThan(1);
});

test('bars lie where their spans lie, and none is empty', () => {
  const span = (fromSeconds: number, toSeconds: number) => ({ label: 'a', figure: 'b', fromSeconds, toSeconds });
  const bars = textOf({ sections: [{ heading: 'T', blocks: [{ kind: 'timeline', title: '', caption: '', spans: [span(0, 0), span(0, 50), span(50, 100)] }] }] })
    .split('\n').slice(3).map((line) => line.slice('  a  b  '.length));
  expect(bars.map((bar) => bar.trimEnd())).toEqual(['#', '#'.repeat(10), `${' '.repeat(10)}${'#'.repeat(10)}`]);
});
