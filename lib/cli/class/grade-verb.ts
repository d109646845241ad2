import { Option } from '@commander-js/extra-typings';
import { gradesCsv, type GradeResult, type SeatGrade } from '../../exercise/class/grade-class';
import { OBSERVATION_NAMES } from '../../exercise/observations';
import { counted, momentText } from '../../words';
import { flexible, type LabDocument, table } from '../document/document';
import { fileWriter } from '../document/page-file';
import { ExitCode } from '../errors';
import { connectionFlags, labConnection } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [new Option('--csv <file>', 'also write the grades as CSV, for a spreadsheet'), ...connectionFlags] as const;

/** How an instructor keeps the grades before the lab goes. */
export const KEEP_GRADES = 'npm run lab -- grade --csv class/grades.csv';

/** `lab grade`: what each seat has reached. */
export const gradeVerb = defineVerb({
  name: 'grade',
  summary: 'grade a class: which seats have passed the exercise, and when',
  description: 'Shows for every seat whether the exercise has passed, and when each observation of lab verify was first seen. It is '
    + 'remembered while lab class board runs, so who has scaled back to 0 has passed, too. It looks at the cluster first, so that what '
    + 'runs now counts. It exits with 0 when the class was graded, whoever has passed; --json and --csv are for further use.',
  flags: FLAGS,
  run: runGrade,
});

async function runGrade(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const writeCsv = await fileWriter(flags.csv, 'grades', invocation);
  const result = await invocation.host.actions.gradeClass(await labConnection(flags, invocation), invocation.run);
  await writeCsv(gradesCsv(result));
  return { result, document: gradeDocument(result), exitCode: ExitCode.Ok };
}

/** Every seat with its verdict, and what was never seen to pass. */
function gradeDocument({ cluster, at, isSimulated, seats }: GradeResult): LabDocument {
  const passed = seats.filter(({ verdict }) => verdict === 'passed').length;
  const isNamed = seats.some(({ student }) => student !== undefined);
  return {
    title: `Grades of ${counted(seats.length, 'seat')} on cluster ${cluster} at ${momentText(at)}${isSimulated ? ', on a rehearsal' : ''}`,
    sections: [{
      heading: 'Grades',
      aside: `${counted(passed)} of ${counted(seats.length, 'seat')} passed`,
      blocks: [table(['Seat', ...(isNamed ? ['Student'] : []), 'Verdict', 'Passed (UTC)', flexible('Not seen yet')], seats.map((grade) => [
        grade.seat,
        ...(isNamed ? [grade.student ?? ''] : []),
        { text: grade.verdict, tone: grade.verdict === 'passed' ? 'good' : 'caution' },
        grade.finishedAt?.slice(0, 16).replace('T', ' ') ?? '',
        missingText(grade),
      ]))],
    }],
  };
}

/** Observations without which the exercise does not pass, and that were never seen. The log is none of them: it may be lost. */
function missingText({ passedAt }: SeatGrade): string {
  const needed = OBSERVATION_NAMES.filter((name) => name !== 'launch log');
  const missing = needed.filter((name) => passedAt[name] === undefined);
  return missing.length === needed.length ? 'anything' : missing.join(', ');
}
