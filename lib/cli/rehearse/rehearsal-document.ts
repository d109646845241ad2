import { relative } from 'node:path';
import { exerciseCommands } from '../../exercise/exercise-commands';
import type { DrillResult } from '../../exercise/exercise-result';
import type { ExerciseExpectations } from '../../exercise/expectations';
import { NOT_SIMULATED } from '../../exercise/shown-labels';
import { DEFAULT_REHEARSAL } from '../../rehearsal/rehearsal-paths';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-state';
import type { RehearsalStatus } from '../../rehearsal/rehearsal-status';
import { counted, durationText, shellWord } from '../../words';
import { findingSections } from '../exercise/exercise-document';
import { figures, type LabDocument, type Section, table } from '../document/document';

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
 * A lab that stands in a rehearsal.
 *
 * @param awsSeconds seconds that its deployment would take on AWS
 */
export function deployedDocument({ clusterName, accountId, region }: RehearsalRecord, { seconds, awsSeconds }: { readonly seconds: number; readonly awsSeconds: number }): LabDocument {
  return {
    title: `${clusterName} is deployed in a played AWS account`,
    subtitle: `${accountId}, ${region}`,
    glance: [[durationText(seconds), 'on this computer'], [durationText(awsSeconds), 'on AWS, estimated']],
  };
}

/** An account that is empty: how to reach it, and how to deploy the lab into it. */
export function emptyDocument(rehearsal: RehearsalRecord): LabDocument {
  return {
    title: `Rehearsal ${rehearsal.name}: an empty AWS account`,
    subtitle: `${rehearsal.accountId}, ${rehearsal.region}, bootstrapped for the CDK`,
    sections: emptySections(rehearsal),
    next: [stopSection(rehearsal)],
  };
}

function emptySections(rehearsal: RehearsalRecord): readonly Section[] {
  const { assemblyDirectory, terminal: { projectDirectory } } = rehearsal;
  const folder = relative(projectDirectory, assemblyDirectory);
  const ofLab = (command: string, flag = '--assembly'): string => folder === 'cdk.out' ? command : [command, flag, shellWord(folder)].join(' ');
  return [
    ...reachSections(rehearsal),
    commandSection('Deploy into it', [
      '# Is the account ready?', ofLab('npm run lab -- preflight'),
      '# Deploy, and follow it', ofLab('npm run lab -- deploy'),
      '# Or by the CDK alone', ofLab('npx cdk deploy', '--app'),
    ], 'as on AWS'),
    commandSection('Then come into the cluster', [
      '# It lets you in, and writes the kubeconfig', startCommand(rehearsal.name, ofLab('').trim()),
      '# And take everything away again', ofLab('npm run lab -- teardown'),
    ]),
  ];
}

/** @param flags further flags */
function startCommand(name: string, flags = ''): string {
  const all = [...(name === DEFAULT_REHEARSAL ? [] : [`--name ${name}`]), ...(flags === '' ? [] : [flags])];
  return ['npm run rehearse', ...(all.length === 0 ? [] : ['--', ...all])].join(' ');
}

/**
 * How to go on by hand after a run.
 *
 * @param drills the drills of the run: after some of them there is no lab
 */
export function goOnSections(rehearsal: RehearsalRecord, drills: readonly DrillResult[] = []): readonly Section[] {
  const last = drills.at(-1);
  if (last?.isLabLeft !== false) return [...reachSections(rehearsal), stopSection(rehearsal)];
  return [commandSection(`After the drill ${last.name} there is no lab`, [startCommand(rehearsal.name), stopCommand(rehearsal.name)], 'begin again, or stop it')];
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

function reachSections({ environmentFile, terminal: { projectDirectory } }: RehearsalRecord): readonly Section[] {
  return [commandSection('Point a terminal at it', [
    '# From then on it reaches no AWS account',
    `source ${shellWord(relative(projectDirectory, environmentFile))}`,
  ], 'with dummy keys')];
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

const LAB_SENTENCES: Readonly<Record<NonNullable<RehearsalStatus['lab']>, string>> = {
  absent: 'Its account is empty: the lab is not deployed.',
  deployed: 'The lab is deployed.',
  unfinished: 'The stack of the lab is there, and not complete: it is being changed, or a change failed.',
  unknown: 'Its account does not say whether the lab is deployed.',
};

function statusSections({ name, state, record, processes, lab }: RehearsalStatus): readonly Section[] {
  const status: Section = {
    heading: `Rehearsal ${name}${record === undefined ? '' : ` of ${record.clusterName}`}`,
    blocks: [
      [SENTENCES[state], ...(lab === undefined ? [] : [LAB_SENTENCES[lab]])].join(' '),
      record === undefined ? '' : `Started ${record.startedAt}.`,
      table(['Process', figures('Id'), 'State'], processes.map((process) => [process.name, String(process.pid), process.isRunning ? 'runs' : 'has ended'])),
    ],
  };
  if (state !== 'running' || record === undefined) return [status];
  return [status, ...(lab === 'absent' ? [...emptySections(record), stopSection(record)] : goOnSections(record))];
}
