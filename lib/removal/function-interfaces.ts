import { type NetworkInterface, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import type { LabView } from '../assembly/lab-view';
import type { DeployedResource } from '../aws/deployed-lab';
import type { LabAws } from '../aws/lab-aws';
import { removeLeftovers } from '../aws/leftovers/find-leftovers';
import { gathered, type Leftover } from '../aws/leftovers/leftover';
import { Patience } from '../passing-failure';
import { deadlineIn, type RunContext } from '../run-context';
import { pause } from '../wait-for';

/** What Lambda writes as the beginning of the description of each interface it makes. */
const DESCRIPTION = 'AWS Lambda VPC ENI-';

/** Lambda lets go of an interface 20 to 45 minutes after its functions are gone. With room. */
const DEADLINE_SECONDS = 50 * 60;

const STEP = 'Wait for the network interfaces of functions';

/** Where interfaces of functions are looked for. */
export interface FunctionInterfacesOptions {
  readonly aws: LabAws;
  readonly lab: LabView;
  /** Resources of the stack that are not deleted, when its deletion begins. */
  readonly resources: readonly DeployedResource[];
  /** Called with those that Lambda had let go of and that were removed. */
  readonly onRemoved: (removed: readonly Leftover[]) => void;
}

/**
 * Network interfaces that Lambda made for the stack's functions, in the stack's security groups. They hold subnets and groups for
 * 20 to 45 minutes after their functions. CloudFormation waits for them, mostly; at times it gives up.
 */
export class FunctionInterfaces {
  private readonly functionIds: readonly string[];
  private readonly groupIds: readonly string[];
  private isStepOpen = false;

  constructor(private readonly options: FunctionInterfacesOptions, private readonly run: RunContext) {
    this.functionIds = options.lab.stack.resourcesOfType('AWS::Lambda::Function').filter(({ properties }) => 'VpcConfig' in properties).map(({ logicalId }) => logicalId);
    this.groupIds = options.resources.filter(({ type, physicalId }) => type === 'AWS::EC2::SecurityGroup' && physicalId !== '').map(({ physicalId }) => physicalId);
  }

  /**
   * Removes those that Lambda has let go of, and reports those that it has not. Nothing is asked or touched while a function may
   * still use them.
   *
   * @param isEnding whether the deletion of a resource has begun, by its logical id
   * @returns how many are left
   */
  async look(isEnding: (logicalId: string) => boolean): Promise<number> {
    if (this.functionIds.length === 0 || this.groupIds.length === 0 || !this.functionIds.every(isEnding)) return 0;
    const { aws, onRemoved } = this.options;
    const found = await this.find();
    const free = found.filter(({ Status }) => Status === 'available').map(asLeftover);
    const { removed } = await removeLeftovers({ aws, leftovers: free, deadlineSeconds: 0 }, this.run);
    onRemoved(removed);
    const ids = new Set(removed.map(({ id }) => id));
    const left = found.filter(({ NetworkInterfaceId = '' }) => !ids.has(NetworkInterfaceId));
    this.report(left);
    return left.length;
  }

  /**
   * Waits until none is left: at most 50 minutes.
   *
   * @returns whether there was anything to wait for
   */
  async untilGone(isEnding: (logicalId: string) => boolean, everySeconds: number): Promise<boolean> {
    const deadline = deadlineIn(this.run, DEADLINE_SECONDS);
    const patience = new Patience();
    let wereThere = false;
    for (;;) {
      const left = await patience.attempt(() => this.look(isEnding));
      if (left === 0) return wereThere;
      wereThere = true;
      if (deadline.isPassed) {
        this.run.onProgress({ step: STEP, state: 'finished', detail: 'some are still in use' });
        return true;
      }
      await pause(everySeconds, this.run.signal);
    }
  }

  private find(): Promise<readonly NetworkInterface[]> {
    return gathered(
      'ec2:DescribeNetworkInterfaces',
      paginateDescribeNetworkInterfaces({ client: this.options.aws.ec2, pageSize: 500 }, {
        Filters: [{ Name: 'description', Values: [`${DESCRIPTION}*`] }, { Name: 'group-id', Values: [...this.groupIds] }],
      }),
      ({ NetworkInterfaces }) => NetworkInterfaces?.filter(({ Description, Groups = [] }) => Description?.startsWith(DESCRIPTION) === true
        && Groups.some(({ GroupId = '' }) => this.groupIds.includes(GroupId))),
    );
  }

  private report(left: readonly NetworkInterface[]): void {
    const { onProgress } = this.run;
    if (left.length > 0 && !this.isStepOpen) onProgress({ step: STEP, state: 'started' });
    if (left.length > 0) {
      const names = left.map(({ NetworkInterfaceId = '', Status = 'in an unknown state' }) => `${NetworkInterfaceId} is ${Status}`).join(', ');
      onProgress({ step: STEP, state: 'running', detail: `${names}. Lambda lets go of them 20 to 45 minutes after their functions` });
    }
    if (left.length === 0 && this.isStepOpen) onProgress({ step: STEP, state: 'finished' });
    this.isStepOpen = left.length > 0;
  }
}

function asLeftover({ NetworkInterfaceId: id = '', Description: name = '', Groups = [] }: NetworkInterface): Leftover {
  return { kind: 'networkInterface', id, name, evidence: `security group ${Groups.map(({ GroupId = '' }) => GroupId).join(', ')} of the stack`, isBillable: false };
}
