import { progressOf, RehearsalTerminal } from '../../lib/rehearsal/rehearsal-terminal';
import { runContext } from '../../lib/run-context';
import { temporaryFolder } from './fake-program';

test.each([
  ['  0:26  Network: done in 5 s, 29 of 29 resources', 'Network: done in 5 s, 29 of 29 resources'],
  [' 72:05  Stack: 40 %', 'Stack: 40 %'],
  ['Deployment of karpenter-lab', undefined],
  ['', undefined],
])('of the line "%s" the progress is %s', (line, news) => {
  expect(progressOf(line)).toBe(news);
});

test('a line is typed in the folder of the lab with the environment of the rehearsal alone, and tells how it ended', async () => {
  const projectDirectory = temporaryFolder();
  const terminal = new RehearsalTerminal({ projectDirectory, environment: { PATH: process.env['PATH'] ?? '', CLUSTER: 'lab' } }, runContext());
  const lines: string[] = [];
  const result = await terminal.shell('pwd; echo "$CLUSTER ${HOME-none}"; echo wrong >&2; exit 3', (line) => lines.push(line));
  expect(result).toMatchObject({ exitCode: 3, output: [projectDirectory, 'lab none'], errors: ['wrong'] });
  expect(lines.toSorted()).toEqual([projectDirectory, 'lab none', 'wrong'].toSorted());
});

test('an interruption ends the whole line, what it waits for included', async () => {
  const interruption = new AbortController();
  const terminal = new RehearsalTerminal({ projectDirectory: temporaryFolder(), environment: { PATH: process.env['PATH'] ?? '' } }, runContext({ signal: interruption.signal }));
  const began = Date.now();
  const typed = terminal.shell('echo begun; sleep 30 | cat; echo never', () => interruption.abort(new Error('Ctrl-C')));
  await expect(typed).rejects.toThrow('Ctrl-C');
  expect(Date.now() - began).toBeLessThan(5000);
});
