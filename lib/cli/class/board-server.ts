import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClassStatus } from '../../exercise/class/class-status';
import { LabError } from '../../lab-error';
import { isLoopback, LOOPBACK } from '../../rehearsal/process/loopback';
import type { Clock } from '../../run-context';
import { LANGUAGES } from '../../words';
import { BOARD_ICON, type BoardChoice, boardEdition, type BoardMoment, boardPage, boardParts } from './board-page';
import { BOARD_SCRIPT, BOARD_STYLE } from './board-style';

/** How the board is served. */
export interface BoardServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** What a reader sees who has chosen nothing. Where names are not shown, nobody can choose to see them: they stay here. */
  readonly choice: BoardChoice;
  readonly clock: Clock;
}

/** A board that browsers of this computer can open. */
export interface BoardServer {
  /** Where it is: `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Shows the class as it is now to everybody who looks, and to those who come later. */
  show(status: ClassStatus): void;
  close(): Promise<void>;
}

/** Milliseconds after which readers hear something, also where nothing has changed: ages grow, and a reader that hears nothing knows why. */
const BEAT_MILLIS = 5000;

/** How long it is said that an idle seat was scaled in. */
const SCALED_IN_MILLIS = 60_000;

/** Bytes that may wait for a reader. One that does not read them any longer is cut off; its browser comes back. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** The page takes everything from this server, and nothing from anywhere else. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** What never changes, by its path. */
const FILES: Readonly<Record<string, readonly [type: string, content: string]>> = {
  '/board.css': ['text/css', BOARD_STYLE],
  '/board.js': ['text/javascript', BOARD_SCRIPT],
  '/board.svg': ['image/svg+xml', BOARD_ICON],
};

/**
 * Serves the board on loopback, where only browsers of this computer reach it.
 *
 * @throws LabError `BoardPortTaken`
 */
export async function startBoardServer({ port, choice, clock }: BoardServerOptions): Promise<BoardServer> {
  const readers = new Set<Reader>();
  const scaledInAt = new Map<string, number>();
  let status: ClassStatus | undefined;
  let seenAtMillis = 0;
  const moment = (): BoardMoment => ({
    status,
    // By the clock of the cluster, which told the times in the status. That of this computer may be wrong.
    now: new Date(status === undefined ? 0 : Date.parse(status.at) + clock.nowMillis() - seenAtMillis),
    scaledIn: [...scaledInAt.keys()],
  });
  const tellAll = (): void => {
    for (const [seat, at] of scaledInAt) {
      if (clock.nowMillis() - at > SCALED_IN_MILLIS) scaledInAt.delete(seat);
    }
    for (const reader of readers) reader.tell(moment());
  };
  const server = createServer((request, response) => {
    const url = requestedUrl(request);
    if (url === undefined) return answer(response, 403, 'text/plain', `The board answers to ${LOOPBACK} and localhost only.\n`);
    if (request.method !== 'GET') return answer(response, 405, 'text/plain', 'The board can only be read.\n');
    const file = FILES[url.pathname];
    if (file !== undefined) return answer(response, 200, ...file);
    if (url.pathname === '/') return answer(response, 200, 'text/html', boardPage(moment(), choiceOf(url, choice)));
    if (url.pathname !== '/status') return answer(response, 404, 'text/plain', 'There is nothing here. The board is at /.\n');
    const reader = new Reader(response, choiceOf(url, choice));
    readers.add(reader);
    response.once('close', () => readers.delete(reader));
    reader.tell(moment());
  });
  const boundPort = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error));
    server.listen(port, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
  const stopBeat = clock.every(BEAT_MILLIS, tellAll);
  return {
    url: `http://${LOOPBACK}:${boundPort}`,
    show: (seen) => {
      status = choice.areNamesShown ? seen : { ...seen, seats: seen.seats.map((seat) => ({ ...seat, student: undefined })) };
      seenAtMillis = clock.nowMillis();
      for (const seat of seen.scaledIn) scaledInAt.set(seat, clock.nowMillis());
      tellAll();
    },
    close: async () => {
      stopBeat();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One page that is open. It gets what has changed since it was told last. */
class Reader {
  private readonly told = new Map<string, string>();

  constructor(private readonly response: ServerResponse, private readonly choice: BoardChoice) {
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
  }

  tell(moment: BoardMoment): void {
    if (this.response.writableLength > MOST_UNREAD_BYTES) {
      this.response.destroy();
      return;
    }
    const changed = Object.entries(boardParts(moment, this.choice)).filter(([id, markup]) => this.told.get(id) !== markup);
    for (const [id, markup] of changed) this.told.set(id, markup);
    this.response.write(`data: ${JSON.stringify({ edition: boardEdition(moment.status), parts: Object.fromEntries(changed) })}\n\n`);
  }
}

/** What a request asks for; undefined where it came by another name, such as that of a page which lets its own name lead here. */
function requestedUrl({ url = '', headers: { host = '' } }: IncomingMessage): URL | undefined {
  const asked = `http://${host}${url}`;
  return isLoopback(`http://${host}`) && isLoopback(asked) ? new URL(asked) : undefined;
}

function choiceOf({ searchParams }: URL, { language, areNamesShown }: BoardChoice): BoardChoice {
  return {
    language: LANGUAGES.find((known) => known === searchParams.get('language')) ?? language,
    areNamesShown: areNamesShown && searchParams.get('names') !== 'no',
  };
}

function answer(response: ServerResponse, statusCode: number, type: string, content: string): void {
  response.writeHead(statusCode, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` });
  response.end(content);
}

function portTaken(port: number, cause: unknown): LabError {
  return new LabError({
    code: 'BoardPortTaken',
    message: `Another program listens on port ${port} of ${LOOPBACK}, perhaps another board.`,
    received: port,
    remedy: 'End that one, or take a free port: `npm run lab -- class board --port 0`.',
    cause,
  });
}
