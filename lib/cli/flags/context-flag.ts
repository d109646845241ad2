import { UsageError } from '../errors/usage-error';
import type { VerbFlag } from '../verb';

/** `-c`: an override of `lab.yaml`, as the CDK command line takes it. */
export const contextFlag: VerbFlag = {
  flags: '-c, --context <key=value>',
  summary: 'override of lab.yaml, for this command alone; can be repeated',
  parse: (text, previous) => ({ ...(typeof previous === 'object' ? previous : {}), ...contextEntry(text) }),
};

function contextEntry(text: string): Readonly<Record<string, string>> {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UsageError({
      code: 'InvalidContext',
      message: '-c takes a key and a value with an equals sign between them.',
      received: text,
      remedy: 'Write it as `-c scale=5` or `-c clusterName=my-lab`.',
    });
  }
  return { [text.slice(0, equals)]: text.slice(equals + 1) };
}
