import type { RunContext } from '../../run-context';
import { OBSERVATION_NAMES } from '../observations';
import { type ClassConnection, classStatus } from './class-keeper';
import type { ClassStatus, SeatMark, SeatStatus } from './class-status';

/** What one seat has reached. */
export interface SeatGrade extends Pick<SeatMark, 'passedAt' | 'finishedAt'>, Pick<SeatStatus, 'seat' | 'student' | 'step' | 'replicas' | 'costSoFar'> {
  /** Whether the whole exercise passed at some moment. What became of it since does not matter. */
  readonly verdict: 'passed' | 'not passed';
}

/** What the seats of a class have reached. */
export interface GradeResult extends Pick<ClassStatus, 'cluster' | 'region' | 'at' | 'isSimulated'> {
  /** Every seat, in order. */
  readonly seats: readonly SeatGrade[];
}

/**
 * Grades a class by what is remembered of it. It looks at the cluster first, so that what runs now counts.
 *
 * @throws what {@link classStatus} throws
 */
export async function gradeClass(options: ClassConnection, run: RunContext): Promise<GradeResult> {
  return gradesOf(await classStatus(options, run));
}

/** The grades of a class, as it is now. */
export function gradesOf({ cluster, region, at, isSimulated, seats }: ClassStatus): GradeResult {
  return {
    cluster, region, at, isSimulated,
    seats: seats.map(({ seat, student, step, replicas, costSoFar, mark: { passedAt, finishedAt } }) =>
      ({ seat, student, verdict: finishedAt === undefined ? 'not passed' : 'passed', finishedAt, passedAt, step, replicas, costSoFar })),
  };
}

/** What makes a spreadsheet read a file as UTF-8: without it, Excel shows Korean names as something else. */
const BYTE_ORDER_MARK = '\uFEFF';

/** A cell that a spreadsheet would calculate. A name must not be a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** The grades as CSV (RFC 4180) in UTF-8, one seat a line, with moments in UTC as a spreadsheet reads them. */
export function gradesCsv({ seats }: GradeResult): string {
  const heading = ['seat', 'name', 'verdict', 'passed (UTC)', ...OBSERVATION_NAMES.map((name) => `${name} (UTC)`), 'replicas now', 'cost (USD)'];
  const rows = seats.map(({ seat, student = '', verdict, finishedAt, passedAt, replicas, costSoFar }) => [
    seat, student, verdict, momentCell(finishedAt), ...OBSERVATION_NAMES.map((name) => momentCell(passedAt[name])), String(replicas), costSoFar.toFixed(3),
  ]);
  return `${BYTE_ORDER_MARK}${[heading, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** Such as `2026-11-27 09:21:30`. */
function momentCell(moment = ''): string {
  return moment.slice(0, 19).replace('T', ' ');
}

function cell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
