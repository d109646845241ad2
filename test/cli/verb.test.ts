import { Option } from '@commander-js/extra-typings';
import { ExitCode } from '../../lib/cli/errors';
import { timeoutFlag, yesFlag } from '../../lib/cli/flags';
import { labProgram } from '../../lib/cli/program';
import { streamLayout } from '../../lib/cli/terminal/text-layout';
import { defineVerb, type Invocation, type VerbGroup } from '../../lib/cli/verb';
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
    onVerbMissing: () => undefined,
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

const GARDEN: VerbGroup = {
  name: 'garden',
  summary: 'grows',
  description: 'Grows what is sown.',
  verbs: ['sow', 'harvest'].map((name) => defineVerb({
    name,
    summary: `${name}s`,
    description: `${name}s a bed.`,
    positionals: [{ name: '<bed>', summary: 'which' }],
    flags: [yesFlag],
    run: () => Promise.resolve({ exitCode: ExitCode.Ok }),
  })),
};

/** What a program with one group of verbs does with a command line. */
async function groupSeen(...argv: readonly string[]): Promise<{ readonly requests: readonly object[]; readonly help: string; readonly unasked: string; readonly error?: unknown }> {
  const requests: object[] = [];
  const host = fakeHost();
  let unasked = '';
  const program = labProgram({
    verbs: [GARDEN],
    host,
    layout: streamLayout(host.stdout, {}),
    onRequest: ({ verb: { name }, positionals, flags }) => Promise.resolve(void requests.push({ name, positionals, flags })),
    onVerbMissing: (help) => {
      unasked += help;
    },
  });
  const error: unknown = await program.parseAsync(argv, { from: 'user' }).then(() => undefined, (thrown: unknown) => thrown);
  return { requests, help: host.stdout.text, unasked, error };
}

describe('a group of verbs', () => {
  it('passes on the words and the flags of its verb', async () => {
    expect((await groupSeen('garden', 'sow', 'north', '--yes')).requests).toEqual([{ name: 'sow', positionals: ['north'], flags: { yes: true } }]);
  });

  it('has a help of its own, and one for each verb', async () => {
    const ofGroup = await groupSeen('garden', '--help');
    expect(ofGroup.help).toMatch(/Usage: lab garden[^]*Grows what is sown\.[^]*sow[^]*harvest/);
    expect((await groupSeen('garden', 'sow', '--help')).help).toMatch(/Usage: lab garden sow \[options\] <bed>[^]*--yes/);
    expect((await groupSeen('garden', 'help', 'sow')).help).toContain('Usage: lab garden sow');
  });

  it('shows its help when none of its verbs is named', async () => {
    const { unasked, help, requests } = await groupSeen('garden');
    expect(unasked).toContain('Usage: lab garden');
    expect(help).toBe('');
    expect(requests).toEqual([]);
  });

  it.each([
    [['garden', 'saw'], { code: 'UnknownVerb', message: "Unknown command 'saw'.", remedy: 'Did you mean sow? See `lab garden --help`.' }],
    [['garden', 'sow'], { code: 'ArgumentMissing', remedy: 'See `lab garden --help`.' }],
    [['garden', 'sow', 'north', '--yse'], { code: 'UnknownFlag', remedy: 'Did you mean --yes? See `lab garden --help`.' }],
    [['garden', '--yse', 'sow'], { code: 'UnknownFlag', remedy: 'See `lab garden --help`.' }],
  ])('fails when its part of the command line is wrong, and names its help: %j', async (argv, expected) => {
    const { error, requests } = await groupSeen(...argv);
    expect(error).toMatchObject(expected);
    expect(requests).toEqual([]);
  });
});
