import { ExitCode } from '../exit-code';
import { assemblyFlag, deployedAssembly, type AssemblyFlags } from '../flags/assembly-flag';
import { contextFlag } from '../flags/context-flag';
import { confirmed, yesFlag, type YesFlags } from '../flags/yes-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { deadlineMove } from './deadline-move';
import { extendQuestion, extendText } from './extend-text';

type ExtendFlags = AssemblyFlags & YesFlags;

/** `lab extend`: move the moment at which AWS deletes the lab by itself. */
export const extendVerb: Verb = {
  name: 'extend',
  summary: 'move the deadline at which AWS deletes the lab by itself',
  description: 'Moves the deadline of a deployed lab: by a duration later than it is, or to a moment with its zone. It shows both in '
    + 'your zone and in UTC, and asks before it changes anything. A deployment with another expiresAt takes its place.',
  positionals: [{ name: '<time>', summary: 'how much later, such as 2h or 1h30m, or a moment, such as 2026-12-01T18:00+09:00' }],
  flags: [assemblyFlag, contextFlag, yesFlag],
  run: runExtend,
};

async function runExtend(invocation: Invocation): Promise<VerbOutcome> {
  const { host, positionals } = invocation;
  const flags = invocation.flags<ExtendFlags>();
  const move = deadlineMove(positionals[0] ?? '');
  const result = await host.actions.extendLab({
    assemblyDirectory: await deployedAssembly(flags, invocation),
    move,
    confirm: (change) => confirmed(extendQuestion(change), flags, invocation),
    signal: host.signal,
  });
  return { result, text: (layout) => extendText(result, layout), exitCode: result.outcome === 'declined' ? ExitCode.Failed : ExitCode.Ok };
}
