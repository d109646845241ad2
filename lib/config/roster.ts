import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LabError } from '../lab-error';
import { counted } from '../words';

/** Names of the students, by seat. A seat without a student has none. */
export type Roster = ReadonlyMap<string, string>;

/** Which roster belongs to which seats. */
export interface RosterOptions {
  /** Seats of the class, in order. */
  readonly seats: readonly string[];
  /** Path of the roster, relative to {@link projectDirectory}. @default - nobody is named */
  readonly rosterFile?: string;
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
}

/** First cells by which a line is the heading of the others. */
const HEADINGS: readonly string[] = ['seat', '좌석', '자리'];

/**
 * Reads who sits where: CSV with a seat and a name in each line, in UTF-8, as a spreadsheet writes it. A heading and empty lines
 * are left out. Nothing of it goes to the cluster.
 *
 * @returns the students by seat; an empty map where there is no roster
 * @throws LabError `RosterMissing`, `RosterUnreadable`, and `RosterRefused` with the line that is wrong
 */
export async function readRoster({ seats, rosterFile, projectDirectory }: RosterOptions): Promise<Roster> {
  if (rosterFile === undefined) return new Map();
  const file = resolve(projectDirectory, rosterFile);
  const records = csvRecords(decoded(await bytesOf(file, rosterFile), file), file);
  const hasHeading = HEADINGS.includes(records[0]?.cells[0]?.toLowerCase() ?? '');
  return seated(hasHeading ? records.slice(1) : records, seats, file);
}

function seated(records: readonly CsvRecord[], seats: readonly string[], file: string): Roster {
  const students = new Map<string, string>();
  const linesOfNames = new Map<string, number>();
  for (const [index, { line, cells }] of records.entries()) {
    const refuse = (problem: string, received: string, remedy: string): LabError => refused({ file, line, problem, received, remedy });
    const [seat = '', name = '', ...others] = cells;
    if (cells.length === 1 || others.some((cell) => cell !== '')) {
      throw refuse(`has ${counted(cells.length, 'cell')}, and takes a seat and a name`, cells.join(','), 'Write it as `student-001,김하늘`; a name with a comma stands in double quotes.');
    }
    if (index >= seats.length) {
      throw refuse(`is one more than the class has seats: ${seats.length}`, cells.join(','), `Take it out, or set class.students in lab.yaml to ${records.length} and deploy again.`);
    }
    if (!seats.includes(seat)) {
      throw refuse('names a seat that the class does not have', seat, `The seats are ${seats[0] ?? ''} to ${seats.at(-1) ?? ''}.`);
    }
    if (name === '') throw refuse(`gives seat ${seat} no name`, cells.join(','), 'Write the name behind the comma, or take the line out.');
    if (students.has(seat)) throw refuse(`gives seat ${seat} to a second student`, cells.join(','), `Keep one: the seat has ${students.get(seat) ?? ''} already.`);
    const earlier = linesOfNames.get(name);
    if (earlier !== undefined) {
      throw refuse(`names ${name} a second time, after line ${earlier}`, cells.join(','), `Tell the two apart, as \`${name} A\` and \`${name} B\`, or take one out.`);
    }
    students.set(seat, name);
    linesOfNames.set(name, line);
  }
  return students;
}

/** A line of a file that is not as it should be. */
interface RefusedLine {
  readonly file: string;
  readonly line: number;
  /** What is wrong with the line, as a sentence about it without its subject. */
  readonly problem: string;
  readonly received: string;
  readonly remedy: string;
}

function refused({ file, line, problem, received, remedy }: RefusedLine): LabError {
  return new LabError({ code: 'RosterRefused', message: `Line ${line} of the roster ${file} ${problem}.`, received, remedy });
}

async function bytesOf(file: string, rosterFile: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new LabError({
      code: 'RosterMissing',
      message: `The roster cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      received: rosterFile,
      remedy: 'Put the file there, with a line `student-001,김하늘` for each student, or leave class.names empty in lab.yaml.',
      cause,
    });
  }
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    // It leaves out the mark by which a spreadsheet begins a file in UTF-8. One name is one text, however its letters are composed.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).normalize('NFC');
  } catch (cause) {
    throw new LabError({
      code: 'RosterUnreadable',
      message: 'The roster is not written in UTF-8.',
      received: file,
      remedy: 'Save it in the spreadsheet as "CSV UTF-8", in Korean "CSV UTF-8(쉼표로 분리)".',
      cause,
    });
  }
}

/** A record of a CSV file: most often a line. */
interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Without blanks around them. */
  readonly cells: readonly string[];
}

/** One cell with what ends it: in quotes, which are doubled within, or plain. */
const CELL = /[ \t]*(?:"(?<quoted>(?:[^"]|"")*)"[ \t]*|(?<plain>[^",\r\n]*))(?<end>,|\r\n|\n|\r|$)/y;

/**
 * Reads the records of a CSV file (RFC 4180). Those without any text are left out.
 *
 * @throws LabError `RosterRefused` for a quote that is not closed, or that stands in the middle of a cell
 */
function csvRecords(text: string, file: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let at = 0;
  let beginning = 1;
  for (let isOver = text === ''; !isOver;) {
    CELL.lastIndex = at;
    const { 0: whole, groups: { quoted, plain, end } = {} } = CELL.exec(text) ?? {};
    if (whole === undefined) {
      const received = text.slice(at).split(/\r\n|\n|\r/)[0] ?? '';
      throw refused({ file, line, problem: 'has a double quote that does not stand around a whole cell', received, remedy: 'Put the whole cell in double quotes, and double those within it.' });
    }
    cells.push((quoted?.replaceAll('""', '"') ?? plain ?? '').replaceAll(/\s+/g, ' ').trim());
    at += whole.length;
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    isOver = at >= text.length && end !== ',';
    if (end === ',') continue;
    if (cells.some((cell) => cell !== '')) records.push({ line: beginning, cells });
    cells = [];
    beginning = line;
  }
  return records;
}
