import type { ClassResult } from '../../exercise/exercise-result';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-state';
import { counted, durationText, hourlyText, secondsText, shellWord } from '../../words';
import { figures, flexible, type LabDocument, type Section, table, verdictSection } from '../document/document';

const MEBIBYTES_PER_GIBIBYTE = 1024;

/** Students who did the exercise at once, each in a seat of their own. */
export function classDocument(result: ClassResult): LabDocument {
  const { cluster, students, verdict, replicasEach, finished, secondsToRunning } = result;
  return {
    title: `Class of ${counted(students)} on ${cluster}: ${verdict}`,
    subtitle: `${counted(replicasEach, 'pod')} a student, on a rehearsal`,
    glance: [
      [`${counted(finished)} of ${counted(students)}`, 'students finished'],
      ...(secondsToRunning.max === 0 ? [] : [[secondsText(secondsToRunning.median), 'median time to Running']] as const),
      [durationText(result.totalSeconds), 'for all commands'],
      [counted(result.nodeCount, 'node'), `for ${hourlyText(result.pricePerHour)}`],
      [`${(result.peakMemoryMebibytes / MEBIBYTES_PER_GIBIBYTE).toFixed(1)} GiB`, 'of memory here, at the peak'],
    ],
    sections: [
      verdictSection(verdict, classSentence(result)),
      { heading: 'Problems', isKey: true, blocks: [[...limitSentences(result), ...result.problems]] },
      failuresSection(result),
      timesSection(result),
      nodesSection(result),
      { heading: 'Not simulated', blocks: [result.notSimulated] },
    ],
    footer: `Made by \`lab rehearse --students ${students}\`. AWS is played, and containers do not run.`,
  };
}

/** How to go on with a class that was played. */
export function afterClass({ assemblyDirectory, terminal: { projectDirectory } }: Pick<RehearsalRecord, 'assemblyDirectory' | 'terminal'>): Section {
  const folder = shellWord(assemblyDirectory.replace(`${projectDirectory}/`, ''));
  return {
    heading: 'Its seats are open',
    aside: 'in that terminal',
    blocks: [{ kind: 'commands', lines: [
      '# How far is each student?', `npm run lab -- class status --assembly ${folder}`,
      '# End the class', `npm run lab -- class close --assembly ${folder}`,
    ] }],
  };
}

/** How the class ended, in one sentence. */
function classSentence({ finished, graded, students, nodeCount, totalSeconds }: ClassResult): string {
  const of = counted(students, 'student');
  if (finished < students) return `${counted(finished)} of ${of} finished the exercise; ${counted(graded)} passed when the class was graded.`;
  return `${of} typed the exercise at once and passed, each on nodes of their own, ${counted(nodeCount)} in all. It took ${durationText(totalSeconds)}.`;
}

function limitSentences({ limitMet }: ClassResult): readonly string[] {
  return limitMet === undefined ? [] : [`The class met a limit. ${limitMet}`];
}

/** Lines at the end of a command's output that are shown of a failure. */
const OUTPUT_LINES = 2;

/** Failures that are shown: one cause mostly makes many. */
const MOST_FAILURES = 5;

function failuresSection({ failures }: ClassResult): Section {
  return {
    heading: 'Commands that failed',
    isKey: true,
    aside: `${counted(failures.length, 'student')} came no further`,
    blocks: [
      table(
        ['Student', figures('Exit code'), { ...flexible('Command'), isCode: true }, flexible('What it printed last')],
        failures.slice(0, MOST_FAILURES).map(({ seat, command, exitCode, output }) => [seat, String(exitCode), firstLine(command), output.trim().split('\n').slice(-OUTPUT_LINES).join(' ')]),
        { isProse: true },
      ),
      failures.length > MOST_FAILURES ? `And ${counted(failures.length - MOST_FAILURES)} more, with --json.` : '',
    ],
  };
}

function firstLine(command: string): string {
  const [first = '', ...others] = command.split('\n');
  return others.length === 0 ? first : `${first} ...`;
}

function timesSection({ secondsToRunning: { min, median, p90, max } }: ClassResult): Section {
  const times = [['fastest', min], ['median', median], ['90 of 100', p90], ['slowest', max]] as const;
  return {
    heading: 'Time to Running',
    aside: 'scaling to the last pod, a student each',
    blocks: max === 0 ? [] : [{
      kind: 'timeline',
      title: 'Seconds from scaling to the last pod running',
      caption: 'Seconds from scaling to the last pod running, a student each.',
      spans: times.map(([label, seconds]) => ({ label, fromSeconds: 0, toSeconds: seconds, figure: secondsText(seconds) })),
    }],
  };
}

function nodesSection({ nodesByInstanceType, nodeCount, pricePerHour, studentsWithSeveralNodes }: ClassResult): Section {
  return {
    heading: 'Nodes that Karpenter launched',
    aside: `${counted(nodeCount, 'node')}, ${hourlyText(pricePerHour)}`,
    blocks: [
      table(['Type', figures('Nodes')], Object.entries(nodesByInstanceType).toSorted(([, a], [, b]) => b - a).map(([type, count]) => [type, counted(count)])),
      studentsWithSeveralNodes === 0 ? '' : `${counted(studentsWithSeveralNodes, 'student')} got more than one: Karpenter had decided before the last of the pods was there.`,
    ],
  };
}
