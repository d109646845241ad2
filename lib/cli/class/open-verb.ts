import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { OpenClassResult, OpenSeat } from '../../exercise/class/open-class';
import { counted, momentText } from '../../words';
import { type Block, flexible, type LabDocument, type Table, table } from '../document/document';
import { writeFileAtomically } from '../document/page-file';
import { ExitCode, UsageError } from '../errors';
import { connectionArguments, type ConnectionFlags, connectionFlags, labConnection } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { renderSeatCards } from './seat-cards';

/** `--output`: where the kubeconfigs of a class are. */
export const classFolderFlag = new Option('--output <folder>', 'folder of the students\' kubeconfigs (default: class, in the folder of the lab)');

const FLAGS = [
  new Option('--seat <name...>', 'open only these seats, such as that of a student who lost the kubeconfig'),
  classFolderFlag,
  new Option('--guide <url>', 'address of the guide, for the page to print').argParser(guideAddress),
  ...connectionFlags,
] as const;

/** Name of the page to print, in the folder of the kubeconfigs. */
const PAGE = 'class.html';

/** `lab class open`: seats ready, and a way in for each student. */
export const openVerb = defineVerb({
  name: 'open',
  summary: 'make every seat ready, with a kubeconfig of eight hours for each student',
  description: 'Makes the seats of the class as the stack has them, and a kubeconfig for each with a token of eight hours. The kubeconfigs '
    + 'go into a folder that only you can read, with a page to print: a card for each seat, in Korean and English, without any secret. '
    + 'What students have made stays. Run again, it makes new kubeconfigs; those from before stay good until their own end.',
  flags: FLAGS,
  run: runOpen,
});

async function runOpen(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, run } = invocation;
  const result = await host.actions.openClass({
    ...await labConnection(flags, invocation),
    seats: flags.seat,
    folder: flags.output === undefined ? undefined : resolve(host.workingDirectory, flags.output),
  }, run);
  const page = result.isWholeClass ? join(result.folder, PAGE) : undefined;
  if (page !== undefined) await writeFileAtomically(page, renderSeatCards(result, flags.guide));
  return { result: { ...result, page }, document: openDocument(result, page, flags), exitCode: ExitCode.Ok };
}

function guideAddress(text: string): string {
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) return text;
  throw new UsageError({
    code: 'InvalidGuideAddress',
    message: '--guide takes the address of a web page.',
    received: text,
    remedy: 'Give it with its scheme: `--guide https://example.com/guide`.',
  });
}

/** Which seats are open, until when, and what comes next. */
function openDocument({ cluster, region, folder, seats, apiAccess }: OpenClassResult, page: string | undefined, flags: ConnectionFlags): LabDocument {
  const again = seats.flatMap(({ earlierTokenEndsAt }) => earlierTokenEndsAt ?? []).toSorted();
  const command = (verb: string): string => ['npm run lab -- class', verb, ...connectionArguments(flags)].join(' ');
  return {
    title: `${seats.length === 1 ? `Seat ${seats[0]?.seat ?? ''} is` : `${counted(seats.length, 'seat')} are`} open until ${momentText(firstEnd(seats))}`,
    subtitle: `${cluster}, ${region}`,
    tone: 'good',
    sections: [
      { heading: 'Seats', aside: `kubeconfigs in ${folder}`, blocks: [
        seatTable(seats),
        again.length === 0 ? '' : `${counted(again.length, 'seat')} had been opened before: earlier kubeconfigs stay good as well, until ${momentText(again.at(-1) ?? '')} at the latest.`,
      ] },
      { heading: 'Who reaches the cluster', blocks: [accessBlock(apiAccess)] },
    ],
    next: [{ heading: 'Next', blocks: [{ kind: 'commands', lines: [
      ...(page === undefined ? [] : ['# Print the cards, and give each student the file of their seat, and no other', page]),
      '# Keep this running during the class: it remembers who has finished, and scales idle seats in',
      command('board'),
      '# After the class',
      command('close'),
    ] }] }],
  };
}

function seatTable(seats: readonly OpenSeat[]): Table {
  const isNamed = seats.some(({ student }) => student !== undefined);
  const columns = ['Seat', ...(isNamed ? [flexible('Student')] : []), 'Kubeconfig'];
  return table(columns, seats.map(({ seat, student = '', kubeconfig }) => [seat, ...(isNamed ? [student] : []), kubeconfig]), { mostRows: 10 });
}

function accessBlock(apiAccess: readonly string[]): Block {
  if (apiAccess.length > 0) return `Students reach the Kubernetes API from ${apiAccess.join(', ')}, and from nowhere else.`;
  return { kind: 'notices', tone: 'caution', notices: [{
    name: 'Nobody outside the VPC',
    text: 'The Kubernetes API answers inside of the VPC alone: no student reaches it from a classroom or from home.',
    remedy: 'Write the addresses of the classroom into apiAccess in lab.yaml, such as [203.0.113.0/24], and deploy again. The kubeconfigs stay good.',
  }] };
}

/** When the first of the tokens ends. */
function firstEnd(seats: readonly OpenSeat[]): string {
  return seats.map(({ tokenEndsAt }) => tokenEndsAt).toSorted()[0] ?? '';
}
