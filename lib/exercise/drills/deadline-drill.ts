import { isStanding } from '../../aws/deployed-lab';
import { momentInUtc } from '../../config/moments';
import { counted, durationText, listed, shellWord } from '../../words';
import { pollFor } from '../../wait-for';
import { exerciseFailed } from '../exercise-context';
import type { DrillContext } from './drill-stage';
import { countStep, ensureNode } from './teardown-drill';
import { accountEmptyStep, deployLab, type TypedStep, typedStep } from './typed-step';

/** How long the lab is to live, in seconds. */
const LIFE_SECONDS = 2 * 3600;

/** By how much its life is extended, in seconds and as it is typed. */
const EXTENSION_SECONDS = 3600;
const EXTENSION = '1h';

/** Seconds after a deadline at which it has passed for certain. */
const MARGIN_SECONDS = 60;

/** Real seconds that the deletion may take. */
const DELETED_SECONDS = 900;

/**
 * Lets the deadline of a class come: the lab is deployed with one, the instructor moves it an hour later, nothing happens at the first
 * moment, and at the second AWS deletes the stack by itself, with nodes of Karpenter's on it. It puts nothing back, because no lab is
 * left; where a step fails before that, the lab is deployed without the deadline again.
 */
export async function deadlineDrill(context: DrillContext): Promise<void> {
  const { means, recorder, run } = context;
  await ensureNode(context);
  await countStep(context);
  const expiresAt = new Date(Math.ceil(run.clock.now().getTime() / 60_000) * 60_000 + LIFE_SECONDS * 1000);
  await recorder.step({ title: 'Know how the lab was configured' }, (step) => {
    if (means.overrides === undefined) throw exerciseFailed(`The assembly ${means.assemblyDirectory} does not say of which configuration it was made.`, 'Synthesize it anew: npm run synth.');
    step.note(Object.keys(means.overrides).length === 0 ? 'As lab.yaml says' : `As lab.yaml says, but for ${listed(Object.keys(means.overrides))}`);
  });
  try {
    await typedStep(context, deployWithDeadline(context, momentInUtc(expiresAt)));
    await typedStep(context, extend(context));
    await firstDeadlineStep(context, expiresAt);
    await secondDeadlineStep(context);
    await accountEmptyStep(context);
  } finally {
    const isLeft = recorder.verdict === 'failed' && isStanding(await means.stackStatus());
    if (isLeft) await typedStep(context, { ...deployLab(means, 'Put everything back: deploy the lab without the deadline'), putsBack: true });
  }
}

function deployWithDeadline({ means: { terminal, overrides = {}, synthesisDirectory } }: DrillContext, expiresAt: string): TypedStep {
  const context = Object.entries({ ...overrides, expiresAt }).map(([key, value]) => `${key}=${value}`);
  return {
    title: 'Deploy the lab with a deadline',
    command: ['npm run lab -- deploy', ...context.map((pair) => `-c ${shellWord(pair)}`)].join(' '),
    type: (onLine) => terminal.lab(['deploy', '--yes', '--assembly', synthesisDirectory, ...context.flatMap((pair) => ['-c', pair])], onLine),
  };
}

function extend({ means: { terminal, synthesisDirectory } }: DrillContext): TypedStep {
  return {
    title: 'Move the deadline an hour later',
    command: `npm run lab -- extend ${EXTENSION}`,
    type: (onLine) => terminal.lab(['extend', EXTENSION, '--yes', '--assembly', synthesisDirectory], onLine),
  };
}

async function firstDeadlineStep({ means: { events, stackStatus }, recorder, run }: DrillContext, expiresAt: Date): Promise<void> {
  await recorder.step({ title: 'The first deadline passes, and the lab stands' }, async (step) => {
    const seconds = Math.ceil((expiresAt.getTime() - run.clock.now().getTime()) / 1000) + MARGIN_SECONDS;
    const started = await events.passTime(seconds);
    const status = await stackStatus();
    if (started.length > 0 || !isStanding(status)) {
      throw exerciseFailed(`${counted(started.length, 'schedule')} started, and the stack is ${status ?? 'gone'}, although the deadline was moved.`, 'See when it is: npm run lab -- status.');
    }
    step.note(`${durationText(seconds)} passed for the account: the stack is ${status ?? ''}`);
  });
}

async function secondDeadlineStep({ means: { events, stackStatus }, recorder, run }: DrillContext): Promise<void> {
  await recorder.step({ title: 'The second deadline passes, and AWS deletes the lab by itself' }, async (step) => {
    const started = await events.passTime(EXTENSION_SECONDS);
    if (started.length === 0) throw exerciseFailed('No schedule started at the deadline.', 'See the findings of the rehearsal: findings.jsonl in its folder.');
    step.note(`Schedule ${listed(started)} asks CloudFormation to delete the stack, with its own role`);
    let status = await stackStatus();
    await pollFor(async () => {
      status = await stackStatus();
      step.news(`The stack is ${status ?? 'gone'}`);
      if (status?.endsWith('_FAILED') === true) throw exerciseFailed(`The stack is ${status}.`, 'See its events: which resource could not be deleted?');
      return status === undefined;
    }, { what: 'the stack is deleted', deadlineSeconds: DELETED_SECONDS, everySeconds: 1, describeMissing: () => [`It is ${status ?? 'gone'}`] }, run);
    step.note('The stack is gone: nobody typed anything');
  });
}
