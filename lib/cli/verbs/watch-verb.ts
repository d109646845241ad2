import { Option } from '@commander-js/extra-typings';
import type { LabStatus } from '../../exercise/lab-status';
import type { LabChange, LabNews } from '../../exercise/watch-lab';
import { counted, hourlyText, moreThan } from '../../words';
import { flexible, type LabDocument, table } from '../document/document';
import { ExitCode, UsageError } from '../errors';
import { connectionFlags, labConnection, namespaceFlag, replicaCount } from '../flags';
import { printableText } from '../terminal/text-layout';
import { defineVerb, type FlagsOf, type Invocation, type LiveNews, type VerbOutcome } from '../verb';
import { podCountsText, statusDocument } from './status-verb';

const DEFAULT_INTERVAL_SECONDS = 5;

/** Changes that are remembered for the screen. */
const REMEMBERED_CHANGES = 20;

const FLAGS = [
  new Option('--until-running <count>', 'end when so many pods of the exercise run').argParser((text) => replicaCount('--until-running', text, 0)),
  new Option('--interval <seconds>', `seconds between two drawings without a change (default: ${DEFAULT_INTERVAL_SECONDS})`).argParser(intervalSeconds),
  namespaceFlag,
  ...connectionFlags,
] as const;

/** `lab watch`: the state of the lab, kept up to date. */
export const watchVerb = defineVerb({
  name: 'watch',
  summary: 'watch the lab live: pods, NodeClaims and nodes as they come and go, and the cost',
  description: 'Shows what lab status shows, drawn anew with every change. Into a pipe it writes a line for each change, with --json '
    + 'an object on each line: first {"status"}, then {"change"}. A connection that is lost is told and taken up again. '
    + 'Ctrl-C is how it ends, with exit code 0. With --until-running it ends by itself; Ctrl-C before that is an interruption.',
  flags: FLAGS,
  run: runWatch,
});

async function runWatch(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const news = newsTeller(invocation.live);
  const { endedBy } = await invocation.host.actions.watchLab({
    ...await labConnection(flags, invocation),
    namespace: flags.namespace,
    untilRunning: flags.untilRunning,
    intervalSeconds: flags.interval ?? DEFAULT_INTERVAL_SECONDS,
    onNews: news,
  }, invocation.run);
  return { exitCode: ExitCode.Ok, isEndedByUser: endedBy === 'interruption' };
}

/** Shows the news of the action to each kind of reader: on a terminal, in a pipe, and with --json. */
function newsTeller(live: (news: LiveNews) => void): (news: LabNews) => void {
  let latest: readonly LabChange[] = [];
  let isFirst = true;
  let isCutOff = false;
  return ({ status, changes }) => {
    latest = [...latest, ...changes].slice(-REMEMBERED_CHANGES);
    const connection = changes.findLast(({ kind }) => kind === 'connection');
    if (connection !== undefined) isCutOff = connection.state === 'lost';
    live({
      screen: watchScreen(status, latest, isCutOff),
      lines: [...(isFirst ? [firstLine(status)] : []), ...changes.map(changeLine)],
      items: [...(isFirst ? [{ status }] : []), ...changes.map((change) => ({ change }))],
    });
    isFirst = false;
  };
}

function intervalSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds >= 0.5 && seconds <= 3600) return seconds;
  throw new UsageError({ code: 'InvalidInterval', message: '--interval takes a number of seconds from 0.5 to 3600.', received: text, remedy: 'Give it in seconds: `--interval 10`.' });
}

/** Changes that a terminal shows below the state. */
const SHOWN_CHANGES = 6;

/** A change as one line: `01:02:03  NodeClaim default-x launched  c5a.2xlarge, ap-northeast-2a, on-demand`. */
function changeLine({ at, kind, name, state, detail }: LabChange): string {
  return printableText(`${at.slice(11, 19)}  ${kind} ${name} ${state}${detail === '' ? '' : `  ${detail}`}`);
}

/** The state of the lab when the watch begins, in one line for a pipe. */
function firstLine({ at, cluster, isReady, pods, nodes, cost }: LabStatus): string {
  const byKarpenter = nodes.filter(({ nodePoolName }) => nodePoolName !== undefined).length;
  const price = cost.unavailable === undefined ? `, ${moreThan(cost)}${hourlyText(cost.totalPerHour)}` : '';
  return `${at.slice(11, 19)}  lab ${cluster} is ${isReady ? 'ready' : 'not ready'}: ${podCountsText(pods)}, ${counted(byKarpenter, 'node')} by Karpenter${price}`;
}

/** The state of the lab, drawn anew with each change, and the latest changes below it. */
function watchScreen(status: LabStatus, latest: readonly LabChange[], isCutOff: boolean): LabDocument {
  const state = statusDocument(status, true);
  return {
    ...state,
    ...(isCutOff ? { title: 'The connection is lost; it is tried again', tone: 'bad' } : {}),
    subtitle: `seen ${status.at.slice(11, 19)} UTC; Ctrl-C ends the watch`,
    next: [{
      heading: 'Latest',
      aside: 'UTC',
      blocks: [table(['', '', flexible()], latest.slice(-SHOWN_CHANGES).map(({ at, kind, name, state: change, detail }) =>
        [at.slice(11, 19), `${kind} ${name} ${change}`, detail]))],
    }],
  };
}
