import { Option } from '@commander-js/extra-typings';
import { ExitCode } from '../../lib/cli/errors';
import { timeoutFlag, yesFlag } from '../../lib/cli/flags';
import { labProgram } from '../../lib/cli/program';
import { streamLayout } from '../../lib/cli/terminal/text-layout';
import { defineVerb, type Invocation } from '../../lib/cli/verb';
import { fakeHost } from './fake-host';

const FLAGS = [timeoutFlag('seconds'), yesFlag, new Option('--dry-run', 'changes nothing')] as const;

/** What a verb with three flags sees of a command line. */
async function seenBy(...argv: readonly string[]): Promise<object> {
  const seen: object[] = [];
  const verb = defineVerb({
    name: 'try',
    summary: 'tries',
    description: 'Tries.',
    flags: FLAGS,
    run: (_, flags) => {
      // The compiler knows each flag by its declaration: a number, and two switches.
      const timeout: number | undefined = flags.timeout;
      const switches: readonly (true | undefined)[] = [flags.yes, flags.dryRun];
      // @ts-expect-error -- a flag that the verb does not declare does not compile
      const unknown: unknown = flags.timeuot;
      seen.push({ timeout, switches, unknown });
      return Promise.resolve({ exitCode: ExitCode.Ok });
    },
  });
  const host = fakeHost();
  const program = labProgram({
    verbs: [verb],
    host,
    layout: streamLayout(host.stdout, {}),
    onRequest: async ({ verb: asked, flags }) => {
      await asked.run({} as Invocation, flags);
    },
  });
  await program.parseAsync(['try', ...argv], { from: 'user' });
  return seen[0] ?? {};
}

describe('a verb', () => {
  it('receives its flags as they are declared', async () => {
    expect(await seenBy('--timeout', '5', '-y')).toEqual({ timeout: 5, switches: [true, undefined], unknown: undefined });
  });

  it('receives nothing for the flags that are left out', async () => {
    expect(await seenBy()).toEqual({ timeout: undefined, switches: [undefined, undefined], unknown: undefined });
  });
});
