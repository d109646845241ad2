import { resolve } from 'node:path';
import type { ClassToClose, CloseClassResult } from '../../exercise/class/close-class';
import { counted } from '../../words';
import { type LabDocument, table } from '../document/document';
import { ExitCode } from '../errors';
import { confirmed, connectionArguments, type ConnectionFlags, connectionFlags, labConnection, timeoutFlag, yesFlag } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { KEEP_GRADES } from './grade-verb';
import { classFolderFlag } from './open-verb';

const FLAGS = [yesFlag, timeoutFlag('seconds that Karpenter has to remove the nodes (default: 300)'), classFolderFlag, ...connectionFlags] as const;

/** `lab class close`: nobody in, nothing that costs, results kept. */
export const closeVerb = defineVerb({
  name: 'close',
  summary: 'end the students\' tokens, empty all seats, and wait until their nodes are gone',
  description: 'Remembers once more what the students have reached, ends their tokens, deletes all that they have made, and waits until '
    + 'Karpenter has removed the nodes of the class. It asks before. Seats and results stay: `lab grade` works afterwards, and '
    + '`lab class open` opens the class again. The kubeconfigs on this computer, which are dead then, are deleted. It exits with 1 '
    + 'when something could not be done, says what, and goes on from there when it is run again.',
  flags: FLAGS,
  run: runClose,
});

async function runClose(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, run } = invocation;
  const result = await host.actions.closeClass({
    ...await labConnection(flags, invocation),
    folder: flags.output === undefined ? undefined : resolve(host.workingDirectory, flags.output),
    timeoutSeconds: flags.timeout,
    confirm: (content) => confirmed(closeQuestion(content), flags, invocation),
  }, run);
  return { result, document: closeDocument(result, flags), exitCode: result.outcome === 'closed' ? ExitCode.Ok : ExitCode.Failed };
}

/** What is about to end, as a question. */
function closeQuestion({ cluster, region, seats, openSeats, pods, nodes }: ClassToClose): string {
  return `Close the class of cluster ${cluster} (${region}): ${counted(seats, 'seat')}, ${openSeats} of them open, with ${counted(pods, 'pod')} on ${counted(nodes, 'node')}?`;
}

const TITLES: Readonly<Record<CloseClassResult['outcome'], string>> = {
  closed: 'The class is closed',
  unfinished: 'The class is not closed to its end',
  declined: 'The class was not closed.',
};

function closeDocument(result: CloseClassResult, flags: ConnectionFlags): LabDocument {
  const { outcome, cluster, region, seats, openSeats, emptiedSeats, nodes, deletedFiles, folder, problems } = result;
  if (outcome === 'declined') return { title: TITLES.declined, tone: 'muted' };
  const commandFor = (command: string): string => [command, ...connectionArguments(flags)].join(' ');
  return {
    title: TITLES[outcome],
    subtitle: `${cluster}, ${region}`,
    tone: outcome === 'closed' ? 'good' : 'bad',
    sections: [
      { heading: 'What was done', blocks: [table(['', ''], [
        ['Seats that were open', `${openSeats} of ${seats}`],
        ['Seats that held work', String(emptiedSeats)],
        ['Nodes that ran', String(nodes)],
        [`Kubeconfigs deleted in ${folder}`, String(deletedFiles.length)],
      ])] },
      { heading: 'What is left', aside: 'run the same command again when it is mended', isKey: true, blocks: [problems] },
    ],
    next: [{ heading: 'Next', blocks: [{ kind: 'commands', lines: [
      '# The results, which go with the lab', commandFor(KEEP_GRADES), '# When nobody needs the lab any longer', commandFor('npm run lab -- teardown'),
    ] }] }],
  };
}
