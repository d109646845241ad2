import { LIFE_STAGES, type LifeResult, type LifeStage, type LifeStep } from '../../exercise/life-result';
import { durationText } from '../../words';
import { type LabDocument, type Section, type Timeline, type TimelineSpan, verdictSection } from '../document/document';
import { stepsBlock } from '../exercise/exercise-document';
import { rehearseCommand, stopCommand } from './rehearsal-document';

/** The whole life of a class, in real and in estimated AWS time. */
export function lifeDocument(result: LifeResult): LabDocument {
  const { cluster, verdict, steps, totalSeconds, totalEstimatedAwsSeconds, notSimulated } = result;
  const passed = steps.filter(({ outcome }) => outcome === 'passed').length;
  return {
    title: `Life of ${cluster}: ${verdict}`,
    subtitle: 'from an empty account to an empty account, on a rehearsal',
    glance: [
      [durationText(totalSeconds), 'on this computer'],
      [durationText(totalEstimatedAwsSeconds), 'on AWS, estimated'],
      [`${passed} of ${steps.length}`, 'steps passed'],
    ],
    sections: [
      verdictSection(verdict, verdictSentence(result)),
      { heading: 'Here', aside: 'real seconds, beside estimated ones of AWS', isKey: true, blocks: [lifeTimeline(result)] },
      { heading: 'On AWS', aside: 'estimated', isKey: true, blocks: [awsTimeline(result)] },
      { heading: 'Steps', blocks: [stepsBlock(steps)] },
      { heading: 'Not simulated', blocks: [notSimulated] },
    ],
    footer: 'Made by `lab rehearse --life`. AWS is played, and containers do not run. Times on AWS are estimates: those of the plan, and for teardowns of docs/real-account.md.',
  };
}

/** What to do after a life: nothing runs after one that passed. */
export function afterLife({ verdict, rehearsal }: LifeResult): readonly Section[] {
  return verdict === 'passed'
    ? [{ heading: 'Nothing runs any more', blocks: [{ kind: 'commands', lines: ['# Its folder and its logs are kept until', rehearseCommand('--clean', rehearsal)] }] }]
    : [{ heading: 'It still runs, to be looked at', blocks: [{ kind: 'commands', lines: [rehearseCommand('--status', rehearsal), stopCommand(rehearsal)] }] }];
}

function verdictSentence({ steps, totalSeconds, verdict }: LifeResult): string {
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  if (verdict === 'failed') return failed === undefined ? 'Failed.' : `Failed at step "${failed.title}".`;
  return `Deployed, used and removed in ${durationText(totalSeconds)}; the account is as empty as before.`;
}

/** The stages on this computer, each with its time on AWS. */
export function lifeTimeline({ steps }: Pick<LifeResult, 'steps'>): Timeline {
  return {
    kind: 'timeline',
    title: 'The life of a class on this computer, in seconds',
    caption: 'Real seconds on this computer, each stage with what it would take on AWS.',
    spans: spansOf(steps, ({ seconds }) => seconds, (stage) => `${durationText(secondsOf(stage, ({ estimatedAwsSeconds }) => estimatedAwsSeconds))} on AWS`),
  };
}

/** The same stages as long as on AWS. */
export function awsTimeline({ steps }: Pick<LifeResult, 'steps'>): Timeline {
  return {
    kind: 'timeline',
    title: 'The life of a class on AWS, estimated, in seconds',
    caption: 'Estimated time on AWS.',
    spans: spansOf(steps, ({ estimatedAwsSeconds }) => estimatedAwsSeconds),
  };
}

type SecondsOfStep = (step: LifeStep) => number;

function secondsOf(steps: readonly LifeStep[], seconds: SecondsOfStep): number {
  return steps.reduce((sum, step) => sum + seconds(step), 0);
}

function spansOf(steps: readonly LifeStep[], seconds: SecondsOfStep, detail?: (stage: readonly LifeStep[]) => string): readonly TimelineSpan[] {
  let fromSeconds = 0;
  return LIFE_STAGES.map((stage): TimelineSpan => {
    const own = steps.filter((step) => step.stage === stage);
    const toSeconds = fromSeconds + secondsOf(own, seconds);
    const span = {
      label: label(stage, own), fromSeconds, toSeconds, figure: durationText(toSeconds - fromSeconds),
      tooltip: own.map(({ title }) => title).join(', '), ...(detail !== undefined && { detail: detail(own) }),
    };
    fromSeconds = toSeconds;
    return span;
  });
}

/** A stage, and how it ended where it did not pass. */
function label(stage: LifeStage, steps: readonly LifeStep[]): string {
  const other = steps.find(({ outcome }) => outcome !== 'passed');
  return other === undefined ? stage : `${stage} (${other.outcome})`;
}
