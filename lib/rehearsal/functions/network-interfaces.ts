import { randomUUID } from 'node:crypto';
import { CreateNetworkInterfaceCommand, type CreateNetworkInterfaceCommandInput, DeleteNetworkInterfaceCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Account, RoleCredentials } from '../account';
import { invalidParameter } from './lambda-answers';
import type { PlayedFunction } from './played-function';
import { asRole } from './role-keys';

/** AWS seconds for which an interface stays after its last function: EC2 gives it back after 20 to 45 minutes. */
const LINGER_SECONDS = 20 * 60;

/** An interface in a subnet, which all functions with the same security groups share. */
interface SharedInterface {
  readonly id: Promise<string>;
  readonly functions: Set<string>;
  /** @default - a function uses it */
  removal?: NodeJS.Timeout;
}

/** Network interfaces of functions that stand in a VPC. */
export class HyperplaneInterfaces {
  /** By subnet and security groups. */
  private readonly interfaces = new Map<string, SharedInterface>();

  constructor(private readonly account: Account) {}

  /**
   * Puts a function into its VPC, with the rights of its role.
   *
   * @throws AwsFault `InvalidParameterValueException` when the role lacks a right, or for a subnet or group that is not there
   */
  async join(lambda: Pick<PlayedFunction, 'name' | 'settings'>, credentials: RoleCredentials): Promise<void> {
    const { network } = lambda.settings;
    if (network === undefined) return;
    const ec2 = new EC2Client(asRole(this.account, credentials));
    try {
      await allowed('DescribeNetworkInterfaces', () => ec2.send(new DescribeNetworkInterfacesCommand({ DryRun: true })));
      for (const subnetId of network.subnetIds) {
        const key = [subnetId, ...network.securityGroupIds.toSorted()].join(' ');
        const request = { SubnetId: subnetId, Groups: [...network.securityGroupIds], Description: `AWS Lambda VPC ENI-${lambda.name}-${randomUUID()}` };
        await allowed('CreateNetworkInterface', () => ec2.send(new CreateNetworkInterfaceCommand({ ...request, DryRun: true })));
        const shared = this.interfaces.get(key) ?? { id: make(ec2, request), functions: new Set() };
        this.interfaces.set(key, shared);
        shared.functions.add(lambda.name);
        clearTimeout(shared.removal);
        const id = await shared.id.catch((error: unknown) => {
          this.interfaces.delete(key);
          throw error;
        });
        await allowed('DeleteNetworkInterface', () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id, DryRun: true })));
      }
    } catch (error) {
      this.leave(lambda.name);
      throw error;
    } finally {
      ec2.destroy();
    }
  }

  /** Takes a function out of its VPC. Interfaces that no function uses any longer go some minutes later. */
  leave(name: string): void {
    for (const [key, shared] of this.interfaces) {
      if (!shared.functions.delete(name) || shared.functions.size > 0) continue;
      shared.removal = setTimeout(() => {
        this.interfaces.delete(key);
        void shared.id.then((id) => this.remove(id));
      }, LINGER_SECONDS * 1000 / this.account.compression).unref();
    }
  }

  /** Stops waiting for the time of interfaces. */
  close(): void {
    for (const { removal } of this.interfaces.values()) clearTimeout(removal);
  }

  /** Lambda itself removes it, whether or not the function's role is still there. */
  private async remove(id: string): Promise<void> {
    const ec2 = new EC2Client({ endpoint: this.account.moto, region: this.account.region, credentials: { accessKeyId: 'lambda', secretAccessKey: 'lambda' } });
    try {
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    } catch (error) {
      // Somebody removed it meanwhile, as the lab's teardown may.
      if (error instanceof Error && error.name === 'InvalidNetworkInterfaceID.NotFound') return;
      this.account.findings.report({ kind: 'resource-failed', resource: id, expected: 'Lambda removes its network interface', found: String(error) });
    } finally {
      ec2.destroy();
    }
  }
}

async function make(ec2: EC2Client, request: CreateNetworkInterfaceCommandInput): Promise<string> {
  const made = await allowed('CreateNetworkInterface', () => ec2.send(new CreateNetworkInterfaceCommand(request)));
  return made?.NetworkInterface?.NetworkInterfaceId ?? '';
}

/** Runs a call of EC2. A dry run fails by design when the call is allowed. */
async function allowed<T>(operation: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'DryRunOperation') return undefined;
    if (error.name === 'UnauthorizedOperation') throw invalidParameter(`The provided execution role does not have permissions to call ${operation} on EC2`);
    throw invalidParameter(error.message);
  }
}
