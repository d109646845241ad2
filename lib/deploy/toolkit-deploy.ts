import type { CustomBaseCredentialsOption, IIoHost, IoMessage, IoRequest, Toolkit } from '@aws-cdk/toolkit-lib';
import { stripVTControlCharacters } from 'node:util';
import type { RunContext } from '../run-context';

/** What a deployment uses of the CDK's toolkit. */
export type DeploymentToolkit = Pick<Toolkit, 'fromAssemblyDirectory' | 'deploy'>;

/** What a toolkit is made of. */
export interface LoadToolkitOptions {
  readonly ioHost: IIoHost;
  /** Those of the lab's other requests, so that all are made as the same caller. */
  readonly credentials: CustomBaseCredentialsOption;
}

/** A deployment by the CDK's toolkit. */
export interface ToolkitDeployOptions {
  /** Holds one stack. */
  readonly assemblyDirectory: string;
  /** Whether CloudFormation leaves what it made where it is when it fails. */
  readonly keepFailed: boolean;
  readonly credentials: CustomBaseCredentialsOption;
  /** @default - the installed one */
  readonly loadToolkit?: (options: LoadToolkitOptions) => Promise<DeploymentToolkit>;
}

/** How the toolkit ended. */
export interface ToolkitDeployEnd {
  readonly isSuccess: boolean;
  /** What it says went wrong, without its decoration. @default - nothing went wrong */
  readonly failureText?: string;
}

/**
 * Deploys a synthesized assembly by the CDK's toolkit, to the end. A deployment that fails is a result, not an error.
 *
 * @param run when its signal is aborted, the toolkit does nothing more, and its answer never comes
 */
export async function toolkitDeploy(options: ToolkitDeployOptions, run: RunContext): Promise<ToolkitDeployEnd> {
  const { assemblyDirectory, keepFailed, credentials, loadToolkit = installedToolkit } = options;
  const toolkit = await loadToolkit({ ioHost: new DeploymentIoHost(run), credentials });
  try {
    await toolkit.deploy(await toolkit.fromAssemblyDirectory(assemblyDirectory), { deploymentMethod: { method: 'change-set' }, rollback: !keepFailed });
    return { isSuccess: true };
  } catch (error) {
    return { isSuccess: false, failureText: plainText(error instanceof Error ? error.message : String(error)) };
  }
}

/** The library is large, and only a deployment pays for it. */
async function installedToolkit({ ioHost, credentials }: LoadToolkitOptions): Promise<DeploymentToolkit> {
  const library = await import('@aws-cdk/toolkit-lib');
  return new library.Toolkit({ ioHost, color: false, emojis: false, sdkConfig: { baseCredentials: library.BaseCredentials.custom(credentials) } });
}

/** The CDK paints its errors and marks them with a cross. */
function plainText(message: string): string {
  return stripVTControlCharacters(message).replaceAll(/❌\s*/g, '').replaceAll(/\s+/g, ' ').trim();
}

/** Step of the progress for the files from which the stack's functions are made. */
export const ASSETS_STEP = 'Assets in the bootstrap bucket';

/** Messages of the toolkit that are read; its registry of messages says what they mean. */
const ASSET_STARTED = 'CDK_TOOLKIT_I5220';
const ASSET_PUBLISHED = 'CDK_TOOLKIT_I5221';
const STACK_STARTED = 'CDK_TOOLKIT_I5100';

/** Asked before a change set is executed. The verb has asked for it already. */
const APPROVAL = 'CDK_TOOLKIT_I5060';

/** Hears what the CDK's toolkit says while it deploys, and prints nothing: of its messages, the assets become progress. */
export class DeploymentIoHost implements IIoHost {
  private assetsPublished = 0;
  private areAssetsTold = false;

  /** @param run its signal is aborted when nobody wants the deployment's answer any more */
  constructor(private readonly run: RunContext) {
    run.onProgress({ step: ASSETS_STEP, state: 'started' });
  }

  async notify({ code, message }: IoMessage<unknown>): Promise<void> {
    await this.whileWanted();
    if (code === ASSET_STARTED) this.run.onProgress({ step: ASSETS_STEP, state: 'running', detail: message });
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
    return this.run.signal.aborted ? new Promise(() => undefined) : Promise.resolve();
  }

  private endAssets(): void {
    if (this.areAssetsTold) return;
    this.areAssetsTold = true;
    this.run.onProgress(this.assetsPublished === 0
      ? { step: ASSETS_STEP, state: 'skipped', detail: 'all are there already' }
      : { step: ASSETS_STEP, state: 'finished', detail: `${this.assetsPublished} published` });
  }
}
