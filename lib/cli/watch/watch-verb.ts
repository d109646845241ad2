import type { LabNews } from '../../actions/lab-status/watch-lab';
import type { LabChange } from '../../actions/lab-status/status-changes';
import { UsageError } from '../errors/usage-error';
import { ExitCode } from '../exit-code';
import { connectionFlags, labConnection, type ConnectionFlags } from '../flags/lab-connection';
import { namespaceFlag, type NamespaceFlags } from '../flags/namespace-flag';
import { replicaCount } from '../flags/replica-count';
import type { Invocation, LiveNews, Verb, VerbOutcome } from '../verb';
import { changeLine, firstLine, watchScreen } from './watch-text';

interface WatchFlags extends ConnectionFlags, NamespaceFlags {
  readonly interval?: number;
  readonly untilRunning?: number;
}

const DEFAULT_INTERVAL_SECONDS = 5;

/** Changes that are remembered for the screen. */
const REMEMBERED_CHANGES = 20;

/** `lab watch`: the state of the lab, live. */
export const watchVerb: Verb = {
  name: 'watch',
  summary: 'watch the lab live: pods, NodeClaims and nodes as they come and go, and the cost',
  description: 'Shows what lab status shows, drawn anew with every change. Into a pipe it writes a line for each change, with --json '
    + 'an object on each line: first {"status"}, then {"change"}. A connection that is lost is told and taken up again. '
    + 'Ctrl-C is how it ends, with exit code 0. With --until-running it ends by itself; Ctrl-C before that is an interruption.',
  flags: [
    { flags: '--until-running <count>', summary: 'end when so many pods of the exercise run', parse: (text) => replicaCount('--until-running', text, 0) },
    { flags: '--interval <seconds>', summary: `seconds between two drawings without a change (default: ${DEFAULT_INTERVAL_SECONDS})`, parse: intervalSeconds },
    namespaceFlag,
    ...connectionFlags,
  ],
  run: runWatch,
};

async function runWatch(invocation: Invocation): Promise<VerbOutcome> {
  const flags = invocation.flags<WatchFlags>();
  const news = newsTeller(invocation.live);
  const { endedBy } = await invocation.host.actions.watchLab({
    ...await labConnection(flags, invocation),
    namespace: flags.namespace,
    untilRunning: flags.untilRunning,
    intervalSeconds: flags.interval ?? DEFAULT_INTERVAL_SECONDS,
    onNews: news,
  });
  return { text: () => [], exitCode: ExitCode.Ok, isEndedByUser: endedBy === 'interruption' };
}

/** Turns the news of the action into what each kind of reader gets. */
function newsTeller(live: (news: LiveNews) => void): (news: LabNews) => void {
  let latest: readonly LabChange[] = [];
  let isFirst = true;
  let isCutOff = false;
  return ({ status, changes }) => {
    latest = [...latest, ...changes].slice(-REMEMBERED_CHANGES);
    isCutOff = changes.findLast(({ kind }) => kind === 'connection')?.state === 'lost' || (isCutOff && !changes.some(({ kind }) => kind === 'connection'));
    const [wasFirst, shown, cutOff] = [isFirst, latest, isCutOff];
    isFirst = false;
    live({
      screen: (layout) => watchScreen(status, shown, cutOff, layout),
      lines: () => [...(wasFirst ? [firstLine(status)] : []), ...changes.map(changeLine)],
      items: [...(wasFirst ? [{ status }] : []), ...changes.map((change) => ({ change }))],
    });
  };
}

function intervalSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds >= 0.5 && seconds <= 3600) return seconds;
  throw new UsageError({ code: 'InvalidInterval', message: '--interval takes a number of seconds from 0.5 to 3600.', received: text, remedy: 'Give it in seconds: `--interval 10`.' });
}
