import { isStanding } from '../../aws/deployed-lab';
import type { DrillContext, DrillInAccount } from './drill-stage';
import { deployLab, tearLabDown, type TypedStep, typedStep, type TypingMeans } from './typed-step';

/** A drill as it is played, by what it begins with. That is made first where it is not so. */
export type PlayedDrill = {
  /** A lab that stands, to whose cluster the drill is connected. */
  readonly begins: 'with the lab';
  /** How the lab is deployed where it is not there. @default - by `lab deploy` */
  readonly deploy?: (means: TypingMeans, title: string) => TypedStep;
  readonly play: (context: DrillContext) => Promise<void>;
  /** What it proves when all its steps have passed, in one sentence. */
  readonly proves: string;
} | {
  /** An account in which the lab is not. */
  readonly begins: 'without the lab';
  readonly play: (account: DrillInAccount) => Promise<void>;
  readonly proves: string;
};

/** Makes what a drill begins with where it is not so, as an instructor does, then plays it. */
export async function playDrill(drill: PlayedDrill, account: DrillInAccount): Promise<void> {
  const { means, recorder } = account;
  const status = await means.stackStatus();
  if (status !== undefined && (drill.begins === 'without the lab' || !isStanding(status))) await typedStep(account, tearLabDown(means, 'Tear down what is there'));
  if (drill.begins === 'without the lab') return drill.play(account);

  if (!isStanding(status)) await typedStep(account, (drill.deploy ?? deployLab)(means, 'Deploy the lab, which is not there'));
  // Without a lab there is no cluster to connect to.
  if (recorder.verdict === 'failed') return;
  const api = await means.connect();
  try {
    await drill.play({ ...account, api });
  } finally {
    api.close();
  }
}
