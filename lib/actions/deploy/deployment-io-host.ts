import type { IIoHost, IoMessage, IoRequest } from '@aws-cdk/toolkit-lib';
import type { ProgressListener } from '../../progress';

/** Step of the progress that tells of the files which the stack's functions are made from. */
export const ASSETS_STEP = 'Assets in the bootstrap bucket';

/** Messages of the toolkit that are read; its registry of messages says what they mean. */
const ASSET_STARTED = 'CDK_TOOLKIT_I5220';
const ASSET_PUBLISHED = 'CDK_TOOLKIT_I5221';
const STACK_STARTED = 'CDK_TOOLKIT_I5100';

/** Asked before a change set is executed. The verb has asked for it already. */
const APPROVAL = 'CDK_TOOLKIT_I5060';

/** What a deployment's host is made of. */
export interface DeploymentIoHostOptions {
  readonly onProgress: ProgressListener;
  /** Aborted when nobody wants the deployment's answer any more. */
  readonly signal: AbortSignal;
}

/** Hears what the CDK's toolkit says while it deploys, and prints nothing: of its messages, the assets become progress. */
export class DeploymentIoHost implements IIoHost {
  private assetsPublished = 0;
  private areAssetsTold = false;

  constructor(private readonly options: DeploymentIoHostOptions) {
    options.onProgress({ step: ASSETS_STEP, state: 'started' });
  }

  async notify({ code, message }: IoMessage<unknown>): Promise<void> {
    await this.whileWanted();
    if (code === ASSET_STARTED) this.options.onProgress({ step: ASSETS_STEP, state: 'running', detail: message });
    if (code === ASSET_PUBLISHED) this.assetsPublished += 1;
    if (code === STACK_STARTED) this.endAssets();
  }

  /**
   * Answers with the toolkit's own default what the verb has asked for; no other question is answered.
   *
   * @throws Error with the question, which the toolkit gives up with
   */
  async requestResponse<T>({ code, message, defaultResponse }: IoRequest<unknown, T>): Promise<T> {
    await this.whileWanted();
    if (code !== APPROVAL) throw new Error(`The CDK asks, and nobody answers here: ${message}`);
    this.endAssets();
    return defaultResponse;
  }

  /**
   * The toolkit waits for each answer of its host, and knows no other way to be stopped: unanswered, it begins nothing more.
   * It may still look at the stack's events, which says nothing to the host, until the process ends.
   */
  private whileWanted(): Promise<void> {
    return this.options.signal.aborted ? new Promise(() => undefined) : Promise.resolve();
  }

  private endAssets(): void {
    if (this.areAssetsTold) return;
    this.areAssetsTold = true;
    this.options.onProgress(this.assetsPublished === 0
      ? { step: ASSETS_STEP, state: 'skipped', detail: 'all are there already' }
      : { step: ASSETS_STEP, state: 'finished', detail: `${this.assetsPublished} published` });
  }
}
