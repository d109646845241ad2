import type { CustomBaseCredentialsOption, DeployOptions, ICloudAssemblySource, IIoHost, IoMessageCode } from '@aws-cdk/toolkit-lib';
import type { DeploymentToolkit, LoadToolkitOptions } from '../../lib/deploy/toolkit-deploy';

/** What a deployment that is played can do to its host. */
interface Play {
  /** Says something, and waits until it is heard. */
  readonly says: (code: IoMessageCode, message: string) => Promise<void>;
  /** Asks something, and waits for the answer. */
  readonly asks: (code: IoMessageCode, message: string, defaultResponse: boolean) => Promise<boolean>;
  /** Goes on saying things until nobody hears them any more, then waits for ever, as the toolkit does. */
  readonly untilStopped: () => Promise<void>;
}

/** So often a script speaks until it must have been stopped: one to two seconds. */
const SAYINGS = 1000;

/** Stands in for the CDK's toolkit: keeps what it is asked for, and plays a script instead of deploying. */
export class DeploymentStandIn {
  /** What a deployment does. @default - it succeeds at once, and says nothing */
  script: (play: Play) => Promise<void> = () => Promise.resolve();
  /** What was deployed, and how. */
  readonly deployed: (Pick<DeployOptions, 'deploymentMethod' | 'rollback'> & { readonly assemblyDirectory: string })[] = [];
  credentials: CustomBaseCredentialsOption | undefined;
  /** Resolves when a script was no longer heard; one that is heard too long fails. */
  readonly stopped: Promise<void>;
  private endStopped: (wasStopped: boolean) => void = () => undefined;

  constructor() {
    this.stopped = new Promise((resolve, reject) => {
      this.endStopped = (wasStopped) => (wasStopped ? resolve() : reject(new Error('The toolkit was not stopped')));
    });
    // Only a test that waits for it wants to know.
    this.stopped.catch(() => undefined);
  }

  readonly load = ({ ioHost, credentials }: LoadToolkitOptions): Promise<DeploymentToolkit> => {
    this.credentials = credentials;
    const directories = new Map<ICloudAssemblySource, string>();
    return Promise.resolve({
      fromAssemblyDirectory: (directory) => {
        const source: ICloudAssemblySource = { produce: () => Promise.reject(new Error('Nothing is read here')) };
        directories.set(source, directory);
        return Promise.resolve(source);
      },
      deploy: async (source, options) => {
        this.deployed.push({ assemblyDirectory: directories.get(source) ?? 'another one', ...options });
        await this.script(this.playOn(ioHost));
        return { stacks: [] };
      },
    });
  };

  private playOn(ioHost: IIoHost): Play {
    const message = { time: new Date(0), level: 'info', action: 'deploy', data: undefined } as const;
    const says = (code: IoMessageCode, text: string) => ioHost.notify({ ...message, code, message: text });
    return {
      says,
      asks: (code, text, defaultResponse) => ioHost.requestResponse({ ...message, code, message: text, defaultResponse }),
      untilStopped: async () => {
        let isHeard = true;
        for (let count = 0; isHeard && count < SAYINGS; count++) {
          isHeard = await Promise.race([
            says('CDK_TOOLKIT_I5502', 'Vpc is being made').then(() => true),
            new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50)),
          ]);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        this.endStopped(!isHeard);
        await new Promise(() => undefined);
      },
    };
  }
}
