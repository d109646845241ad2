import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classStatusDocument, seatsText } from '../../lib/cli/class/class-status-verb';
import type { LabActions } from '../../lib/cli/process-actions';
import { runLab } from '../../lib/cli/run-lab';
import { gradesCsv, gradesOf } from '../../lib/exercise/class/grade-class';
import { seatNames } from '../../lib/config/seats';
import type { ClassStatus } from '../../lib/exercise/class/class-status';
import { LabError } from '../../lib/lab-error';
import { classAtWork } from './class-fixtures';
import { fakeHost } from './fake-host';

const [finished, , stuck] = classAtWork.seats;

async function run(argv: readonly string[], actions: Partial<LabActions> = {}, workingDirectory?: string): Promise<{ readonly exitCode: number; readonly lines: readonly string[]; readonly errors: string; readonly text: string }> {
  const host = fakeHost({ actions, columns: 120, workingDirectory });
  const exitCode = await runLab(argv, host);
  return { exitCode, lines: host.stdout.text.split('\n').map((line) => line.trim()), errors: host.stderr.text, text: host.stdout.text };
}

describe('lab class status', () => {
  test('shows each seat in a line, those first that are stuck, and ends with the totals', async () => {
    const { exitCode, lines, text } = await run(['class', 'status']);
    expect(exitCode).toBe(0);
    expect(lines.filter((line) => /^student-00\d .* (stuck|node coming|running, passed|not begun, closed|finished) /.test(line)).map((line) => line.slice(0, 11))).toEqual([
      'student-003', 'student-004', 'student-002', 'student-005', 'student-001',
    ]);
    expect(text).toContain('Class of 5 seats on cluster karpenter-lab, on a rehearsal');
    expect(text.indexOf('Totals')).toBeGreaterThan(text.indexOf('Seats'));
    expect(lines).toContainEqual(expect.stringMatching(/^student-002 +이준 +running, passed +8 min +5\/5 +c5a\.2xlarge, c5a\.large +0\.434 +0\.07$/));
  });

  test('says why a seat is stuck, and since when', async () => {
    expect((await run(['class', 'status'])).lines).toContainEqual(expect.stringMatching(/^student-003 +3 min +NodePool class has launched cpu 16 of 16 \(reached\)\.$/));
  });

  test('counts seats by step, and what they cost', async () => {
    const { lines } = await run(['class', 'status']);
    expect(lines).toContainEqual(expect.stringMatching(/^stuck +1 +student-003$/));
    expect(lines).toContainEqual(expect.stringContaining('3 nodes of seats; 1.053 USD/h for the whole lab, about 1.44 USD so far.'));
    expect(lines).toContainEqual(expect.stringContaining('The first token ends at 2026-11-27'));
    expect(lines).toContainEqual(expect.stringContaining('2 of 5 seats passed'));
  });

  test('names no student where there is no roster, and says that no seat is open', () => {
    const nobody: ClassStatus = { ...classAtWork, tokensEndAt: undefined, expiresAt: undefined, seats: classAtWork.seats.map((seat) => ({ ...seat, student: undefined })) };
    const text = JSON.stringify(classStatusDocument(nobody));
    expect(text).not.toContain('Student');
    expect(text).toContain('No seat is open: lab class open.');
    expect(text).not.toContain('AWS deletes');
  });

  test('names the seats that a board would scale to 0', async () => {
    const idle = { ...classAtWork, seats: classAtWork.seats.map((seat) => ({ ...seat, ...(seat.idleAt === undefined ? {} : { idleAt: classAtWork.at }) })) };
    expect((await run(['class', 'status'], { classStatus: () => Promise.resolve(idle) })).text).toContain('Nothing has changed for long in student-002 to student-004.');
    expect((await run(['class', 'status'])).text).not.toContain('Nothing has changed');
  });

  test('has a line for each of 100 seats in a terminal of 80 columns', async () => {
    const seats = seatNames(100).map((seat) => ({ ...classAtWork.seats[1] ?? fail(), seat, student: '홍길동' }));
    const host = fakeHost({ isTTY: true, columns: 80, actions: { classStatus: () => Promise.resolve({ ...classAtWork, seats }) } });
    expect(await runLab(['class', 'status'], host)).toBe(0);
    expect(host.stdout.text.split('\n').filter((line) => line.includes('c5a.2xlarge'))).toHaveLength(100);
    expect(host.stdout.text).toContain('student-001 to student-100');
  });

  test('prints the status as it is with --json', async () => {
    expect(JSON.parse((await run(['class', 'status', '--json'])).text)).toEqual(JSON.parse(JSON.stringify(classAtWork)));
  });

  test('fails when the lab has no class', async () => {
    const refused = new LabError({ code: 'ClassNotConfigured', message: 'This lab has no class.', remedy: 'Set class.students.' });
    const { exitCode, errors } = await run(['class', 'status'], { classStatus: () => Promise.reject(refused) });
    expect(exitCode).toBe(1);
    expect(errors).toContain('ClassNotConfigured');
  });
});

describe('seats in a sentence', () => {
  test('are ranges where they follow each other', () => {
    expect(seatsText(['student-010', 'student-001', 'student-002', 'student-003', 'student-008'])).toBe('student-001 to student-003, student-008 and student-010');
    expect(seatsText([])).toBe('none');
  });
});

describe('lab grade', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grades-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('shows who has passed and when, and what was not seen of the others, and ends with 0', async () => {
    const { exitCode, lines, text } = await run(['grade']);
    expect(exitCode).toBe(0);
    expect(text).toContain('2 of 5 seats passed');
    expect(lines).toContainEqual(expect.stringMatching(/^student-001 +김하늘 +passed +2026-11-27 01:21$/));
    expect(lines).toContainEqual(expect.stringMatching(/^student-003 +not passed +pods running, nodes,/));
    expect(lines).toContainEqual(expect.stringMatching(/^student-005 +not passed +anything$/));
  });

  test('says for each seat with --json what script can use', async () => {
    const { seats } = JSON.parse((await run(['grade', '--json'])).text) as { readonly seats: readonly object[] };
    expect(seats[0]).toEqual({
      seat: 'student-001', student: '김하늘', verdict: 'passed', finishedAt: '2026-11-27T01:21:30.000Z', passedAt: finished?.mark.passedAt, step: 'finished', replicas: 0, costSoFar: 0.023,
    });
    expect(seats[2]).toMatchObject({ seat: 'student-003', verdict: 'not passed', step: 'scaled', replicas: 5, passedAt: stuck?.mark.passedAt });
  });

  test('writes CSV that a spreadsheet reads, Korean names included', async () => {
    const { errors } = await run(['grade', '--csv', 'grades.csv'], {}, folder);
    const bytes = readFileSync(join(folder, 'grades.csv'));
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const lines = bytes.toString('utf8').slice(1).split('\r\n');
    expect(lines[0]).toBe('seat,name,verdict,passed (UTC),deployment (UTC),replicas (UTC),pods running (UTC),nodes (UTC),NodeClaims (UTC),capacity type (UTC),node labels (UTC),launch log (UTC),replicas now,cost (USD)');
    expect(lines[1]).toBe(`student-001,김하늘,passed,2026-11-27 01:21:30,2026-11-27 01:10:00,2026-11-27 01:20:00${',2026-11-27 01:21:30'.repeat(5)},,0,0.023`);
    expect(lines[5]).toBe('student-005,,not passed,,,,,,,,,,0,0.000');
    expect(lines).toHaveLength(7);
    expect(readdirSync(folder)).toEqual(['grades.csv']);
    expect(errors).toContain(`Grades written to ${join(folder, 'grades.csv')}`);
  });

  test('writes over grades of before, and quotes names that CSV or a spreadsheet would misread', async () => {
    writeFileSync(join(folder, 'grades.csv'), 'old');
    const named = { ...classAtWork, seats: ['Kim, "Sky"', '=1+1', '-5'].map((student) => ({ ...classAtWork.seats[4] ?? fail(), student })) };
    await run(['grade', '--csv', 'grades.csv'], { gradeClass: () => Promise.resolve(gradesOf(named)) }, folder);
    const text = readFileSync(join(folder, 'grades.csv'), 'utf8');
    expect(text.split('\r\n').slice(1, 4).map((line) => line.slice('student-005,'.length).replace(/,not passed.*/, ''))).toEqual(['"Kim, ""Sky"""', '\'=1+1', '\'-5']);
    expect(gradesCsv(gradesOf(named))).toBe(text);
  });

  test.each([['--csv names a folder', 'sub', 'GradesAreFolder'], ['the folder of --csv is missing', 'none/grades.csv', 'GradesFolderMissing']])('fails before it looks when %s', async (_, file, code) => {
    mkdirSync(join(folder, 'sub'));
    const gradeClass = jest.fn();
    const { exitCode, errors } = await run(['grade', '--csv', file], { gradeClass }, folder);
    expect([exitCode, gradeClass.mock.calls.length]).toEqual([2, 0]);
    expect(errors).toContain(code);
  });
});

function fail(): never {
  throw new Error('the fixture lacks a seat');
}
