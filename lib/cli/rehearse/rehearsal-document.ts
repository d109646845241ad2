import { exerciseCommands } from '../../exercise/exercise-commands';
import type { DrillResult } from '../../exercise/exercise-result';
import type { ExerciseExpectations } from '../../exercise/expectations';
import { NOT_SIMULATED } from '../../exercise/shown-labels';
import { awsEnvironment } from '../../rehearsal/process/process-environment';
import { DEFAULT_REHEARSAL } from '../../rehearsal/rehearsal-paths';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-state';
import type { RehearsalStatus } from '../../rehearsal/rehearsal-status';
import { counted } from '../../words';
import { findingSections } from '../exercise/exercise-document';
import { figures, type LabDocument, type Section, table } from '../document/document';
import { shellWord } from '../terminal/text-layout';

/** A command of the exercise, ready to type. */
export interface GuidedCommand {
  readonly what: string;
  readonly command: string;
}

/** The exercise as a student types it, and what it shows on AWS only. */
export interface ExerciseGuide {
  readonly commands: readonly GuidedCommand[];
  readonly notSimulated: readonly string[];
}

/** The exercise on a rehearsal, which has applied the namespace and the Deployment already. */
export function exerciseGuide(expectations: ExerciseExpectations): ExerciseGuide {
  const commands = exerciseCommands(expectations);
  return {
    commands: [
      { what: 'Look at the nodes before', command: commands.nodesBefore },
      { what: 'Scale out', command: commands.scale(expectations.replicas) },
      { what: 'See what Karpenter launches', command: commands.nodeClaims },
      { what: 'Read it in its log', command: commands.log },
      { what: 'See the node', command: commands.nodes },
      { what: 'See the pods on it', command: commands.pods },
      { what: 'See its labels', command: commands.labels },
      { what: 'Scale back', command: commands.scale(0) },
    ],
    notSimulated: NOT_SIMULATED,
  };
}

/** What `lab rehearse` says when it has started a rehearsal. */
export interface StartedRehearsal extends ExerciseGuide {
  readonly rehearsal: RehearsalRecord;
}

/** A rehearsal that runs: how to reach it, what to type, what it does not simulate and how to stop it. */
export function startedDocument({ rehearsal, commands, notSimulated }: StartedRehearsal): LabDocument {
  const exercise: Section = {
    heading: 'The exercise',
    aside: 'ready to type',
    blocks: [{ kind: 'commands', lines: commands.flatMap(({ what, command }) => [`# ${what}`, command]) }],
  };
  return {
    title: `Rehearsal ${rehearsal.name} of ${rehearsal.clusterName} is ready${rehearsal.findings === undefined ? '' : ', but something is at fault'}`,
    sections: [...findingSections(rehearsal.findings), ...reachSections(rehearsal), exercise, { heading: 'Not simulated', blocks: [notSimulated] }],
    next: [stopSection(rehearsal)],
  };
}

/**
 * How to go on by hand after a run.
 *
 * @param drills the drills of the run: after some of them there is no lab
 */
export function goOnSections(rehearsal: RehearsalRecord, drills: readonly DrillResult[] = []): readonly Section[] {
  const last = drills.at(-1);
  if (last?.isLabLeft !== false) return [...reachSections(rehearsal), stopSection(rehearsal)];
  const start = `npm run rehearse${rehearsal.name === DEFAULT_REHEARSAL ? '' : ` -- --name ${rehearsal.name}`}`;
  return [commandSection(`After the drill ${last.name} there is no lab`, [start, stopCommand(rehearsal.name)], 'begin again, or stop it')];
}

/** The command that stops a rehearsal. */
export function stopCommand(name: string): string {
  return rehearseCommand('--stop', name);
}

/** A command on a rehearsal, by the flags that ask for it. */
export function rehearseCommand(flags: string, name: string): string {
  return `npm run rehearse -- ${flags}${name === DEFAULT_REHEARSAL ? '' : ` --name ${name}`}`;
}

function commandSection(heading: string, lines: readonly string[], aside?: string): Section {
  return { heading, aside, blocks: [{ kind: 'commands', lines }] };
}

function reachSections(rehearsal: RehearsalRecord): readonly Section[] {
  return [
    commandSection('Point kubectl at it', [
      `export KUBECONFIG=${shellWord(rehearsal.kubeconfig)}`,
      `export KARPENTER_NAMESPACE=${shellWord(rehearsal.karpenterNamespace)}`,
    ]),
    commandSection('Point the other verbs at its AWS', ['# From then on this terminal reaches no AWS account', ...awsCommands(rehearsal)], 'with dummy keys'),
  ];
}

/** Points AWS SDKs at the rehearsal instead of an account. They would prefer a profile to these keys, so it is unset. */
function awsCommands({ awsEndpoint, region }: RehearsalRecord): readonly string[] {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = awsEnvironment(region);
  const variables = { AWS_ENDPOINT_URL: awsEndpoint, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
  ];
}

function stopSection({ name }: RehearsalRecord): Section {
  return commandSection('It runs until you stop it', [stopCommand(name)]);
}

const SENTENCES: Readonly<Record<RehearsalStatus['state'], string>> = {
  absent: 'There is no such rehearsal.',
  starting: 'It is being started, or its start was cut short.',
  running: 'It runs.',
  damaged: 'Some of its processes have ended, or its files are gone. Stop it and start it again.',
  stopped: 'It is stopped; its folder is kept until --clean.',
};

/** The state of each rehearsal and of its processes. */
export function rehearsalStatusDocument(rehearsals: readonly RehearsalStatus[]): LabDocument {
  const title = rehearsals.length === 0 ? 'There is no rehearsal.' : counted(rehearsals.length, 'rehearsal');
  return { title, sections: rehearsals.flatMap(statusSections) };
}

function statusSections({ name, state, record, processes }: RehearsalStatus): readonly Section[] {
  const status: Section = {
    heading: `Rehearsal ${name}${record === undefined ? '' : ` of ${record.clusterName}`}`,
    blocks: [
      SENTENCES[state],
      record === undefined ? '' : `Started ${record.startedAt}.`,
      table(['Process', figures('Id'), 'State'], processes.map((process) => [process.name, String(process.pid), process.isRunning ? 'runs' : 'has ended'])),
    ],
  };
  return [status, ...(state === 'running' && record !== undefined ? goOnSections(record) : [])];
}
