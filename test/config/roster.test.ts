import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seatNames } from '../../lib/config/seats';
import { readRoster, type Roster } from '../../lib/config/roster';

describe('the roster', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roster-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (content: string | Uint8Array, students = 3): Promise<Roster> => {
    writeFileSync(join(folder, 'names.csv'), content);
    return readRoster({ seats: seatNames(students), rosterFile: 'names.csv', projectDirectory: folder });
  };

  it('names the student of each seat', async () => {
    expect([...await read('student-001,김하늘\nstudent-002,이준\n')]).toEqual([['student-001', '김하늘'], ['student-002', '이준']]);
  });

  it('is empty where no file is configured', async () => {
    expect(await readRoster({ seats: seatNames(3), projectDirectory: folder })).toEqual(new Map());
  });

  it.each([
    ['a heading', 'seat,name\nstudent-001,김하늘\n'],
    ['a heading in Korean', '좌석,이름\nstudent-001,김하늘'],
    ['another heading in Korean', '자리,이름\nstudent-001,김하늘'],
    ['the mark of UTF-8 and line ends of Windows, as a spreadsheet writes them', '\uFEFFSeat,Name\r\nstudent-001,김하늘\r\n'],
    ['line ends of an old Macintosh', 'seat,name\rstudent-001,김하늘\r'],
    ['blanks and empty lines', '\n  student-001 ,  김하늘 \n\n'],
    ['empty cells at the end', 'seat,name,,\nstudent-001,김하늘,,\n,,,\n'],
    ['quotes', '"seat","name"\n"student-001","김하늘"\n'],
    ['letters composed of their parts', 'student-001,김하늘'.normalize('NFD')],
  ])('may have %s', async (_, content) => {
    expect([...await read(content)]).toEqual([['student-001', '김하늘']]);
  });

  it('takes commas, quotes and line ends within a cell in quotes', async () => {
    const roster = await read('student-001,"Kim, ""Sky"" Haneul"\nstudent-002,"이\n준"\nstudent-003,박서연');
    expect([...roster.values()]).toEqual(['Kim, "Sky" Haneul', '이 준', '박서연']);
  });

  it.each([
    ['a seat twice', 'seat,name\nstudent-001,김하늘\nstudent-001,이준', 3, 'gives seat student-001 to a second student', 'student-001,이준'],
    ['a name twice', 'student-001,김하늘\n\nstudent-002,김하늘', 3, 'names 김하늘 a second time, after line 1', 'student-002,김하늘'],
    ['a seat that does not exist', 'student-001,김하늘\nstudent-1,이준', 2, 'names a seat that the class does not have', 'student-1'],
    ['more names than seats', 'student-001,a\nstudent-002,b\nstudent-003,c\nstudent-004,d', 4, 'is one more than the class has seats: 3', 'student-004,d'],
    ['an empty name', 'student-001,\n', 1, 'gives seat student-001 no name', 'student-001,'],
    ['no name at all', 'student-001\n', 1, 'has 1 cell, and takes a seat and a name', 'student-001'],
    ['a cell too many', 'student-001,Kim, Haneul\n', 1, 'has 3 cells, and takes a seat and a name', 'student-001,Kim,Haneul'],
    ['another separator', 'student-001;김하늘\n', 1, 'has 1 cell, and takes a seat and a name', 'student-001;김하늘'],
    ['a quote that is not closed', 'student-001,a\nstudent-002,"b\n', 2, 'has a double quote that does not stand around a whole cell', '"b'],
    ['a quote within a cell', 'student-001,Kim "Sky"\n', 1, 'has a double quote that does not stand around a whole cell', 'Kim "Sky"'],
    ['a wrong line after one of two lines', 'student-001,"a\nb"\nstudent-009,c', 3, 'names a seat that the class does not have', 'student-009'],
  ])('fails when there is %s, and names file, line, value and remedy', async (_, content, line, problem, received) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'RosterRefused', message: `Line ${line} of the roster ${join(folder, 'names.csv')} ${problem}.`, received, remedy: expect.stringMatching(/\w{3}.*\.$/) as string,
    });
  });

  it('fails when it is not in UTF-8, as plain CSV of a Korean spreadsheet', async () => {
    const inKoreanCodePage = Uint8Array.from([...Buffer.from('student-001,'), 0xb1, 0xe8, 0xc7, 0xcf, 0xb4, 0xc3]);
    await expect(read(inKoreanCodePage)).rejects.toMatchObject({ code: 'RosterUnreadable', remedy: expect.stringContaining('CSV UTF-8') as string });
  });

  it('fails when the file is missing, and names it as it was written', async () => {
    await expect(readRoster({ seats: seatNames(1), rosterFile: 'no.csv', projectDirectory: folder })).rejects.toMatchObject({ code: 'RosterMissing', received: 'no.csv' });
  });
});
