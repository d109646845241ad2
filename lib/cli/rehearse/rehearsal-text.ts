import { exerciseCommands } from '../../exercise/exercise-commands';
import type { DrillResult } from '../../exercise/exercise-result';
import type { ExerciseExpectations } from '../../exercise/expectations';
import { NOT_SIMULATED } from '../../exercise/not-simulated';
import { awsEnvironment } from '../../rehearsal/process/start-process';
import { DEFAULT_REHEARSAL } from '../../rehearsal/rehearsal-paths';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-state';
import type { RehearsalStatus } from '../../rehearsal/rehearsal-status';
import { notSimulatedText } from '../exercise/exercise-text';
import { printableText, shellWord, type TextLayout, wrapText } from '../terminal/text-layout';
import { paragraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';

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

/** A rehearsal that runs: how to reach it, what to type, what it lacks and how to stop it. */
export function startedText({ rehearsal, commands, notSimulated }: StartedRehearsal, layout: TextLayout): readonly string[] {
  const notes = notSimulatedText(notSimulated, layout);
  return [
    ...wrapText(`Rehearsal ${rehearsal.name} of ${rehearsal.clusterName} is ready`, layout.width).map(layout.style.strong),
    '',
    ...reachText(rehearsal, layout),
    '',
    sectionHeading('The exercise', 'ready to type', layout),
    ...commands.flatMap(({ what, command }) => [`  ${layout.style.muted(`# ${what}`)}`, commandLine(command, layout)]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
    ...stopText(rehearsal, layout),
  ];
}

/**
 * How to go on by hand after a run.
 *
 * @param drills what was done besides; after a teardown the lab's objects are gone
 */
export function goOnText(rehearsal: RehearsalRecord, layout: TextLayout, drills: readonly DrillResult[] = []): readonly string[] {
  return drills.some(({ name }) => name === 'teardown')
    ? [
      sectionHeading('The teardown left nothing to go on with', 'begin again, or stop it', layout),
      commandLine(startCommand(rehearsal.name), layout),
      commandLine(stopCommand(rehearsal.name), layout),
    ]
    : [...reachText(rehearsal, layout), '', ...stopText(rehearsal, layout)];
}

function startCommand(name: string): string {
  return `npm run rehearse${name === DEFAULT_REHEARSAL ? '' : ` -- --name ${name}`}`;
}

/** The command that stops a rehearsal. */
export function stopCommand(name: string): string {
  return rehearseCommand('--stop', name);
}

/** A command on a rehearsal, by the flags that ask for it. */
export function rehearseCommand(flags: string, name: string): string {
  return `npm run rehearse -- ${flags}${name === DEFAULT_REHEARSAL ? '' : ` --name ${name}`}`;
}

function reachText(rehearsal: RehearsalRecord, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Point kubectl at it', '', layout),
    commandLine(`export KUBECONFIG=${shellWord(rehearsal.kubeconfig)}`, layout),
    commandLine(`export KARPENTER_NAMESPACE=${shellWord(rehearsal.karpenterNamespace)}`, layout),
    '',
    sectionHeading('Point the other verbs at its AWS', 'with dummy keys', layout),
    `  ${layout.style.muted('# From then on this terminal reaches no AWS account')}`,
    ...awsCommands(rehearsal).map((command) => commandLine(command, layout)),
  ];
}

/** What makes an AWS SDK call the rehearsal and no account. A profile would come before the keys. */
function awsCommands({ awsEndpoint, region }: RehearsalRecord): readonly string[] {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = awsEnvironment(region);
  const variables = { AWS_ENDPOINT_URL: awsEndpoint, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
  ];
}

function stopText({ name }: RehearsalRecord, layout: TextLayout): readonly string[] {
  return [sectionHeading('It runs until you stop it', '', layout), commandLine(stopCommand(name), layout)];
}

/** Never wrapped, so that it can be copied. */
function commandLine(command: string, layout: TextLayout): string {
  return `  ${layout.style.name(printableText(command))}`;
}

const SENTENCES: Readonly<Record<RehearsalStatus['state'], string>> = {
  absent: 'There is no such rehearsal.',
  starting: 'It is being started, or its start was cut short.',
  running: 'It runs.',
  damaged: 'Some of its processes have ended, or its files are gone. Stop it and start it again.',
  stopped: 'It is stopped; its folder is kept until --clean.',
};

/** What has become of the rehearsals, process by process. */
export function rehearsalStatusText(rehearsals: readonly RehearsalStatus[], layout: TextLayout): readonly string[] {
  return rehearsals.length === 0
    ? [layout.style.strong('There is no rehearsal.')]
    : rehearsals.flatMap((status, index) => [...(index > 0 ? [''] : []), ...oneText(status, layout)]);
}

function oneText(status: RehearsalStatus, layout: TextLayout): readonly string[] {
  const { record } = status;
  return [
    ...wrapText(`Rehearsal ${status.name}${record === undefined ? '' : ` of ${record.clusterName}, started ${record.startedAt}`}`, layout.width)
      .map(layout.style.strong),
    ...paragraph(SENTENCES[status.state], layout),
    ...(status.processes.length === 0 ? [] : ['', sectionHeading('Processes', '', layout), ...textTable([
      { heading: 'Process', paint: layout.style.name },
      { heading: 'Id', align: 'right' },
      { heading: 'State' },
    ], status.processes.map(({ name, pid, isRunning }) => ({ cells: [name, String(pid), isRunning ? 'runs' : 'has ended'] })), layout)]),
    ...(status.state === 'running' && record !== undefined ? ['', ...goOnText(record, layout)] : []),
  ];
}
