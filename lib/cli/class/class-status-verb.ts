import type { ClassStatus, SeatStatus, SeatStep } from '../../exercise/class/class-status';
import { amountText, counted, distanceText, hourlyText, listed, momentText } from '../../words';
import { figures, flexible, type LabDocument, type Section, table, type TableCell } from '../document/document';
import { ExitCode } from '../errors';
import { connectionFlags, labConnection } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { BOARD_WORDS, type SeatState } from './board-words';

const FLAGS = [...connectionFlags] as const;

/** `lab class status`: how far each seat is. */
export const classStatusVerb = defineVerb({
  name: 'status',
  summary: 'show how far each seat is, who is stuck and why, their nodes, and what they cost',
  description: 'Looks at the class once: the step of each seat, those first that wait for longer than usual, with the reason; their nodes '
    + 'and cost; and which seats would be scaled to 0 as idle. It remembers what has passed, as the board does, and scales nothing.',
  flags: FLAGS,
  run: runClassStatus,
});

async function runClassStatus(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const status = await invocation.host.actions.classStatus(await labConnection(flags, invocation), invocation.run);
  return { result: status, document: classStatusDocument(status), exitCode: ExitCode.Ok };
}

/** Steps in the order in which a class should look at them. */
const STEPS: readonly SeatStep[] = ['scaled', 'launching', 'running', 'deployed', 'empty', 'finished'];

/** A class: each seat in a line, those that are stuck first; then, where the eye ends in a terminal, its totals. */
export function classStatusDocument(status: ClassStatus): LabDocument {
  const { seats } = status;
  const stuck = seats.filter((seat) => seat.stuck !== undefined);
  const others = seats.filter((seat) => seat.stuck === undefined).toSorted((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step));
  return {
    title: `Class of ${counted(seats.length, 'seat')} on cluster ${status.cluster}${status.isSimulated ? ', on a rehearsal' : ''}`,
    sections: [
      seatsSection(status, [...stuck, ...others]),
      {
        heading: 'Stuck',
        aside: counted(stuck.length, 'seat'),
        blocks: [table(['Seat', 'Waits for', flexible('Why')], stuck.map((seat) => [seat.seat, ageText(seat.since, status), seat.stuck ?? '']))],
      },
      idleSection(status),
      totalsSection(status),
    ],
    nodeNames: seats.flatMap(({ nodes }) => nodes.map(({ name }) => name)),
  };
}

function seatsSection(status: ClassStatus, seats: readonly SeatStatus[]): Section {
  const isNamed = seats.some(({ student }) => student !== undefined);
  const columns = ['Seat', ...(isNamed ? ['Student'] : []), 'Step', 'Since', figures('Pods'), 'Nodes', figures('USD/h'), figures('USD')];
  return {
    heading: 'Seats',
    aside: `${counted(seats.filter(({ isOpen }) => isOpen).length)} of ${counted(seats.length)} open`,
    blocks: [table(columns, seats.map((seat) => [
      seat.seat,
      ...(isNamed ? [seat.student ?? ''] : []),
      stateCell(seat),
      ageText(seat.since, status),
      seat.replicas === 0 && seat.runningPods === 0 ? '' : `${seat.runningPods}/${seat.replicas}`,
      seat.nodes.map(({ name, instanceType }) => instanceType === '' ? name : instanceType).join(', '),
      seat.pricePerHour === 0 ? '' : seat.pricePerHour.toFixed(3),
      seat.costSoFar === 0 ? '' : seat.costSoFar.toFixed(2),
    ]))],
  };
}

function stateCell({ step, stuck, isOpen, mark }: SeatStatus): TableCell {
  const { states } = BOARD_WORDS.en;
  if (stuck !== undefined) return { text: states.stuck, tone: 'bad' };
  if (step === 'finished') return { text: states.finished, tone: 'good' };
  const closed = isOpen ? '' : `, ${states.closed}`;
  return mark.finishedAt === undefined ? `${states[step]}${closed}` : { text: `${states[step]}, passed${closed}`, tone: 'good' };
}

/** Seats that a board would scale to 0 now. */
function idleSection({ seats, at }: ClassStatus): Section {
  const idle = seats.filter(({ idleAt }) => idleAt !== undefined && Date.parse(idleAt) <= Date.parse(at)).map(({ seat }) => seat);
  return {
    heading: 'Idle',
    aside: counted(idle.length, 'seat'),
    blocks: idle.length === 0 ? [] : [`Nothing has changed for long in ${seatsText(idle)}. While lab class board runs, it scales such seats to 0.`],
  };
}

function totalsSection(status: ClassStatus): Section {
  const { seats, pricePerHour, costSoFar, tokensEndAt, expiresAt } = status;
  const states = new Map<SeatState, string[]>();
  for (const { seat, step, stuck } of seats) {
    const state = stuck === undefined ? step : 'stuck';
    states.set(state, [...states.get(state) ?? [], seat]);
  }
  const order: readonly SeatState[] = ['stuck', ...STEPS];
  const passed = seats.filter(({ mark }) => mark.finishedAt !== undefined).length;
  const nodes = seats.reduce((sum, seat) => sum + seat.nodes.length, 0);
  return {
    heading: 'Totals',
    isKey: true,
    aside: `${counted(passed)} of ${counted(seats.length, 'seat')} passed`,
    blocks: [
      table(['Step', figures('Seats'), flexible('Which')], order.flatMap((state) => {
        const names = states.get(state);
        return names === undefined ? [] : [[BOARD_WORDS.en.states[state], counted(names.length), seatsText(names)]];
      })),
      `${counted(nodes, 'node')} of seats; ${hourlyText(pricePerHour)} for the whole lab${costSoFar === undefined ? '' : `, about ${amountText(costSoFar)} so far`}.`,
      tokensEndAt === undefined ? 'No seat is open: lab class open.' : `The first token ends at ${momentText(tokensEndAt)}.`,
      expiresAt === undefined ? '' : `AWS deletes the lab at ${momentText(expiresAt)}, as deployed; lab extend may have moved that.`,
    ],
  };
}

/** Names of seats, in the order of the class: those in a row as a range, such as `student-001 to student-004, student-007`. */
export function seatsText(names: readonly string[]): string {
  const ranges: { readonly first: string; last: string }[] = [];
  for (const name of names.toSorted()) {
    const range = ranges.at(-1);
    if (range !== undefined && numberOf(name) === numberOf(range.last) + 1) range.last = name;
    else ranges.push({ first: name, last: name });
  }
  return listed(ranges.map(({ first, last }) => first === last ? first : `${first} to ${last}`));
}

function numberOf(seat: string): number {
  return Number(/\d+$/.exec(seat)?.[0] ?? Number.NaN);
}

function ageText(since: string, { at }: ClassStatus): string {
  return distanceText(Date.parse(at) - Date.parse(since));
}
