import { Option } from '@commander-js/extra-typings';
import type { ClassStatus } from '../../exercise/class/class-status';
import { counted, hourlyText, listed } from '../../words';
import type { LabDocument } from '../document/document';
import { ExitCode, UsageError } from '../errors';
import { connectionFlags, labConnection, languageFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type LiveNews, type VerbOutcome } from '../verb';
import { startBoardServer } from './board-server';

const DEFAULT_PORT = 8090;

const FLAGS = [
  new Option('--port <number>', `port of the page on this computer; 0 takes a free one (default: ${DEFAULT_PORT})`).argParser(portNumber),
  languageFlag,
  new Option('--names', 'show the names of the roster, to every program of this computer that asks; the key N on the page hides them'),
  ...connectionFlags,
] as const;

/** `lab class board`: the class on the projector. */
export const boardVerb = defineVerb({
  name: 'board',
  summary: 'show the class on the projector: how far each seat is, its node and its cost, live',
  description: 'Serves a page that this computer alone can open, for the projector: a seat for each student with the step reached, what it '
    + 'waits for, its node and its cost; class totals; and the time left. The page has a switch between English and Korean. While it runs it remembers '
    + 'what students reach, for lab grade, and scales seats to 0 that nobody uses: let it run during the whole class. '
    + 'With --json it writes {"board"} with the address, then {"status"} on a line each time. Ctrl-C is how it ends, with exit code 0.',
  flags: FLAGS,
  run: runBoard,
});

async function runBoard(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, run, live } = invocation;
  // First of all: a port that is taken must not be found out after a synthesis.
  const server = await startBoardServer({
    port: flags.port ?? DEFAULT_PORT,
    choice: { language: flags.language ?? 'en', areNamesShown: flags.names === true },
    clock: run.clock,
  });
  try {
    const connection = await labConnection(flags, invocation);
    const tell = newsTeller(server.url, live);
    await host.actions.followClass(connection, (status) => {
      server.show(status);
      tell(status);
    }, run);
  } finally {
    await server.close();
  }
  return { exitCode: ExitCode.Ok, isEndedByUser: true };
}

/** Says where the board is once there is something on it, and then how the class is whenever that has changed. */
function newsTeller(url: string, live: (news: LiveNews) => void): (status: ClassStatus) => void {
  let last: string | undefined;
  return (status) => {
    const text = classText(status);
    const [lines, items] = last === undefined ? [[`The board is at ${url}`], [{ board: url }]] : [[], []];
    live({
      screen: boardScreen(url, status),
      lines: text === last ? lines : [...lines, `${status.at.slice(11, 19)}  ${text}`],
      items: [...items, { status }],
    });
    last = text;
  };
}

function boardScreen(url: string, status: ClassStatus): LabDocument {
  return {
    title: `The board is at ${url}`,
    subtitle: 'open it in a browser of this computer; Ctrl-C ends it',
    sections: [{
      heading: `Class on ${status.cluster}`,
      aside: `seen ${status.at.slice(11, 19)} UTC`,
      blocks: [`${classText(status)}.`, status.seats.filter(({ stuck }) => stuck !== undefined).map(({ seat, stuck = '' }) => `${seat}: ${stuck}`)],
    }],
  };
}

/** A class in one line: `30 seats: 9 finished, 11 running and 1 stuck; 4.460 USD/h`. */
function classText({ seats, pricePerHour }: ClassStatus): string {
  const counts = [
    [seats.filter(({ step }) => step === 'finished').length, 'finished'],
    [seats.filter(({ step }) => step === 'running').length, 'running'],
    [seats.filter(({ stuck }) => stuck !== undefined).length, 'stuck'],
  ] as const;
  return `${counted(seats.length, 'seat')}: ${listed(counts.map(([count, word]) => `${count} ${word}`))}; ${hourlyText(pricePerHour)}`;
}

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : -1;
  if (port === 0 || (port >= 1024 && port <= 65_535)) return port;
  throw new UsageError({
    code: 'InvalidPort',
    message: '--port takes a port from 1024 to 65535, or 0 for a free one.',
    received: text,
    remedy: `Leave it out for ${DEFAULT_PORT}, or say --port 0.`,
  });
}
