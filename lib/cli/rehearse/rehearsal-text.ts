import type { DrillResult } from '../../actions/exercise-result';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-record';
import { awsEnvironment } from '../../rehearsal/state/process-environment';
import { DEFAULT_REHEARSAL } from '../../rehearsal/state/rehearsal-paths';
import { printableText } from '../text/printable-text';
import { shellWord } from '../text/shell-word';
import type { TextLayout } from '../text/text-layout';
import { sectionHeading } from '../text/text-section';
import { wrapText } from '../text/wrap-text';
import { notSimulatedText } from '../exercise/exercise-text';
import type { ExerciseGuide } from './exercise-guide';

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
