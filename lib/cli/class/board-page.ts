import { createHash } from 'node:crypto';
import type { ClassStatus, SeatNode, SeatStatus, SeatStep } from '../../exercise/class/class-status';
import { type Language, LANGUAGES, zoneLetters } from '../../words';
import { html, Html, type HtmlPart } from '../document/html';
import { BOARD_SCRIPT, BOARD_STYLE } from './board-style';
import { BOARD_WORDS, type BoardWords, causeInShort, type SeatState } from './board-words';

/** What one reader of the board has chosen to see. */
export interface BoardChoice {
  readonly language: Language;
  /** Whether names of students stand in the seats. */
  readonly areNamesShown: boolean;
}

/** What the board shows, and when. */
export interface BoardMoment {
  /** @default - the cluster was not seen yet */
  readonly status?: ClassStatus;
  /** By the clock that told the times in the status. */
  readonly now: Date;
  /** Seats that were scaled to 0 in the last minute. @default - none */
  readonly scaledIn?: readonly string[];
  /** IANA name of the zone of the times. @default - that of this computer */
  readonly timeZone?: string;
}

/** Steps in their order. */
const STEPS: readonly SeatStep[] = ['empty', 'deployed', 'scaled', 'launching', 'running', 'finished'];

/** Seconds without a status after which the page says that the cluster is silent. The keeper of the class looks every five seconds. */
const SILENT_SECONDS = 20;

/** Minutes before the end from which the time left stands out. */
const URGENT_MINUTES = 10;

/** Minutes before an idle seat is scaled in from which it is said. */
const IDLE_WARNING_MINUTES = 5;

/** Seconds that a seat stands out after it has reached a step. */
const NEW_SECONDS = 6;

/** The page as a whole. It holds the moment as well, so that a reload shows it at once. */
export function boardPage(moment: BoardMoment, choice: BoardChoice): string {
  const words = BOARD_WORDS[choice.language];
  const parts = boardParts(moment, choice);
  const part = (id: string): Html => new Html(parts[id] ?? '');
  const { status } = moment;
  return html`<!DOCTYPE html>
<html lang="${choice.language}" data-edition="${boardEdition(status)}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${status === undefined ? words.board : `${words.board}: ${status.cluster}`}</title>
<link rel="icon" href="/board.svg" type="image/svg+xml" />
<link rel="stylesheet" href="/board.css" />
</head>
<body>
${status === undefined ? html`<main class="waiting">${sign('launching')}<p>${words.firstLook}</p></main>` : html`<header class="head" id="head">${part('head')}</header>
<ul class="states" id="states">${part('states')}</ul>
<main class="seats" id="seats">
${status.seats.map(({ seat }) => html`<div class="place" id="${seat}" tabindex="0">${part(seat)}</div>
`)}</main>`}
<footer class="foot"><span class="notice" id="notice">${part('notice')}</span>${footLinks(status, choice)}<span id="seen">${part('seen')}</span></footer>
<div class="alarm" id="silent">${part('silent')}</div>
<div class="alarm" id="lost" role="alert" hidden="">${sign('stuck')}<span>${words.connectionLost}</span></div>
<script src="/board.js"></script>
</body>
</html>
`.markup;
}

/** What the page is made for: as long as it stays the same, {@link boardParts} fit into the page. */
export function boardEdition(status: ClassStatus | undefined): string {
  const seats = status?.seats.map(({ seat, student }) => [seat, student !== undefined]);
  return createHash('sha256').update(BOARD_STYLE).update(BOARD_SCRIPT).update(JSON.stringify(seats ?? null)).digest('hex').slice(0, 16);
}

/** The markup of all that changes, by the id of the element that it stands in. A seat has its own name as its id. */
export function boardParts(moment: BoardMoment, choice: BoardChoice): Readonly<Record<string, string>> {
  const words = BOARD_WORDS[choice.language];
  const { status, now, scaledIn = [], timeZone } = moment;
  if (status === undefined) return {};
  const clock = (iso: string, second?: '2-digit'): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, hour: '2-digit', minute: '2-digit', second }).format(new Date(iso));
  const isSilent = now.getTime() - Date.parse(status.at) > SILENT_SECONDS * 1000;
  const parts: Readonly<Record<string, HtmlPart>> = {
    head: headMarkup(status, words, now, clock),
    states: statesMarkup(status, words),
    notice: scaledIn.length === 0 ? '' : words.scaledIn(scaledIn.map(numberOf).join(', ')),
    seen: words.seenAt(clock(status.at, '2-digit')),
    silent: isSilent ? html`${sign('stuck')}<span>${words.noNewsSince(clock(status.at, '2-digit'))}</span>` : '',
    ...Object.fromEntries(status.seats.map((seat) => [seat.seat, seatMarkup(seat, status, choice, now)])),
  };
  return Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, html`${part}`.markup]));
}

/** What stands above the seats: which lab, what it costs, and how long it lasts. */
function headMarkup(status: ClassStatus, words: BoardWords, now: Date, clock: (iso: string) => string): Html {
  const { cluster, region, seats, isSimulated, pricePerHour, costSoFar } = status;
  const count = (test: (seat: SeatStatus) => boolean): number => seats.filter(test).length;
  return html`<div class="lab"><h1>${cluster}</h1><p>${region}${isSimulated ? html`<span class="badge">${words.rehearsal}</span>` : []}</p></div>
<div class="figures">
${figure(words.finished, html`${count(({ step }) => step === 'finished')}<small>/${seats.length}</small>`)}
${figure(words.nodes, seats.reduce((sum, { nodes }) => sum + nodes.length, 0))}
${figure(words.perHour, dollars(pricePerHour, 2))}
${figure(words.soFar, costSoFar === undefined ? '–' : dollars(costSoFar, 2))}
${timeLeft(status, words, now, clock)}
</div>`;
}

function figure(name: string, value: HtmlPart, isUrgent = false): Html {
  return html`<dl${isUrgent ? html` class="urgent"` : []}><dt>${name}</dt><dd>${isUrgent ? sign('stuck') : []}${value}</dd></dl>`;
}

/** How long it lasts until the first of what ends: the lab, or the tokens of the students. */
function timeLeft({ expiresAt, tokensEndAt }: ClassStatus, words: BoardWords, now: Date, clock: (iso: string) => string): Html {
  const ends = [
    ...(expiresAt === undefined ? [] : [{ at: expiresAt, text: words.untilDeletion(clock(expiresAt)) }]),
    ...(tokensEndAt === undefined ? [] : [{ at: tokensEndAt, text: words.untilTokensEnd(clock(tokensEndAt)) }]),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [first] = ends;
  if (first === undefined) return figure(words.timeLeft, html`<span class="ends">${words.noEnd}</span>`);
  const minutes = Math.floor((Date.parse(first.at) - now.getTime()) / 60_000);
  return html`${figure(words.timeLeft, minutes < 0 ? words.over : withSmallUnits(words.duration(minutes)), minutes < URGENT_MINUTES)}
<ul class="ends">${ends.map(({ text }) => html`<li>${text}</li>`)}</ul>`;
}

function withSmallUnits(duration: string): HtmlPart {
  return duration.split(/(\d+)/).map((part) => /^\d+$/.test(part) ? part : html`<small>${part}</small>`);
}

/** How many seats are at each step, which also says what each sign means. */
function statesMarkup({ seats }: ClassStatus, words: BoardWords): Html {
  const closed = seats.filter(({ isOpen }) => !isOpen).length;
  const shown: readonly (readonly [SeatState, number])[] = [
    ...STEPS.map((step) => [step, seats.filter((seat) => stateOf(seat) === step).length] as const),
    ...(closed === 0 ? [] : [['closed', closed] as const]),
    ['stuck', seats.filter((seat) => stateOf(seat) === 'stuck').length],
  ];
  return html`${shown.map(([state, count]) => html`<li class="${count === 0 ? `${state} none` : state}">${sign(state)}<b>${count}</b><span>${words.states[state]}</span></li>
`)}`;
}

function stateOf({ isOpen, step, stuck }: SeatStatus): SeatState {
  if (!isOpen) return 'closed';
  return stuck === undefined ? step : 'stuck';
}

/** One seat. What it has no room for, the style sheet leaves out. */
function seatMarkup(seat: SeatStatus, { region }: ClassStatus, { language, areNamesShown }: BoardChoice, now: Date): Html {
  const words = BOARD_WORDS[language];
  const { step, since, stuck, replicas, runningPods, nodes, costSoFar, pricePerHour } = seat;
  const state = stateOf(seat);
  const seconds = (now.getTime() - Date.parse(since)) / 1000;
  const student = areNamesShown ? seat.student : undefined;
  const minutes = Math.floor(seconds / 60);
  const isWaitShown = minutes > 0 && state !== 'empty' && state !== 'closed' && state !== 'finished';
  const classes = [
    'seat', state, ...(student === undefined ? [] : ['named']), ...(seconds < NEW_SECONDS && state !== 'empty' && state !== 'closed' ? ['new'] : []),
  ].join(' ');
  const launched = nodes.filter(({ instanceType }) => instanceType !== '');
  return html`<article class="${classes}" aria-label="${`${seat.seat}: ${words.states[state]}`}"><div class="inside">
<p class="top"><span class="number">${numberOf(seat.seat)}</span>${isWaitShown ? html`<span class="wait">${withSmallUnits(words.age(minutes))}</span>` : []}${sign(state)}</p>
${student === undefined ? [] : html`<p class="name">${student}</p>`}
<p class="state"><span>${words.states[state]}</span>${runningPods === replicas ? [] : html`<span>${runningPods}/${replicas}</span>`}</p>
${stuck === undefined ? [] : whyLines(stuck, language)}
${launched.slice(0, 1).map((node) => nodeLines(node, launched.length, region, words))}
${idleLine(seat, words, now)}
${costSoFar === 0 && pricePerHour === 0 ? [] : html`<p class="line money">${pricePerHour === 0 ? [] : html`<b>${dollars(pricePerHour, 3)}${words.hourly}</b>`}<span>${dollars(costSoFar, 2)}</span></p>`}
</div><p class="pips">${STEPS.slice(1).map((_, index) => index < STEPS.indexOf(step) ? html`<i class="done"></i>` : html`<i></i>`)}</p></article>`;
}

/** Why a seat is stuck: in a few words where the cause is known, and as the cluster says it. */
function whyLines(stuck: string, language: Language): Html {
  const inShort = causeInShort(stuck, language);
  return inShort === undefined ? html`<p class="why">${stuck}</p>` : html`<p class="why">${inShort}</p><p class="cause">${stuck}</p>`;
}

function nodeLines({ instanceType, zone, capacityType }: SeatNode, count: number, region: string, words: BoardWords): Html {
  // On demand is what the exercise asks for; only another capacity type is news.
  const capacity = capacityType === 'on-demand' ? '' : ` · ${words.capacityTypes[capacityType] ?? capacityType}`;
  return html`<p class="type">${instanceType}${count > 1 ? ` +${count - 1}` : ''}</p>
<p class="line where">${words.zone(zoneLetters([zone], region))}${capacity}</p>`;
}

/** When an idle seat will be scaled in, once that is near. */
function idleLine({ idleAt }: SeatStatus, words: BoardWords, now: Date): HtmlPart {
  if (idleAt === undefined) return [];
  const minutes = Math.max(0, Math.ceil((Date.parse(idleAt) - now.getTime()) / 60_000));
  return minutes > IDLE_WARNING_MINUTES ? [] : html`<p class="line idle">${words.idleIn(minutes)}</p>`;
}

function footLinks(status: ClassStatus | undefined, { language, areNamesShown }: BoardChoice): HtmlPart {
  const words = BOARD_WORDS[language];
  const address = (to: Language, names: boolean): string => `/?language=${to}&names=${names ? 'yes' : 'no'}`;
  const hasNames = status?.seats.some(({ student }) => student !== undefined) === true;
  return [
    hasNames ? html`<a data-key="KeyN" href="${address(language, !areNamesShown)}"><kbd>N</kbd> ${areNamesShown ? words.hideNames : words.showNames}</a>` : '',
    ...LANGUAGES.filter((other) => other !== language).map((other) =>
      html`<a data-key="KeyL" lang="${other}" href="${address(other, areNamesShown)}"><kbd>L</kbd> ${BOARD_WORDS[other].language}</a>`),
  ];
}

/** The number of a seat as it is called out in a room: `7` of `student-007`. */
function numberOf(seat: string): string {
  return /^student-0*(\d+)$/.exec(seat)?.[1] ?? seat;
}

function dollars(usd: number, digits: number): string {
  return `$${usd.toFixed(digits)}`;
}

/** The outline of each sign. They differ in shape, so that nobody needs the colour. */
const SIGNS: Readonly<Record<SeatState, Html>> = {
  empty: html`<path d="M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16" stroke-dasharray="1 5.3" />`,
  deployed: html`<path d="M4.5 4.5h15v15h-15z" />`,
  scaled: html`<path d="M5 3h14M5 21h14M7 3v3.5l5 5.5l-5 5.5V21M17 3v3.5L12 12l5 5.5V21" />`,
  launching: html`<path class="turning" d="M12 3.5a8.5 8.5 0 1 0 8.5 8.5" />`,
  running: html`<path class="solid" d="M7 4.5v15L19.5 12z" />`,
  finished: html`<path d="M3.5 12.5l6 6.5L20.5 5.5" stroke-width="4.4" />`,
  stuck: html`<path d="M12 3L22 20.5H2z" stroke-width="2.6" /><path d="M12 9.5v4.7M12 17.3v0.1" stroke-width="2.8" />`,
  closed: html`<path d="M8 11V7.5a4 4 0 0 1 8 0V11" /><path class="solid" d="M5.5 11h13v9h-13z" />`,
};

function sign(state: SeatState): Html {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${SIGNS[state]}</svg>`;
}

/** The icon of the page: four seats, one of them finished. */
export const BOARD_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#0b3f91" d="M1 1h6v6H1zM9 1h6v6H9zM1 9h6v6H1z"/><path fill="#05643a" d="M9 9h6v6H9z"/></svg>';
