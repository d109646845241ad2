import { stripVTControlCharacters } from 'node:util';
import type { CustomBaseCredentialsOption, IIoHost, Toolkit } from '@aws-cdk/toolkit-lib';
import type { ProgressListener } from '../../progress';
import { DeploymentIoHost } from './deployment-io-host';

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
  readonly credentials: CustomBaseCredentialsOption;
  readonly onProgress: ProgressListener;
  /** When it is aborted, the toolkit does nothing more, and its answer never comes. */
  readonly signal: AbortSignal;
  /** @default - the installed one */
  readonly loadToolkit?: (options: LoadToolkitOptions) => Promise<DeploymentToolkit>;
}

/** How the toolkit ended. */
export interface ToolkitDeployEnd {
  readonly isSuccess: boolean;
  /** What it says went wrong, without its decoration. @default - nothing went wrong */
  readonly failureText?: string;
}

/** Deploys a synthesized assembly by the CDK's toolkit, to the end. A deployment that fails is a result, not an error. */
export async function toolkitDeploy(options: ToolkitDeployOptions): Promise<ToolkitDeployEnd> {
  const { assemblyDirectory, credentials, onProgress, signal, loadToolkit = installedToolkit } = options;
  const toolkit = await loadToolkit({ ioHost: new DeploymentIoHost({ onProgress, signal }), credentials });
  try {
    await toolkit.deploy(await toolkit.fromAssemblyDirectory(assemblyDirectory), { deploymentMethod: { method: 'change-set' } });
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
