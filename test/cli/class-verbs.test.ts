import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseClassOptions } from '../../lib/exercise/class/close-class';
import type { OpenClassOptions, OpenClassResult } from '../../lib/exercise/class/open-class';
import type { ResetSeatOptions } from '../../lib/exercise/class/reset-seat';
import type { LabActions } from '../../lib/cli/process-actions';
import { runLab } from '../../lib/cli/run-lab';
import { closedClass, emptiedSeat, openedClass } from './class-fixtures';
import { fakeHost } from './fake-host';
import { markupProblems } from './markup-check';

describe('lab class', () => {
  it('names its verbs, and is no command by itself', async () => {
    const host = fakeHost();
    expect(await runLab(['class'], host)).toBe(2);
    expect(host.stderr.text).toMatch(/Usage: lab class[^]*open[^]*reset[^]*<seat>[^]*close/);
    expect(host.stdout.text).toBe('');
  });

  it('fails when a verb is misspelt, and names its own help', async () => {
    const host = fakeHost();
    expect(await runLab(['class', 'opne'], host)).toBe(2);
    expect(host.stderr.text).toMatch(/Error UnknownVerb[^]*Did you mean open\? See `lab class --help`\./);
  });
});

describe('lab class open', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'class-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = async (argv: readonly string[], result: Partial<OpenClassResult> = {}) => {
    const asked: OpenClassOptions[] = [];
    const host = fakeHost({ workingDirectory: folder, actions: { openClass: (options) => (asked.push(options), Promise.resolve({ ...openedClass, folder, ...result })) } });
    return { exitCode: await runLab(['class', 'open', ...argv], host), text: host.stdout.text, errors: host.stderr.text, asked };
  };
  const page = (): string => readFileSync(join(folder, 'class.html'), 'utf8');

  it('says which seats are open until when, who reaches them, and what comes next', async () => {
    const { exitCode, text } = await open(['-c', 'class.students=3']);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/3 seats are open until 2026-11-27/);
    expect(text).toMatch(/student-001 +김하늘 +student-001\.kubeconfig/);
    expect(text).toMatch(/1 seat had been opened before/);
    expect(text).toContain('from 203.0.113.0/24');
    expect(text).toMatch(/npm run lab -- class board -c class\.students=3\n[^]*npm run lab -- class close -c class\.students=3/);
  });

  it('writes a page to print: a card for each seat in two languages, without a secret', async () => {
    await open(['--guide', 'https://example.com/guide?a=1&b=2']);
    expect(markupProblems(page())).toEqual([]);
    expect(page().match(/<article>/g)).toHaveLength(3);
    expect(page()).toContain('<h2>student-001</h2>\n<p class="student">김하늘</p>');
    expect(page()).toContain('&lt;이준&gt;');
    expect(page()).toContain('<code>export KUBECONFIG="$PWD/student-002.kubeconfig"</code>');
    expect(page()).toContain('href="https://example.com/guide?a=1&amp;b=2"');
    expect(page()).toMatch(/받은 파일.*Your file/);
    expect(page()).not.toMatch(/token|eyJ/i);
  });

  it('names no guide where none is given', async () => {
    await open([]);
    expect(page()).not.toContain('실습 안내');
  });

  it('opens some seats alone, and leaves the page of all', async () => {
    const { asked, text } = await open(['--seat', 'student-001', 'student-003', '--output', 'elsewhere'], { isWholeClass: false, seats: openedClass.seats.slice(0, 1) });
    expect(asked).toMatchObject([{ seats: ['student-001', 'student-003'], folder: join(folder, 'elsewhere') }]);
    expect(text).toMatch(/^Seat student-001 is open until/);
    expect(page).toThrow('ENOENT');
  });

  it('warns when nobody reaches the cluster from outside', async () => {
    expect((await open([], { apiAccess: [] })).text).toMatch(/no student reaches it[^]*apiAccess in\s+lab\.yaml/);
  });

  it('gives the same with --json, and where the page is', async () => {
    expect(JSON.parse((await open(['--json'])).text)).toEqual({ ...openedClass, folder, page: join(folder, 'class.html') });
  });

  it.each(['guide', 'ftp://example.com', 'javascript:alert(1)'])('fails when the guide is no address of the web: %s', async (guide) => {
    const { exitCode, errors, asked } = await open(['--guide', guide]);
    expect([exitCode, asked]).toEqual([2, []]);
    expect(errors).toContain('Error InvalidGuideAddress');
  });
});

/** Runs a verb that asks before it acts, and answers. */
async function answered(argv: readonly string[], actions: Partial<LabActions>, answer?: boolean) {
  const questions: string[] = [];
  const host = { ...fakeHost({ actions }), ...(answer === undefined ? {} : { confirm: (question: string) => (questions.push(question), Promise.resolve(answer)) }) };
  return { exitCode: await runLab(['class', ...argv], host), text: host.stdout.text, errors: host.stderr.text, questions };
}

describe('lab class reset', () => {
  const asked: ResetSeatOptions[] = [];
  beforeEach(() => asked.splice(0));
  const resetSeat: LabActions['resetSeat'] = async (options) => {
    asked.push(options);
    const isMeant = await options.confirm({ cluster: 'karpenter-lab', seat: options.seat, student: '김하늘', made: ['Deployment inflate', 'Service web'], pods: 5 });
    return isMeant ? { ...emptiedSeat, isMarkForgotten: options.forgetsMark } : { ...emptiedSeat, outcome: 'declined' };
  };

  it('asks with what would go, and says what went', async () => {
    const { exitCode, text, questions } = await answered(['reset', 'student-001'], { resetSeat }, true);
    expect([exitCode, questions]).toEqual([0, ['Empty seat student-001 (김하늘) of cluster karpenter-lab, which has Deployment inflate and Service web, with 5 pods?']]);
    expect(text).toMatch(/Seat student-001 \(김하늘\) is as it was at the beginning, after 1\.2 s[^]*Deleted: Deployment inflate and Service web\.[^]*kubeconfig is good as before/);
    expect(asked).toMatchObject([{ seat: 'student-001', forgetsMark: false }]);
  });

  it('says where there is nothing in the seat', async () => {
    const resetEmpty: LabActions['resetSeat'] = async ({ seat, confirm }) => {
      await confirm({ cluster: 'karpenter-lab', seat, made: [], pods: 0 });
      return emptiedSeat;
    };
    expect((await answered(['reset', 'student-001'], { resetSeat: resetEmpty }, true)).questions).toEqual(['Empty seat student-001 of cluster karpenter-lab, in which there is nothing?']);
  });

  it('forgets the mark with --marks, and does not ask with --yes', async () => {
    expect((await answered(['reset', 'student-001', '--marks', '--yes'], { resetSeat })).text).toContain('What the student had reached is forgotten.');
  });

  it('exits with 1 when the answer is no', async () => {
    expect(await answered(['reset', 'student-001'], { resetSeat }, false)).toMatchObject({ exitCode: 1, text: 'Seat student-001 (김하늘) was not reset.\n' });
  });

  it('says how to open a seat that is not open', async () => {
    const { text } = await answered(['reset', 'student-001'], { resetSeat: () => Promise.resolve({ ...emptiedSeat, isOpen: false }) });
    expect(text).toMatch(/npm run lab -- class open --seat\s+student-001/);
  });

  it('fails when nobody can be asked, or no seat is named', async () => {
    expect(await answered(['reset', 'student-001'], { resetSeat })).toMatchObject({ exitCode: 2, errors: expect.stringContaining('ConfirmationMissing') as string });
    expect(await answered(['reset'], { resetSeat })).toMatchObject({ exitCode: 2, errors: expect.stringContaining('ArgumentMissing') as string });
  });
});

describe('lab class close', () => {
  const asked: CloseClassOptions[] = [];
  beforeEach(() => asked.splice(0));
  const closeClass: LabActions['closeClass'] = async (options) => {
    asked.push(options);
    return { ...closedClass, outcome: await options.confirm(closedClass) ? 'closed' : 'declined' };
  };

  it('asks with what would end, and says what ended', async () => {
    const { exitCode, text, questions } = await answered(['close', '--timeout', '60', '--output', 'mine', '--kubeconfig', 'my config'], { closeClass }, true);
    expect([exitCode, questions]).toEqual([0, ['Close the class of cluster karpenter-lab (ap-northeast-2): 3 seats, 3 of them open, with 10 pods on 2 nodes?']]);
    expect(text).toMatch(/The class is closed[^]*Seats that were open +3 of 3[^]*Kubeconfigs deleted in \/lab\/class +3[^]*npm run lab -- grade --csv class\/grades\.csv --kubeconfig 'my config'/);
    expect(asked).toMatchObject([{ timeoutSeconds: 60, folder: expect.stringMatching(/\/mine$/) as string }]);
  });

  it('exits with 1 when the answer is no', async () => {
    expect(await answered(['close'], { closeClass }, false)).toMatchObject({ exitCode: 1, text: 'The class was not closed.\n' });
  });

  it('exits with 1 and says what is left when something could not be done', async () => {
    const unfinished = { ...closedClass, outcome: 'unfinished', problems: ['Seat student-002: no.'] } as const;
    const { exitCode, text } = await answered(['close', '--yes'], { closeClass: () => Promise.resolve(unfinished) });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/not closed to its end[^]*What is left[^]*Seat student-002: no\./);
  });
});
