import type { ClassEstimate, ClassSaving, ClassSize, PlanResult, SeatEstimate } from '../../plan/plan-result';
import { counted, hourlyText, listed, moreThan, unitPriceText } from '../../words';
import { type Block, figures, type Section, table, toned } from '../document/document';

/** What a class costs and needs by its size, and what would make it cheaper; also for a lab without seats. */
export function classSection({ class: estimate, cost }: PlanResult): Section {
  const { students, seat, sizes, savings, unavailable } = estimate;
  const heading = 'A class';
  if (unavailable !== undefined) return { heading, badge: { text: 'unknown', tone: 'bad' }, blocks: [unavailable] };
  return {
    heading,
    badge: { text: 'estimate' },
    aside: students === 0 ? 'the lab has no seats: class.students' : counted(students, 'seat'),
    blocks: [
      ...sizes.filter(({ isOwn }) => isOwn).map((size) => toned('strong', `All ${counted(students, 'seat')} scaled out: ${moreThan(cost)}${sizeText(size)}`)),
      `Scaled out, a seat gets ${seatNodesText(seat)}, ${hourlyText(seat.pricePerHour)} with the volume. USD an hour with the instructor's exercise:`,
      table(
        [
          'Students', figures('Nodes'), figures('vCPUs'), { ...figures('Addresses'), only: 'page' }, figures('Idle'), figures('Scaled out'), figures('Student-hour'),
          { ...figures(`${cost.classHours} h in all`), only: 'page' },
        ],
        sizes.map(sizeCells),
        { caption: `Classes by their size; in the last column scaled out for ${cost.scaledOutHours} h of ${cost.classHours} h` },
      ),
      ...savingBlocks(savings),
      students === 0 ? '' : capsText(estimate),
    ],
  };
}

/** A class in figures: `101 nodes, 812 vCPUs, 35.219 USD/h, 0.352 USD for each student`. */
export function sizeText({ nodes, vcpus, scaledOutPerHour, studentHour }: ClassSize): string {
  return `${counted(nodes, 'node')}, ${counted(vcpus, 'vCPU')}, ${hourlyText(scaledOutPerHour)}, ${hourlyText(studentHour)} for each student`;
}

/** What caps the cost: `NodePool default launches at most 100 vCPUs, class 1,600 and class-options 1,600.` */
export function capsText({ caps }: ClassEstimate): string {
  const most = caps.map(({ nodePool, vcpus }) => `${nodePool} ${vcpus === undefined ? 'as many as it likes' : counted(vcpus)}`);
  return `vCPUs that Karpenter launches at most, by NodePool: ${listed(most)}.`;
}

function sizeCells({ students, isOwn, nodes, vcpus, addresses, idlePerHour, scaledOutPerHour, studentHour, total }: ClassSize): readonly string[] {
  return [
    `${students}${isOwn ? ' (own)' : ''}`,
    counted(nodes),
    counted(vcpus),
    counted(addresses),
    unitPriceText(idlePerHour),
    unitPriceText(scaledOutPerHour),
    unitPriceText(studentHour),
    total.toFixed(2),
  ];
}

function savingBlocks(savings: readonly ClassSaving[]): readonly Block[] {
  if (savings.length === 0) return [];
  const prices = savings.map(({ settings, seat }) => `${hourlyText(seat.pricePerHour)} by ${settings.length > 1 ? 'both' : settings.join('')}`);
  const note = 'Its nodes are not those of the guide then.';
  return [
    { kind: 'paragraph', text: `A seat on cheaper nodes: ${listed(prices)}.`, only: 'terminal' },
    table(
      ['A seat with', 'Node', figures('vCPUs'), figures('USD/h'), figures('Saved'), { heading: 'By', isCode: true }],
      savings.map(({ what, seat, savedPerSeatHour, settings }) => [
        what, seatTypesText(seat), counted(seat.vcpus), unitPriceText(seat.pricePerHour), unitPriceText(savedPerSeatHour), settings.map((setting) => `-c ${setting}`).join(' '),
      ]),
      { caption: `What would make a seat cheaper. ${note} Spot prices move.`, only: 'page' },
    ),
  ];
}

/** `1 x c5a.2xlarge with 5 pods, on-demand`. */
function seatNodesText({ nodes, capacityType }: SeatEstimate): string {
  return `${listed(nodes.map(({ count, instanceType, podsEach }) => `${count} x ${instanceType} with ${counted(podsEach, 'pod')}`))}, ${capacityType}`;
}

function seatTypesText({ nodes }: SeatEstimate): string {
  return nodes.map(({ count, instanceType }) => `${count} x ${instanceType}`).join(', ');
}
