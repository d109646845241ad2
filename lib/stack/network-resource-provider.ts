import type { ResourceContext, ResourceProvider } from '@aws-quickstart/eks-blueprints';
import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Network, type NetworkProps } from './network';

/** Id of the one {@link Network} in the lab stack. */
const NETWORK_ID = 'Network';

/** Hands the lab's network to eks-blueprints, as the view that a control plane need not wait for. */
export class NetworkResourceProvider implements ResourceProvider<ec2.IVpc> {
  constructor(private readonly props: NetworkProps) {}

  provide(context: ResourceContext): ec2.IVpc {
    knowZones(Stack.of(context.scope), this.props.availabilityZones);
    return new Network(context.scope, NETWORK_ID, this.props).withoutEgress;
  }
}

/**
 * The network that {@link NetworkResourceProvider} made in a stack.
 *
 * eks-blueprints passes on the VPC alone; what needs the way out asks here.
 */
export function networkOf(stack: Stack): Network {
  return stack.node.findChild(NETWORK_ID) as Network;
}

/**
 * Tells a stack the Availability Zones. One that is bound to an account would have the CDK look them up in AWS, only to compare
 * them with those that the lab names. To override this property is what the CDK advises; the class is that of eks-blueprints.
 */
function knowZones(stack: Stack, availabilityZones: readonly string[]): void {
  Object.defineProperty(stack, 'availabilityZones', { value: [...availabilityZones] });
}
