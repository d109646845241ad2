import { parseArgs } from 'node:util';
import { UsageError } from './errors';

/**
 * The context in the command line of `npm run charts`, given as the CDK takes it: `-c KEY=VALUE` or `--context KEY=VALUE`, any number of
 * times. Values stay text, as the CDK's do; the configuration's reader gives them their type.
 */
export function contextOf(argv: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(contextArguments(argv).map(keyAndValue));
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

function keyAndValue(argument: string): readonly [string, string] {
  const separator = argument.indexOf('=');
  if (separator < 1) {
    throw new UsageError({
      code: 'ArgumentNotUnderstood',
      message: 'An override must name a key and a value.',
      received: argument,
      remedy: 'Write it as -c KEY=VALUE, such as -c scale=5.',
    });
  }
  return [argument.slice(0, separator), argument.slice(separator + 1)];
}
