import { type LineListener, progressOf, type TypedResult } from '../../rehearsal/rehearsal-terminal';
import { counted, listed } from '../../words';
import { exerciseFailed, type RunningStep } from '../exercise-context';
import type { DrillInAccount, DrillMeans } from './drill-stage';

/** A step in which a command is typed. */
export interface TypedStep {
  readonly title: string;
  /** The command as it is shown. */
  readonly command: string;
  /** Types it. */
  readonly type: (onLine: LineListener) => Promise<TypedResult>;
  /** How it must end. @default 0 */
  readonly exitCode?: number;
  /** Whether it is typed even after a failed step, to put something back. @default false */
  readonly putsBack?: boolean;
  /** What its output must say, and what of it is evidence. @default - the last lines are evidence */
  readonly check?: (result: TypedResult) => readonly string[];
}

/** Lines at the end of a command's output that are evidence. */
const LAST_LINES = 4;

/** Lines of a command's errors and output that are shown with its failure. */
const MOST_LINES = 12;

/** Types a command, and fails unless it ends as it must. */
export async function typedStep({ recorder }: Pick<DrillInAccount, 'recorder'>, { title, command, type, exitCode = 0, putsBack = false, check = lastLines }: TypedStep): Promise<void> {
  const work = async (step: RunningStep): Promise<void> => {
    const result = await type((line) => {
      const news = progressOf(line) ?? line.trim();
      if (news !== '') step.news(news);
    });
    if (result.exitCode !== exitCode) {
      throw exerciseFailed(`It ended with exit code ${result.exitCode}, not ${exitCode}: ${[...withoutProgress(result.errors), ...lastLines(result)].slice(0, MOST_LINES).join(' | ')}`, `Type it yourself: ${command}`);
    }
    step.note(...check(result), `${result.seconds} s, exit code ${result.exitCode}`);
  };
  await (putsBack ? recorder.perform({ title, command }, work) : recorder.step({ title, command }, work));
}

/** Lines of a verb's errors that say what went wrong, the cause first. */
function withoutProgress(errors: readonly string[]): readonly string[] {
  return errors.filter((line) => line.trim() !== '' && progressOf(line) === undefined).map((line) => line.trim());
}

function lastLines({ output }: TypedResult): readonly string[] {
  return output.map((line) => line.trim()).filter((line) => line !== '').slice(-LAST_LINES);
}

/** Where to type, about which assembly. */
export type TypingMeans = Pick<DrillMeans, 'terminal' | 'assemblyDirectory'>;

/** `lab deploy`, as an instructor types it. */
export function deployLab({ terminal, assemblyDirectory }: TypingMeans, title: string): TypedStep {
  return { title, command: 'npm run lab -- deploy', type: (onLine) => terminal.lab(['deploy', '--yes', '--assembly', assemblyDirectory], onLine) };
}

/** `npx cdk deploy`, as one types it who knows the CDK. Synthesis is not what is tried. */
export function deployByCdk({ terminal, assemblyDirectory }: TypingMeans, title: string): TypedStep {
  return { title, command: 'npx cdk deploy', type: (onLine) => terminal.cdk(['deploy', '--require-approval', 'never', '--app', assemblyDirectory], onLine) };
}

/** `lab teardown`, as an instructor types it. */
export function tearLabDown({ terminal, assemblyDirectory }: TypingMeans, title: string): TypedStep {
  return { title, command: 'npm run lab -- teardown', type: (onLine) => terminal.lab(['teardown', '--yes', '--assembly', assemblyDirectory], onLine) };
}

/** Asks every service of the account what it holds, by no name or tag of the lab's. */
export async function accountEmptyStep({ recorder, means }: Pick<DrillInAccount, 'recorder'> & { readonly means: Pick<DrillMeans, 'everythingInAccount'> }): Promise<void> {
  await recorder.step({ title: 'The account is empty' }, async (step) => {
    const things = await means.everythingInAccount();
    if (things.length > 0) throw exerciseFailed(`The account still holds ${listed(things.map(({ kind, id }) => `${kind} ${id}`))}.`, 'See what it is: npm run lab -- sweep.');
    step.note(`${counted(things.length, 'resource')}: every service was asked, by no name or tag of the lab's`);
  });
}
