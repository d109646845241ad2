import { outputParts, outputText } from '../../lib/guide/kubectl-table';

const PODS = [
  'NAME                       READY   STATUS    RESTARTS   AGE   NOMINATED NODE   READINESS GATES',
  'inflate-867bfcb655-6dz9c   1/1     Running   0          4s    <none>           <none>',
  'inflate-867bfcb655-8kdql   0/1     Pending   0          4s    <none>           <none>',
].join('\n');

describe('an output of kubectl', () => {
  it('is read cell by cell, headings of two words as well', () => {
    const [table] = outputParts(PODS);
    expect(table).toEqual({
      headings: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'NOMINATED NODE', 'READINESS GATES'],
      rows: [
        ['inflate-867bfcb655-6dz9c', '1/1', 'Running', '0', '4s', '<none>', '<none>'],
        ['inflate-867bfcb655-8kdql', '0/1', 'Pending', '0', '4s', '<none>', '<none>'],
      ],
    });
  });

  it('is written as kubectl wrote it', () => {
    const text = `deployment.apps/inflate scaled\n${PODS}\n\nNo resources found`;
    expect(outputText(outputParts(text))).toBe(text);
  });

  it('keeps an empty cell in its column', () => {
    const claims = 'NAME          TYPE   READY   AGE\nclass-78prq          False   1s\nclass-x2      t3     True    2s';
    expect(outputParts(claims)).toEqual([{ headings: ['NAME', 'TYPE', 'READY', 'AGE'], rows: [['class-78prq', '', 'False', '1s'], ['class-x2', 't3', 'True', '2s']] }]);
  });

  it('ends a table where another begins, and where a line does not fit its columns', () => {
    const text = 'NAME   STATUS   AGE\nmine   Active   1m\nNAME              READY\ninflate-6dz9c     1/1\nNo resources found in student-007 namespace.';
    const parts = outputParts(text);
    expect(parts.map((part) => typeof part === 'string' ? part : part.headings)).toEqual([['NAME', 'STATUS', 'AGE'], ['NAME', 'READY'], 'No resources found in student-007 namespace.']);
  });

  it('has no table where a line only has a capital word', () => {
    expect(outputParts('NAME\nError from server (NotFound)')).toEqual(['NAME', 'Error from server (NotFound)']);
  });

  it('is laid out anew when a cell gets longer', () => {
    const [table] = outputParts('NAME   STATUS   AGE\nmine   Active   1m');
    if (table === undefined || typeof table === 'string') throw new Error('no table');
    expect(outputText([{ ...table, rows: [['karpenter-test', 'Active', '1m']] }])).toBe('NAME             STATUS   AGE\nkarpenter-test   Active   1m');
  });
});
