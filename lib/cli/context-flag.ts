import { parseArgs } from 'node:util';
import { Option } from '@commander-js/extra-typings';
import { UsageError } from './errors';

/** Overrides of `lab.yaml` as text, by key. The reader of the configuration gives them their type. */
export type ContextOverrides = Readonly<Record<string, string>>;

/** `-c`: an override of `lab.yaml`, as the CDK command line takes it. The last of two values of a key counts. */
export const contextFlag = new Option('-c, --context <key=value>', 'override of lab.yaml, for this command alone; can be repeated')
  .argParser(withOverride);

function withOverride(text: string, earlier?: ContextOverrides): ContextOverrides {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UsageError({
      code: 'InvalidContext',
      message: '-c takes a key and a value with an equals sign between them.',
      received: text,
      remedy: 'Write it as `-c scale=5` or `-c clusterName=my-lab`.',
    });
  }
  return { ...earlier, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/**
 * The overrides in the command line of `npm run charts`, which has no verbs and no other flags.
 *
 * @param argv the arguments after the program's name
 * @throws UsageError `InvalidContext`; `ArgumentNotUnderstood` for anything but `-c`
 */
export function contextOf(argv: readonly string[]): ContextOverrides {
  return contextArguments(argv).reduce((context: ContextOverrides, text) => withOverride(text, context), {});
}

function contextArguments(argv: readonly string[]): readonly string[] {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { context: { type: 'string', short: 'c', multiple: true } },
    });
    return values.context ?? [];
  } catch (cause) {
    throw new UsageError({
      code: 'ArgumentNotUnderstood',
      message: 'The command line holds something other than -c KEY=VALUE.',
      received: argv.join(' '),
      remedy: 'Give overrides of lab.yaml only, such as -c scale=5.',
      cause,
    });
  }
}
